"""A working set-up is broken in every way that the list of causes knows, and mended from the entry in the log.

Of each way: the caller gets the contract's answer, the log names the cause, the right person has the button, following
it mends, the next call succeeds, and the entry shows that it is solved. What the sender has to mend:
`test_sender_mends.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from connectors import tokens
from connectors.authentication import forget_grants
from connectors.causes import Cause
from connectors.models import AllowlistRequest, GroupMember, Token
from messaging.models import LogEntry
from portal.models import User
from tests.factories import TokenFactory
from tests.messaging.gateway.breaking import DOORS, Login, is_the_contracts_answer, page_in_the_log, succeeds
from tests.messaging.gateway.conftest import Program

pytestmark = pytest.mark.django_db


# Faults in the set-up that one press mends ----------------------------------------------------------------------------


def _block_user(program: Program) -> None:
    User.objects.filter(pk=program.token.user_id).update(is_active=False)


def _block_connector(program: Program) -> None:
    program.token.app_connector.blocked = True
    program.token.app_connector.save(update_fields=["blocked"])


def _leave_group(program: Program) -> None:
    GroupMember.objects.all().delete()


def _take_connector_away(program: Program) -> None:
    program.token.app_connector.grants.all().delete()


def _allow_others_only(program: Program) -> None:
    program.token.app_connector.ip_rules.create(action="allow", network=ip_network("192.0.2.0/24"))


def _block_type(program: Program) -> None:
    program.token.environment.message_types.update(blocked=True)


def _block_type_without_workflow(program: Program) -> None:
    program.token.environment.message_types.update(blocked=True, workflow=None)


# The rule that failed, whether something was observed, and what would have passed.
PRESSED: list[tuple[Callable[[Program], None], Cause, str]] = [
    (_block_user, Cause.USER_BLOCKED, "token"),
    (_block_connector, Cause.CONNECTOR_BLOCKED, "connector"),
    (_leave_group, Cause.USER_NOT_IN_GROUP, "group"),
    (_take_connector_away, Cause.CONNECTOR_NOT_GRANTED, "grant"),
    (_allow_others_only, Cause.ADDRESS_RESTRICTED, "address"),
    (_block_type, Cause.MESSAGE_TYPE_BLOCKED, "message_type"),
    (_block_type_without_workflow, Cause.MESSAGE_TYPE_BLOCKED, "message_type"),
]


def _press(client: Client, page: Any) -> Any:
    """Press the button of the page, with what the form says."""
    (form,) = re.findall(r'<form[^>]*action="([^"]*oplossen/)"(.*?)</form>', page.content.decode(), re.DOTALL)
    filled_in = dict(re.findall(r'name="(fix)" value="(\w+)"', form[1]))
    workflow = re.search(r'<select[^>]*name="workflow"[^>]*><option value="(\d+)"', form[1])
    return client.post(form[0], filled_in | ({"workflow": workflow[1]} if workflow else {}))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("break_it", "cause", "rule"), PRESSED, ids=lambda value: getattr(value, "__name__", None))
def test_one_press_mends_the_set_up(
    program: Program,
    beheerder: User,
    auditor: User,
    login: Login,
    door: str,
    break_it: Callable[[Program], None],
    cause: Cause,
    rule: str,
) -> None:
    break_it(program)
    refused = DOORS[door](program)
    entry = LogEntry.objects.get()
    client = login(beheerder)
    seen_by_auditor = page_in_the_log(login(auditor), entry).content.decode()
    before = page_in_the_log(client, entry)

    _press(client, before)
    forget_grants()
    again = DOORS[door](program)

    after, entry = page_in_the_log(client, entry), LogEntry.objects.get()
    assert entry.explained is cause
    assert is_the_contracts_answer(refused, entry)
    assert (entry.evidence["rule"], entry.evidence["owner"]) == (rule, "administrator")
    assert entry.evidence["fix"] == cause.value.fix.name.lower()
    assert before.context["remedy"].effect.passes == before.context["remedy"].effect.of == 1
    assert "oplossen/" not in seen_by_auditor
    assert str(beheerder) in seen_by_auditor
    assert succeeds(again)
    assert (entry.resolved_by, entry.resolution) == (beheerder, cause.value.fix.name.lower())
    assert after.context["solution"].by == str(beheerder)
    assert after.context["remedy"] is None


# Faults in the set-up whose fix is a page, filled in ------------------------------------------------------------------


def _delete_token(program: Program) -> None:
    Token.objects.filter(pk=program.token.pk).update(deleted_at=timezone.now())


def _expire_token(program: Program) -> None:
    ago = timezone.now() - timedelta(days=1)
    program.data = tokens.generate()
    program.token = TokenFactory(
        app_connector=program.token.app_connector,
        data=program.data,
        created_at=ago - timedelta(days=1),
        expires_at=ago,
        customer_environment="O67890AA",
    )


def _use_elsewhere(program: Program) -> None:
    program.environment = "O11111AA"  # type: ignore[attr-defined]  # what this program states from now on


def _filled_in(page: Any) -> dict[str, Any]:
    """Return the form of a page as it would be sent without touching it."""
    form = page.context.get("form")
    return {} if form is None else {field.html_name: field.value() for field in form if field.value() not in (None, "")}


def _call_as(program: Program, door: str) -> Any:
    stated = getattr(program, "environment", "")
    return DOORS[door](program, **({"environmentId": stated} if stated else {}))


TOKEN = re.compile(r"&lt;data&gt;([0-9A-F]{64})&lt;/data&gt;")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("break_it", "cause"),
    [
        (_delete_token, Cause.TOKEN_DELETED),
        (_expire_token, Cause.TOKEN_EXPIRED),
        (_use_elsewhere, Cause.OTHER_CUSTOMER_ENVIRONMENT),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_page_that_is_filled_in_makes_the_token_that_mends(
    program: Program, beheerder: User, login: Login, door: str, break_it: Callable[[Program], None], cause: Cause
) -> None:
    break_it(program)
    refused = _call_as(program, door)
    entry = LogEntry.objects.get()
    client = login(beheerder)
    before = page_in_the_log(client, entry)
    link = before.context["remedy"].link.url

    made = client.post(link, _filled_in(client.get(link)))
    waiting = page_in_the_log(client, entry)
    program.data = TOKEN.findall(made.content.decode())[0]
    again = _call_as(program, door)

    after = page_in_the_log(client, entry)
    assert (entry.explained, is_the_contracts_answer(refused, entry)) == (cause, True)
    assert f'href="{link.replace("&", "&amp;")}"' in before.content.decode()
    assert (waiting.context["solution"], waiting.context["newer_token"].hint) == (None, program.data[-4:])
    assert succeeds(again)
    assert (after.context["solution"].way, after.context["solution"].by) == ("successor", str(beheerder))


@pytest.mark.parametrize("door", DOORS)
def test_an_incident_that_is_filled_in_lets_the_address_in(
    program: Program, beheerder: User, support: User, login: Login, door: str
) -> None:
    program.address = "203.0.113.7"
    refused = DOORS[door](program)
    entry = LogEntry.objects.get()
    client = login(beheerder)
    before = page_in_the_log(client, entry)
    link = before.context["remedy"].link.url

    client.post(link, _filled_in(client.get(link)))
    incident = AllowlistRequest.objects.get()
    login(support).post(f"/support/incidenten/{incident.pk}/goedkeuren/")
    forget_grants()
    again = DOORS[door](program)

    after = page_in_the_log(client, entry)
    assert (entry.explained, is_the_contracts_answer(refused, entry)) == (Cause.ADDRESS_NOT_ALLOWLISTED, True)
    assert str(incident.network) == "203.0.113.7/32"
    assert link.startswith(f"/O12345AB/allowlist-incidenten/nieuw/?log={entry.public_reference}")
    assert before.context["remedy"].effect.passes == 1
    assert succeeds(again)
    assert (after.context["solution"].way, after.context["solution"].by) == ("elsewhere", str(support))
