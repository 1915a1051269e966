"""Faults of the sender, which the sender mends with what the page of the entry says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors import tokens
from connectors.causes import Cause
from connectors.explanations import Owner
from messaging.models import LogEntry
from portal.models import User
from tests.messaging.gateway.breaking import Call, Login, is_the_contracts_answer, page_in_the_log, succeeds
from tests.messaging.gateway.conftest import RETURN, SOAP_PATH, Program

pytestmark = pytest.mark.django_db


def _uploads(**wrong: str) -> Call:
    return lambda program: program.soap(**wrong)


def _with(data: Callable[[str], str]) -> Call:
    return lambda program: program.soap(token=data(program.data))


def _conflicts(program: Program) -> Any:
    program.soap(externalMessageId="X-0")
    return program.soap(externalMessageId="X-0", messageContent=RETURN.decode() + "<!-- other -->")


def _sends_too_much(program: Program) -> Any:
    return program.post(SOAP_PATH, b"x" * 3_000_000, "text/xml")


def _right(program: Program) -> Any:
    return program.soap(externalMessageId="X-1")


REST = "/ProfitRestServices"
SENDER: list[tuple[Cause, Call]] = [
    (Cause.TOKEN_MISSING, _with(lambda _data: "")),
    (Cause.TOKEN_MALFORMED, _with(lambda data: tokens.wrap(data)[:70])),
    (Cause.TOKEN_UNKNOWN, _with(lambda _data: tokens.wrap(tokens.generate()))),
    (Cause.ENVIRONMENT_MALFORMED, _uploads(environmentId="Kantoor De Vries")),
    (Cause.MESSAGE_TYPE_UNKNOWN, _uploads(messageType="XYZ")),
    (Cause.EXTERNAL_ID_MISSING, _uploads(externalMessageId="")),
    (Cause.EXTERNAL_ID_CONFLICT, _conflicts),
    (Cause.CONTENT_MISSING, _uploads(messageContent="")),
    (Cause.CONTENT_UNREADABLE, _uploads(messageContent="no XML, no base64!")),
    (Cause.MESSAGE_NOT_FOUND, lambda program: program.soap("GetMessageStatus", messageId="0" * 32)),
    (Cause.STATUS_FILTER_UNKNOWN, lambda program: program.soap("GetUpdatedMessages", messageStatusFilter="31")),
    (Cause.REQUEST_UNREADABLE, lambda program: program.post(SOAP_PATH, b"<broken", "text/xml")),
    (Cause.METHOD_UNKNOWN, lambda program: program.soap("DeleteEverything")),
    (Cause.CONNECTOR_UNKNOWN, lambda program: program.get(f"{REST}/connectors/KnSubject")),
    (Cause.QUERY_UNREADABLE, lambda program: program.get(f"{REST}/connectors/CommSvcConnector?take=many")),
    (Cause.PATH_UNKNOWN, lambda program: program.get(f"{REST}/nowhere")),
    (Cause.HTTP_METHOD_UNKNOWN, lambda program: program.post(f"{REST}/profitversion", b"", "text/plain")),
    (Cause.REQUEST_TOO_LARGE, _sends_too_much),
]


@pytest.mark.parametrize(("cause", "wrong"), SENDER, ids=lambda value: getattr(value, "code", ""))
def test_the_sender_mends_what_the_page_says(
    program: Program, beheerder: User, support: User, login: Login, settings: Any, cause: Cause, wrong: Call
) -> None:
    settings.GATEWAY_MAX_BODY = 1_000_000
    refused = wrong(program)
    entry = LogEntry.objects.get()
    client = login(beheerder if entry.environment else support)
    before = page_in_the_log(client, entry)

    again = _right(program)

    after = page_in_the_log(client, entry)
    assert (entry.explained, is_the_contracts_answer(refused, entry)) == (cause, True)
    assert before.context["solution"] is None
    if cause.value.owner is Owner.SENDER:
        assert entry.public_reference in before.context["for_sender"]
        assert 'data-copy="#for-sender"' in before.content.decode()
    assert succeeds(again)
    assert after.context["solution"].way == "sent"
