"""Test messages: the real gateway over HTTP, a token for once, and a message that goes nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.utils import IntegrityError
from django.utils import timezone, translation
from pytest_django import Settings

from connectors.causes import Cause
from connectors.models import Connector, Environment, GroupMember, Token
from connectors.queries import app_connectors_of, deleted_tokens_of, members_of, tokens_of
from messaging.actions.assessment import approve_message, repair_message
from messaging.actions.trials import carry_out_trial, request_trial
from messaging.kinds import MessageKind
from messaging.models import LogEntry, Message, MessageEvent, MessageType, Trial
from messaging.processing import process_batch
from messaging.statuses import Status, change_status
from messaging.trial_progress import progress_of
from portal.errors import DomainError
from portal.models import User
from portal.network import parse_address
from tests.factories import TokenFactory
from tests.messaging.gateway.conftest import Program, connector, program
from tests.served import served

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["connector", "program"]

ALLOWED, STRANGER = "127.0.0.1", "203.0.113.7"


@pytest.fixture(scope="module")
def port(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    with django_db_blocker.unblock(), served() as port:
        yield port


@pytest.fixture(autouse=True)
def _gateway(port: int, settings: Settings) -> Iterator[None]:
    settings.GATEWAY_TEST_URL = f"http://127.0.0.1:{port}"
    with translation.override("en"):
        yield


def _try(program: Program, user: User, *, kind: str = "BTW", address: str = ALLOWED) -> Trial:
    environment = program.token.environment
    trial = request_trial(
        environment=environment,
        kind=MessageKind(kind),
        token=program.token,
        address=parse_address(address),
        acting_user=user,
    )
    carry_out_trial(trial.pk)
    return _again(trial)


def _again(trial: Trial) -> Trial:
    return Trial.objects.select_related("entry__environment", "entry__app_connector", "message").get(pk=trial.pk)


def _marks(trial: Trial) -> list[bool | None]:
    return [mark.passed for mark in progress_of(_again(trial)).marks]


def test_a_test_message_goes_all_the_way_and_ends_there(program: Program, beheerder: User) -> None:
    trial = _try(program, beheerder)
    stored = (trial.outcome, _marks(trial))
    process_batch()

    message = Message.objects.select_related("token").get()
    steps = [*MessageEvent.objects.order_by("id").values_list("to_status", flat=True)]
    assert stored == (Trial.Outcome.TAKEN, [True] * 9 + [None, None])
    assert progress_of(_again(trial)).arrived
    assert (message.status, message.is_test, steps) == (Status.REJECTED, True, [10, 20, 30, 40])
    assert (message.sender_environment, message.organisation) == ("O67890AA", None)


def test_the_token_is_for_once_and_leaves_no_trace(program: Program, beheerder: User) -> None:
    _try(program, beheerder)

    used = Token.including_one_time.exclude(pk=program.token.pk).get()
    app_connector = app_connectors_of(used.environment).get()
    member = members_of(used.environment).get(user=used.user)
    assert (used.deleted_by, used.last_used_at, used.test_address) == (beheerder, None, ALLOWED)
    assert used.expires_at is not None
    assert used.expires_at <= timezone.now() + timedelta(minutes=2)
    assert [*tokens_of(app_connector), *deleted_tokens_of(app_connector)] == [program.token]
    assert (app_connector.live_tokens, app_connector.last_used_at) == (1, None)  # type: ignore[attr-defined]  # annotated
    assert (member.live_tokens, member.token_used_at) == (1, None)  # type: ignore[attr-defined]  # annotated


def _client_with(fault: str, program: Program) -> Token:
    """Make another client program of the same environment, with one thing wrong."""
    past = timezone.now() - timedelta(days=2)
    expired = {"created_at": past, "expires_at": past + timedelta(days=1)} if fault == "token_expired" else {}
    token: Token = TokenFactory(
        app_connector__environment=program.token.environment,
        app_connector__blocked=fault == "connector_blocked",
        user__is_active=fault != "user_blocked",
        **expired,
    )
    if fault == "user_not_in_group":
        GroupMember.objects.filter(user=token.user).delete()
    if fault != "connector_not_granted":
        token.app_connector.grants.create(connector=Connector.COMM_SVC)
    if fault == "address_restricted":
        token.app_connector.ip_rules.create(network="192.0.2.0/24")
    if fault == "message_type_blocked":
        MessageType.objects.update(blocked=True)
    return token


STOPS = {
    "token_expired": 0,
    "user_blocked": 0,
    "connector_blocked": 1,
    "user_not_in_group": 2,
    "connector_not_granted": 3,
    "address_restricted": 4,
    "message_type_blocked": 6,
}


def test_a_test_message_stops_where_the_client_would(program: Program, beheerder: User) -> None:
    found = {}

    for fault in STOPS:
        program.token = _client_with(fault, program)
        entry = _try(program, beheerder).entry
        assert entry is not None
        found[entry.cause] = (entry.is_test, _marks(Trial.objects.latest("pk")))

    assert found == {
        fault: (True, [True] * passed + [False] + [None] * (10 - passed)) for fault, passed in STOPS.items()
    }
    assert not Message.objects.exists()
    assert not Token.including_one_time.filter(test_address__isnull=False, deleted_at__isnull=True).exists()


def test_the_address_is_that_of_the_customer_and_the_way_out_is_the_incident(program: Program, beheerder: User) -> None:
    trial = _try(program, beheerder, address=STRANGER)

    entry, progress = LogEntry.objects.get(), progress_of(trial)
    assert (entry.cause, entry.address) == ("address_not_allowlisted", STRANGER)
    assert progress.stop is not None
    assert progress.stop.link is not None
    assert entry.public_reference in progress.stop.link.url
    assert progress.stop.help_url == "/hulp/oorzaken/#address_not_allowlisted"


def test_what_cannot_be_processed_tells_why(program: Program, beheerder: User) -> None:
    trial = _try(program, beheerder)
    MessageType.objects.filter(code="BTW").update(blocked=True, workflow=None)
    process_batch()

    progress = progress_of(_again(trial))
    assert (progress.under_way, _marks(trial)) == (False, [True] * 9 + [False, None])
    assert progress.stop is not None
    assert progress.stop.explanation is Cause.WORKFLOW_MISSING.value


def test_a_gateway_that_does_not_answer_is_no_fault_of_the_set_up(
    program: Program, beheerder: User, settings: Settings
) -> None:
    settings.GATEWAY_TEST_URL = "http://127.0.0.1:9"

    trial = _try(program, beheerder)

    assert (trial.outcome, _marks(trial)) == (Trial.Outcome.UNREACHABLE, [None] * 11)
    assert Token.including_one_time.get(test_address__isnull=False).deleted_at


def test_one_at_a_time_and_a_lost_one_is_given_up(program: Program, beheerder: User) -> None:
    environment: Environment = program.token.environment
    lost = Trial.objects.create(environment=environment, message_type="BTW", token=program.token, address=ALLOWED)

    with pytest.raises(DomainError, match="under way"):
        _try(program, beheerder)
    Trial.objects.filter(pk=lost.pk).update(requested_at=timezone.now() - timedelta(minutes=3))
    trial = _try(program, beheerder)

    assert trial.outcome == Trial.Outcome.TAKEN
    assert _again(lost).outcome == Trial.Outcome.LOST


def test_a_test_is_carried_out_once(program: Program, beheerder: User) -> None:
    trial = _try(program, beheerder)

    carry_out_trial(trial.pk)

    assert Message.objects.count() == 1


def test_no_test_with_the_token_of_another_environment(program: Program, beheerder: User) -> None:
    with pytest.raises(DomainError) as caught:
        request_trial(
            environment=program.token.environment,
            kind=MessageKind.BTW,
            token=TokenFactory(),
            address=parse_address(ALLOWED),
            acting_user=beheerder,
        )

    assert (caught.value.field, Trial.objects.count()) == ("token", 0)


def _arrived(program: Program, user: User) -> Message:
    _try(program, user)
    process_batch()
    return Message.objects.select_related("token", "step", "environment", "message_type").get()


def test_nobody_approves_or_repairs_a_test_message(program: Program, beheerder: User) -> None:
    message = _arrived(program, beheerder)
    digest = bytes(message.content_digest).hex()

    with pytest.raises(DomainError, match="test message"):
        repair_message(message=message, acting_user=beheerder)
    change_status([message.pk], before=Status.REJECTED, after=Status.IN_WORKFLOW)
    message.refresh_from_db(fields=["status"])
    with pytest.raises(DomainError, match="test message"):
        approve_message(message=message, digest_seen=digest, acting_user=beheerder)
    with pytest.raises(IntegrityError, match="test message is never"):
        change_status([message.pk], before=Status.IN_WORKFLOW, after=Status.READY)
