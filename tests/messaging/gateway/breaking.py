"""What the tests share that break a set-up and mend it: the two doors, the contract's answer, the page of the entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from connectors.explanations import Answer
from messaging.models import LogEntry
from portal.models import User
from tests.messaging.gateway.conftest import Program, soap_fault

Login = Callable[[User], Client]
Call = Callable[[Program], Any]


def _soap(program: Program, **fields: str) -> Any:
    return program.soap(**fields)


def _rest(program: Program, **fields: str) -> Any:
    return program.rest(**fields)


DOORS = {"soap": _soap, "rest": _rest}


def succeeds(response: Any) -> bool:
    return response.status_code in {200, 201}


def is_the_contracts_answer(response: Any, entry: LogEntry) -> bool:
    """Tell whether the answer is that of DOMAIN 3b, which carries the caller's text and no more."""
    cause = entry.explained.value
    if entry.door == LogEntry.Door.SOAP:
        return (response.status_code, *soap_fault(response)) == (500, cause.caller, entry.public_reference)
    if cause.answer is not Answer.REFUSED:
        return (response.status_code, response.content) == (cause.answer.value, b"")
    triple = {
        "externalMessage": cause.caller,
        "errorNumber": cause.error_number,
        "profitLogReference": entry.public_reference,
    }
    return bool((response.status_code, response.json()) == (500, triple))


def page_in_the_log(client: Client, entry: LogEntry) -> Any:
    """Open the entry where this person sees it: in its environment, or as support staff."""
    where = f"/{entry.environment.code}" if entry.environment else "/support"
    return client.get(f"{where}/communicatielogboek/{entry.public_reference}/")
