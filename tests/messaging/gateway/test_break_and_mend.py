"""A working set-up is broken in every way that the list of causes knows, and mended from the entry in the log.

Of each way: the caller gets the contract's answer, the log names the cause, the right person has the button, following
it mends, the next call succeeds, and the entry shows that it is solved.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from connectors import tokens
from connectors.authentication import forget_grants
from connectors.causes import Cause
from connectors.explanations import GENERIC_TEXT, Answer, Fix, Owner
from connectors.models import AllowlistRequest, GroupMember, Token
from messaging.models import LogEntry
from messaging.redeciding import AT_THE_DOOR
from portal.models import User
from tests.factories import TokenFactory
from tests.messaging.gateway.conftest import RETURN, SOAP_PATH, Program, soap_fault

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]
Call = Callable[[Program], Any]


# The two doors --------------------------------------------------------------------------------------------------------


def _soap(program: Program, **fields: str) -> Any:
    return program.soap(**fields)


def _rest(program: Program, **fields: str) -> Any:
    return program.rest(**fields)


DOORS = {"soap": _soap, "rest": _rest}


def _succeeds(response: Any) -> bool:
    return response.status_code in {200, 201}


def _is_the_contracts_answer(response: Any, entry: LogEntry) -> bool:
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


def _page(client: Client, entry: LogEntry) -> Any:
    """Open the entry where this person sees it: in its environment, or as support staff."""
    where = f"/{entry.environment.code}" if entry.environment else "/support"
    return client.get(f"{where}/communicatielogboek/{entry.public_reference}/")


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
    seen_by_auditor = _page(login(auditor), entry).content.decode()
    before = _page(client, entry)

    _press(client, before)
    forget_grants()
    again = DOORS[door](program)

    after, entry = _page(client, entry), LogEntry.objects.get()
    assert entry.explained is cause
    assert _is_the_contracts_answer(refused, entry)
    assert (entry.evidence["rule"], entry.evidence["owner"]) == (rule, "administrator")
    assert entry.evidence["fix"] == cause.value.fix.name.lower()
    assert before.context["remedy"].effect.passes == before.context["remedy"].effect.of == 1
    assert "oplossen/" not in seen_by_auditor
    assert str(beheerder) in seen_by_auditor
    assert _succeeds(again)
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
    before = _page(client, entry)
    link = before.context["remedy"].link.url

    made = client.post(link, _filled_in(client.get(link)))
    waiting = _page(client, entry)
    program.data = TOKEN.findall(made.content.decode())[0]
    again = _call_as(program, door)

    after = _page(client, entry)
    assert (entry.explained, _is_the_contracts_answer(refused, entry)) == (cause, True)
    assert f'href="{link.replace("&", "&amp;")}"' in before.content.decode()
    assert (waiting.context["solution"], waiting.context["newer_token"].hint) == (None, program.data[-4:])
    assert _succeeds(again)
    assert (after.context["solution"].way, after.context["solution"].by) == ("successor", str(beheerder))


@pytest.mark.parametrize("door", DOORS)
def test_an_incident_that_is_filled_in_lets_the_address_in(
    program: Program, beheerder: User, support: User, login: Login, door: str
) -> None:
    program.address = "203.0.113.7"
    refused = DOORS[door](program)
    entry = LogEntry.objects.get()
    client = login(beheerder)
    before = _page(client, entry)
    link = before.context["remedy"].link.url

    client.post(link, _filled_in(client.get(link)))
    incident = AllowlistRequest.objects.get()
    login(support).post(f"/support/incidenten/{incident.pk}/goedkeuren/")
    forget_grants()
    again = DOORS[door](program)

    after = _page(client, entry)
    assert (entry.explained, _is_the_contracts_answer(refused, entry)) == (Cause.ADDRESS_NOT_ALLOWLISTED, True)
    assert str(incident.network) == "203.0.113.7/32"
    assert link.startswith(f"/O12345AB/allowlist-incidenten/nieuw/?log={entry.public_reference}")
    assert before.context["remedy"].effect.passes == 1
    assert _succeeds(again)
    assert (after.context["solution"].way, after.context["solution"].by) == ("elsewhere", str(support))


# Faults of the sender, which the sender mends with what the page says -------------------------------------------------


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
    before = _page(client, entry)

    again = _right(program)

    after = _page(client, entry)
    assert (entry.explained, _is_the_contracts_answer(refused, entry)) == (cause, True)
    assert before.context["solution"] is None
    if cause.value.owner is Owner.SENDER:
        assert entry.public_reference in before.context["for_sender"]
        assert 'data-copy="#for-sender"' in before.content.decode()
    assert _succeeds(again)
    assert after.context["solution"].way == "sent"


# The list of causes itself --------------------------------------------------------------------------------------------

HERE = Path(__file__)
MENDED_HERE = {
    *(cause for _break, cause, _rule in PRESSED),
    *(cause for cause, _wrong in SENDER),
    Cause.TOKEN_DELETED,
    Cause.TOKEN_EXPIRED,
    Cause.OTHER_CUSTOMER_ENVIRONMENT,
    Cause.ADDRESS_NOT_ALLOWLISTED,
}


def _tests_that_name(cause: Cause) -> list[Path]:
    name = re.compile(rf"\bCause\.{cause.name}\b|\"{cause.code}\"")
    files = (path for path in HERE.parents[2].rglob("test_*.py") if path != HERE)
    return [path for path in files if name.search(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("cause", Cause, ids=lambda cause: cause.code)
def test_every_cause_says_all_that_is_needed_and_is_produced_by_a_test(cause: Cause) -> None:
    explanation = cause.value
    told = {}
    for language in ("nl", "en"):
        with translation.override(language):
            told[language] = [str(explanation.text), str(explanation.owner.value), str(explanation.fix.value)]

    assert all(told["en"])
    assert [text for text, source in zip(told["nl"], told["en"], strict=True) if text == source] == []
    assert explanation.caller or explanation.answer is not Answer.REFUSED
    assert cause in MENDED_HERE or _tests_that_name(cause)


def test_every_cause_at_the_door_is_mended_here() -> None:
    assert {*AT_THE_DOOR} <= MENDED_HERE
    assert {cause.value.fix for cause in AT_THE_DOOR} <= {*Fix}


def test_no_two_causes_of_a_stranger_can_be_told_apart() -> None:
    closed = {Answer.UNAUTHENTICATED, Answer.FORBIDDEN}
    strangers = [cause.value for cause in AT_THE_DOOR if cause.value.answer in closed]

    assert {explanation.caller for explanation in strangers} == {GENERIC_TEXT}
    assert len({explanation.error_number for explanation in strangers}) == 1
