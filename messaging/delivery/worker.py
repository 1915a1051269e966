"""The worker's side of delivery: claim for a channel, hand over outside any transaction, write what came of it."""

from __future__ import annotations

import time

import structlog
from django.db.models import Q
from django.utils import timezone

from connectors.causes import Cause
from messaging.delivery.alarm import tell_of_failures
from messaging.delivery.carriers import HandOver, carrier
from messaging.delivery.claims import (
    LEASE,
    MAX_ATTEMPTS,
    Claim,
    claim_due,
    record_failure,
    record_handed_over,
    release,
    rest,
    works,
)
from messaging.delivery.failures import DeliveryFailed
from messaging.delivery.parcels import pack
from messaging.delivery.webhook import DEADLINE
from messaging.models import DeliveryChannel, Message

BATCH = 50
# A slow receiver keeps a worker busy no longer than this, and one call.
_AT_MOST = 20.0  # seconds
assert LEASE.total_seconds() > _AT_MOST + DEADLINE  # noqa: S101  or leases would end while their worker lives

log = structlog.get_logger(__name__)


def deliver_batch(channel_id: int, limit: int = BATCH) -> int:
    """Deliver what is due for a channel; return how many messages were tried, or 0 when it has to rest or is done.

    A channel that failed is tried with one message, and rests when it fails again.
    """
    rested = Q(rests_until__isnull=True) | Q(rests_until__lte=timezone.now())
    found = DeliveryChannel.objects.select_related("environment").filter(rested, pk=channel_id, blocked=False)
    channel = found.first()
    if channel is None:
        return 0
    claims = claim_due(channel, 1 if channel.failures else limit)
    return _deliver(channel, claims) if claims else 0


def _deliver(channel: DeliveryChannel, claims: list[Claim]) -> int:
    started, tried, sent = time.monotonic(), 0, False
    try:
        with carrier(channel) as hand_over:
            for claim in claims:
                if time.monotonic() - started > _AT_MOST:
                    break
                tried += 1
                sent = deliver_claimed(claim, channel, hand_over) or sent
    except _ChannelFailed:
        _rest(channel)
        return 0
    except DeliveryFailed as failure:  # it cannot even begin
        record_failure(claims[0], channel, failure)
        tried = 1
        _rest(channel)
        return 0
    finally:
        release(claims[tried:])
    if sent:
        works(channel)
    return tried


def _rest(channel: DeliveryChannel) -> None:
    rest(channel)
    tell_of_failures(channel.pk)


class _ChannelFailed(Exception):
    """Any other message would fare the same now."""


def deliver_claimed(claim: Claim, channel: DeliveryChannel, hand_over: HandOver) -> bool:
    """Hand one claimed message over, and write down what came of it; tell whether it went. Never raises for content."""
    failure = None
    try:
        if claim.attempts > MAX_ATTEMPTS:
            # Its workers were lost each time, so nothing could be written about it.
            raise DeliveryFailed(Cause.DELIVERY_INTERRUPTED, f"{claim.attempts - 1}x", of_channel=False)
        answer = hand_over(pack(_message(claim)))
    except DeliveryFailed as found:
        failure = found
    except Exception as error:
        # The class only: the text of an error may quote the document.
        log.error("delivery_failed", message=claim.message_id.hex, error=type(error).__name__)
        failure = DeliveryFailed(Cause.DELIVERY_INTERRUPTED, type(error).__name__, of_channel=False)
    else:
        if not record_handed_over(claim, channel, answer):
            log.warning("delivery_lease_lost", message=claim.message_id.hex)
        return True
    record_failure(claim, channel, failure)
    if failure.of_channel:
        raise _ChannelFailed
    return False


def _message(claim: Claim) -> Message:
    related = ("message_type", "environment", "organisation", "reading")
    return Message.objects.select_related(*related).defer("reading__document").get(pk=claim.message_id)
