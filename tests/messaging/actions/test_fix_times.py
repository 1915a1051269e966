"""Time to fix: from a refusal to the first success of the same sender."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from connectors.causes import Cause
from connectors.models import Environment, Token
from messaging.actions.fix_times import _NOTE_FIXES, forget_old_fix_times, work_out_fix_times
from messaging.actions.log import Circumstances, record_refusal
from messaging.models import FixTime, LogEntry
from messaging.models.messages import new_message_id
from tests.factories import MessageFactory, TokenFactory
from tests.plans import rows_read

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(environment: Environment) -> Token:
    made: Token = TokenFactory(app_connector__environment=environment)
    return made


def _refuse(cause: Cause, token: Token | None = None, address: str = "203.0.113.7", **given: Any) -> None:
    known: dict[str, Any] = {}
    if token is not None:
        known = {"environment_id": token.environment_id, "token_id": token.pk, "token_hint": token.hint}
    record_refusal(cause, Circumstances(door=LogEntry.Door.SOAP, address=address, **known, **given))


def _succeed(token: Token, address: str = "203.0.113.7", minutes: int = 10) -> None:
    """Store a message, as the gateway does, some minutes from now."""
    at = timezone.now() + timedelta(minutes=minutes)
    key = new_message_id(int(at.timestamp() * 1000))
    MessageFactory(id=key, token=token, source_address=address, received_at=at)
    Token.objects.filter(pk=token.pk).update(last_used_at=at, last_used_address=address)


def _took() -> list[tuple[str, int | None]]:
    return [
        (fix.cause, round((fix.fixed_at - fix.refused_at).total_seconds() / 60) if fix.fixed_at else None)
        for fix in FixTime.objects.order_by("pk")
    ]


def test_it_takes_until_the_first_message_of_the_same_token(token: Token) -> None:
    _refuse(Cause.ADDRESS_NOT_ALLOWLISTED, token)
    work_out_fix_times()
    _succeed(token, minutes=10)
    _succeed(token, address="198.51.100.1", minutes=30)

    work_out_fix_times()

    assert _took() == [("address_not_allowlisted", 10)]


def test_nothing_is_mended_until_that_sender_succeeds(token: Token) -> None:
    other = TokenFactory(app_connector=token.app_connector)
    _refuse(Cause.CONNECTOR_NOT_GRANTED, token)
    _succeed(other)

    work_out_fix_times()

    assert _took() == [("connector_not_granted", None)]


def test_each_cause_of_a_sender_counts_once_from_its_first_refusal(token: Token) -> None:
    _refuse(Cause.MESSAGE_TYPE_BLOCKED, token, message_type="BTW")
    _refuse(Cause.MESSAGE_TYPE_BLOCKED, token, message_type="ICP")
    work_out_fix_times()
    _refuse(Cause.MESSAGE_TYPE_BLOCKED, token, message_type="SUP")
    _refuse(Cause.ADDRESS_RESTRICTED, token)

    work_out_fix_times()
    work_out_fix_times()

    first = LogEntry.objects.earliest("pk")
    assert [(fix.cause, fix.reference == first.reference) for fix in FixTime.objects.order_by("pk")] == [
        ("message_type_blocked", True),
        ("address_restricted", False),
    ]
    assert FixTime.objects.latest("last_entry").last_entry == LogEntry.objects.latest("pk").pk


def test_an_unknown_token_is_known_by_its_address(token: Token) -> None:
    _refuse(Cause.TOKEN_UNKNOWN)
    _refuse(Cause.TOKEN_UNKNOWN, address="198.51.100.9")
    _succeed(token)

    work_out_fix_times()

    assert _took() == [("token_unknown", None), ("token_unknown", 10)] or _took() == [
        ("token_unknown", 10),
        ("token_unknown", None),
    ]
    assert FixTime.objects.get(fixed_at__isnull=False).environment == token.environment


def test_of_a_token_that_expired_the_next_one_from_there_counts(token: Token) -> None:
    _refuse(Cause.TOKEN_EXPIRED, token)
    _succeed(TokenFactory(app_connector=token.app_connector))

    work_out_fix_times()

    assert _took() == [("token_expired", 10)]


def test_another_office_does_not_mend_ours(token: Token) -> None:
    _refuse(Cause.TOKEN_DELETED, token)
    _succeed(TokenFactory())

    work_out_fix_times()

    assert _took() == [("token_deleted", None)]


def test_a_refusal_after_the_success_begins_anew(token: Token) -> None:
    _refuse(Cause.USER_BLOCKED, token)
    _succeed(token, minutes=-1)
    work_out_fix_times()
    Token.objects.filter(pk=token.pk).update(last_used_at=timezone.now() + timedelta(minutes=5))
    work_out_fix_times()

    work_out_fix_times()

    assert _took() == [("user_blocked", 5)]


@pytest.mark.parametrize("cause", [Cause.PATH_UNKNOWN, Cause.TOO_MANY_FAILURES, Cause.UNEXPECTED])
def test_what_nobody_mends_is_not_counted(cause: Cause) -> None:
    _refuse(cause)

    assert work_out_fix_times() == (0, 0)


def test_what_the_log_no_longer_keeps_is_forgotten(token: Token) -> None:
    _refuse(Cause.TOKEN_EXPIRED, token)
    work_out_fix_times()
    FixTime.objects.update(refused_at=timezone.now() - timedelta(days=731))

    assert (forget_old_fix_times(), FixTime.objects.count()) == (1, 0)


def test_who_never_comes_through_is_not_looked_at_every_minute(token: Token) -> None:
    _refuse(Cause.ADDRESS_NOT_ALLOWLISTED, token)
    work_out_fix_times()
    FixTime.objects.bulk_create(
        FixTime(
            sender=f"address 198.51.{number // 200}.{number % 200} ",
            cause="token_unknown",
            address=f"198.51.{number // 200}.{number % 200}",
            reference=uuid4(),
            last_entry=1,
            refused_at=timezone.now(),
        )
        for number in range(20_000)
    )
    _succeed(token)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_fixtime, connectors_token")

    read = rows_read(_NOTE_FIXES, {})

    assert read < 100
    assert FixTime.objects.filter(fixed_at__isnull=False).count() == 1
