"""Which messages a worker holds, and what it writes when it is done: everything that the database has to settle.

A claim is a lease with a turn number. Who lost it, by dying or by being too slow, has changed nothing: whatever is
written at the end asks for the turn that was claimed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from connectors.causes import Cause
from messaging.actions.log import Circumstances, record_refusal
from messaging.actions.outcomes import forget_failure
from messaging.delivery.failures import DeliveryFailed
from messaging.delivery.webhook import Answer
from messaging.leases import let_go_after
from messaging.models import Delivery, DeliveryChannel, LogEntry, Message
from messaging.statuses import Status, change_status

LEASE = timedelta(minutes=2)  # for a whole batch; a worker stops in time
MAX_ATTEMPTS = 10  # with the pauses between them about four hours
_FIRST_PAUSE, _LONGEST_PAUSE = 30, 3600  # seconds, between attempts for one message
_FIRST_REST, _LONGEST_REST = 10, 600  # seconds, between attempts of a channel that fails

# Materialized: a join may go through what it joins more than once, and each time others would be locked and taken.
_AGAIN = """
    WITH due AS MATERIALIZED (
        SELECT d.message_id FROM messaging_delivery d JOIN messaging_message m ON m.id = d.message_id
        WHERE d.message_type_id = ANY (%(types)s) AND d.due_at <= %(now)s AND m.status IN (50, 70)
        ORDER BY d.due_at LIMIT %(limit)s FOR NO KEY UPDATE OF d SKIP LOCKED
    )
    UPDATE messaging_delivery AS delivery
    SET turn = turn + 1, attempts = attempts + 1, held = true, due_at = %(lease)s, channel_id = %(channel)s
    FROM due
    WHERE delivery.message_id = due.message_id
    RETURNING delivery.message_id, turn, attempts
"""
# The conflict is with a worker that was quicker.
_FRESH = """
    INSERT INTO messaging_delivery
        (message_id, environment_id, message_type_id, channel_id, turn, attempts, due_at, held, cause, observed)
    SELECT id, environment_id, message_type_id, %(channel)s, 1, 1, %(lease)s, true, '', ''
    FROM (SELECT id, environment_id, message_type_id FROM messaging_message m
          WHERE message_type_id = ANY (%(types)s) AND status = 50
            AND NOT EXISTS (SELECT FROM messaging_delivery d WHERE d.message_id = m.id)
          ORDER BY id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED) AS fresh
    ON CONFLICT (message_id) DO NOTHING
    RETURNING message_id, turn, attempts
"""
_WAITING = """
    SELECT DISTINCT route.channel_id
    FROM messaging_deliveryroute route JOIN messaging_deliverychannel channel ON channel.id = route.channel_id
    WHERE NOT channel.blocked AND (channel.rests_until IS NULL OR channel.rests_until <= %(now)s) AND (
        EXISTS (SELECT FROM messaging_message m WHERE m.message_type_id = route.message_type_id AND m.status = 50
                AND NOT EXISTS (SELECT FROM messaging_delivery d WHERE d.message_id = m.id))
        OR EXISTS (SELECT FROM messaging_delivery d
                   WHERE d.message_type_id = route.message_type_id AND d.due_at <= %(now)s))
"""


@dataclass(frozen=True)
class Claim:
    """That this worker holds a message; `turn` tells this holding from any later one, `attempts` counts them."""

    message_id: UUID
    turn: int
    attempts: int


def channels_with_work() -> list[int]:
    """Return the channels that may send now and have something to send."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"now": timezone.now()})
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def claim_due(channel: DeliveryChannel, limit: int) -> list[Claim]:
    """Take messages for a channel: first those that are tried again, then the oldest. No two workers get the same."""
    now = timezone.now()
    values: dict[str, Any] = {
        "channel": channel.pk,
        "types": list(channel.routes.values_list("message_type_id", flat=True)),
        "now": now,
        "lease": now + LEASE,
        "limit": limit,
    }
    claims: list[Claim] = []
    with connection.cursor() as cursor:
        for statement in (_AGAIN, _FRESH):
            cursor.execute(statement, {**values, "limit": limit - len(claims)})
            claims += [Claim(*row) for row in cursor.fetchall()]
    return claims


