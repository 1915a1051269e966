"""The page Inrichting: it keeps itself up to date until all is done, and points at what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.causes import Cause
from connectors.models import Environment, Token
from messaging.actions.log import Circumstances, record_refusal
from messaging.models import LogEntry, MessageType, Trial
from portal.models import User
from portal.setup_refusals import blocking_refusals
from tests.factories import AllowlistEntryFactory, MessageFactory, TokenFactory

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]
PAGE = "/O12345AB/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def token(environment: Environment) -> Token:
    made: Token = TokenFactory(app_connector__environment=environment, customer_environment="O67890AA")
    return made


def _refuse(token: Token, cause: Cause = Cause.ADDRESS_NOT_ALLOWLISTED, times: int = 1, **given: Any) -> LogEntry:
    circumstances = Circumstances(
        environment_id=token.environment_id,
        app_connector_id=token.app_connector_id,
        token_id=token.pk,
        **{"door": LogEntry.Door.SOAP, "address": "203.0.113.7", "message_type": "BTW"} | given,
    )
    for _time in range(times):
        reference = record_refusal(cause, circumstances)
    return LogEntry.objects.get(reference=reference)


def _complete(token: Token) -> None:
    environment = token.environment
    MessageType.objects.filter(environment=environment, code="BTW").update(
        blocked=False, workflow=environment.workflows.get(name="Accorderen")
    )
    token.app_connector.grants.create(connector="CommSvcConnector")
    AllowlistEntryFactory(participant_number="12345")
    Token.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
    MessageFactory(token=token)


def test_the_page_counts_down_and_asks_again(login: Login, beheerder: User, token: Token) -> None:
    page = login(beheerder).get(PAGE).content.decode()

    assert "nog 5 stappen" in page.lower()
    assert 'hx-trigger="every 5s"' in page


def test_nothing_is_sent_while_nothing_changes(login: Login, beheerder: User, token: Token) -> None:
    client = login(beheerder)
    state = client.get(PAGE).context["state"]

    same = client.get(PAGE, {"state": state}, headers=HTMX)
    token.app_connector.grants.create(connector="CommSvcConnector")
    changed = client.get(PAGE, {"state": state}, headers=HTMX)

    assert (same.status_code, changed.status_code) == (204, 200)
    assert "<html" not in changed.content.decode()
    assert 'hx-swap-oob="innerHTML:#menu-checklist">2/6<' in changed.content.decode()


def test_when_all_is_done_the_page_rests(login: Login, beheerder: User, token: Token) -> None:
    _complete(token)

    page = login(beheerder).get(PAGE).content.decode()

    assert "every 5s" not in page
    assert "6 van 6" in page


def test_what_happened_in_the_portal_is_no_refused_call(environment: Environment, token: Token) -> None:
    _refuse(token, Cause.CLAIM_OPENED_AGAIN, door=LogEntry.Door.PORTAL)

    assert blocking_refusals(environment) == {}


def test_a_refused_sender_is_pointed_at_in_the_step_that_solves_it(environment: Environment, token: Token) -> None:
    entry = _refuse(token, times=3)
    _refuse(token, Cause.MESSAGE_TYPE_BLOCKED)
    _refuse(token, Cause.CONTENT_MISSING)

    found = blocking_refusals(environment)

    assert {key: [(line.count, line.address) for line in lines] for key, lines in found.items()} == {
        "address": [(3, "203.0.113.7")],
        "message-type": [(1, "203.0.113.7")],
        "first-message": [(1, "203.0.113.7")],
    }
    assert found["address"][0].reference == entry.public_reference


def test_the_line_leads_to_the_entry_with_the_fix(login: Login, beheerder: User, token: Token) -> None:
    entry = _refuse(token, times=2)

    page = login(beheerder).get(PAGE).content.decode()

    assert "2 geweigerde oproepen van 203.0.113.7:" in page
    assert f'href="/O12345AB/communicatielogboek/{entry.public_reference}/"' in page


def test_what_is_let_in_by_now_blocks_nothing(environment: Environment, token: Token) -> None:
    _refuse(token)
    _refuse(token, Cause.MESSAGE_TYPE_BLOCKED)
    _refuse(token, Cause.CONNECTOR_NOT_GRANTED)

    AllowlistEntryFactory(participant_number="12345", network="203.0.113.0/28")
    MessageType.objects.filter(code="BTW").update(blocked=False, workflow=environment.workflows.get(name="Accorderen"))
    token.app_connector.grants.create(connector="CommSvcConnector")

    assert blocking_refusals(environment) == {}


def test_who_has_come_through_since_is_not_blocked(environment: Environment, token: Token) -> None:
    _refuse(token, Cause.TOKEN_MALFORMED)

    Token.objects.filter(pk=token.pk).update(last_used_at=timezone.now() + timedelta(minutes=1))

    assert blocking_refusals(environment) == {}


def test_tests_old_and_solved_refusals_block_nothing(environment: Environment, token: Token) -> None:
    test = TokenFactory(app_connector=token.app_connector, test_address="203.0.113.7")
    _refuse(test)
    solved = _refuse(token)
    LogEntry.objects.filter(pk=solved.pk).update(resolved_at=timezone.now())
    old = _refuse(token, Cause.TOKEN_EXPIRED)
    LogEntry.objects.filter(pk=old.pk).update(last_seen_at=timezone.now() - timedelta(days=8))

    assert blocking_refusals(environment) == {}


def test_a_test_message_is_not_the_first_message(login: Login, beheerder: User, token: Token) -> None:
    MessageFactory(token=TokenFactory(app_connector=token.app_connector, test_address="203.0.113.7"))

    steps = {step.key: step.done for step in login(beheerder).get(PAGE).context["steps"]}

    assert steps["first-message"] is False


def test_the_last_test_stands_below_the_steps(login: Login, beheerder: User, token: Token) -> None:
    trial = Trial.objects.create(
        environment=token.environment,
        message_type="BTW",
        token=token,
        address="203.0.113.7",
        finished_at=timezone.now(),
        outcome=Trial.Outcome.REFUSED,
        entry=_refuse(token),
    )

    page = login(beheerder).get(PAGE).content.decode()

    assert f'href="/O12345AB/testbericht/{trial.pk}/"' in page
    assert "check-failed" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_number_of_queries(login: Login, beheerder: User, token: Token, count: int) -> None:
    for number in range(count):
        _refuse(TokenFactory(app_connector__environment=token.environment), address=f"203.0.113.{number + 9}")
    client = login(beheerder)

    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE)

    assert len(queries) == 14


def test_tokens_that_expire_soon_stand_above_the_steps_with_their_button(
    login: Login, beheerder: User, auditor: User, token: Token
) -> None:
    now = timezone.now()
    soon, later, gone = (
        TokenFactory(app_connector=token.app_connector, created_at=now - timedelta(days=90), expires_at=now + left)
        for left in (timedelta(days=29), timedelta(days=31), timedelta(seconds=-1))
    )

    page = login(beheerder).get(PAGE)
    of_auditor = login(auditor).get(PAGE)

    replace = f'href="/O12345AB/beheer/app-connectors/{soon.app_connector_id}/gebruikerstokens/{soon.pk}/vervangen/"'
    assert [found.pk for found in page.context["expiring"]] == [soon.pk]
    assert {later.pk, gone.pk}.isdisjoint(found.pk for found in page.context["expiring"])
    assert replace in page.content.decode()
    assert 'id="expiring"' in of_auditor.content.decode()
    assert replace not in of_auditor.content.decode()