def release(claims: list[Claim]) -> None:
    """Give back what was claimed and not tried."""
    for claim in claims:
        Delivery.objects.filter(message=claim.message_id, turn=claim.turn, held=True).update(
            held=False, attempts=F("attempts") - 1, due_at=timezone.now()
        )


@transaction.atomic
def record_handed_over(claim: Claim, channel: DeliveryChannel, answer: Answer | None) -> bool:
    """Write that a message was handed over (60), with the answer if there was one (80 or 90). False: too late."""
    message = _held(claim)
    if message is None:
        return False
    change_status([message.pk], before=Status(message.status), after=Status.SENT, actor_name=channel.name)
    if answer is not None:
        after = Status.ACCEPTED if answer.accepted else Status.REFUSED
        change_status([message.pk], before=Status.SENT, after=after, actor_name=channel.name, note=answer.reason)
    forget_failure(message.pk)
    return True


@transaction.atomic
def record_failure(claim: Claim, channel: DeliveryChannel, failure: DeliveryFailed) -> bool:
    """Write that a message was not handed over (70) under a log reference, and when it is tried again, if it is."""
    message = _held(claim)
    if message is None:
        return False
    final = claim.attempts >= MAX_ATTEMPTS or failure.cause is Cause.DELIVERY_NOT_AS_APPROVED
    evidence = {"observed": failure.observed, "channel": channel.name, "attempt": claim.attempts}
    reference = record_refusal(failure.cause, Circumstances.of_message(message, LogEntry.Door.DELIVERY), evidence)
    change_status(
        [message.pk],
        before=Status(message.status),
        after=Status.SEND_FAILED,
        note=failure.cause.code,
        log_reference=reference,
    )
    now = timezone.now()
    Delivery.objects.filter(message=message).update(
        held=False,
        due_at=None if final else now + pause(claim.attempts, _FIRST_PAUSE, _LONGEST_PAUSE),
        cause=failure.cause.code,
        observed=failure.observed,
        log_reference=reference,
        gave_up_at=now if final else None,
    )
    return True


def rest(channel: DeliveryChannel) -> None:
    """Let a channel that failed rest, longer each time, instead of trying it with every message that waits."""
    now = timezone.now()
    DeliveryChannel.objects.filter(pk=channel.pk).update(
        failures=F("failures") + 1,
        failing_since=channel.failing_since or now,
        rests_until=now + pause(channel.failures + 1, _FIRST_REST, _LONGEST_REST),
    )


def works(channel: DeliveryChannel) -> None:
    """Note that a channel sends."""
    DeliveryChannel.objects.filter(pk=channel.pk).update(
        failures=0, failing_since=None, rests_until=None, last_sent_at=timezone.now()
    )


def pause(attempt: int, first: int, longest: int) -> timedelta:
    """Return how long to wait after an attempt: twice as long each time, give or take a quarter."""
    seconds = min(longest, first * 2 ** min(attempt - 1, 20))
    return timedelta(seconds=seconds * random.uniform(0.75, 1.25))  # noqa: S311  spreads load, keeps no secret


def _held(claim: Claim) -> Message | None:
    """Lock delivery and message, in this order, if this claim still holds them."""
    let_go_after(LEASE)
    held = Delivery.objects.select_for_update(no_key=True).filter(message=claim.message_id, turn=claim.turn, held=True)
    if held.first() is None:
        return None
    return (
        Message.objects.select_for_update(of=("self",), no_key=True)
        .select_related("message_type", "token")
        .filter(pk=claim.message_id, status__in=[Status.READY, Status.SEND_FAILED])
        .first()
    )
