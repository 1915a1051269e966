"""What the requesting party thinks of a message that was handed over: accepted (80) or refused (90)."""

from __future__ import annotations

import enum
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from messaging.actions.assessment import SomebodyWasFirst
from messaging.models import Delivery, DeliveryRoute, Message
from messaging.statuses import Status, change_status
from portal.errors import DomainError
from portal.models import Membership, User
from portal.permissions import ASSESS

MAX_REASON = 2000  # characters


class Recorded(enum.Enum):
    """What came of an answer."""

    DONE = "done"
    KNOWN = "known"  # it said the same before
    NOT_SENT = "not_sent"  # not handed over as far as is known here; perhaps in a moment
    CONTRADICTS = "contradicts"  # the opposite is on record


@transaction.atomic
def record_answer(*, message: Message, accepted: bool, reason: str, channel_name: str) -> Recorded:
    """Record the receiver's answer to a message (60 -> 80 or 90). The same answer again changes nothing."""
    after = Status.ACCEPTED if accepted else Status.REFUSED
    if change_status([message.pk], before=Status.SENT, after=after, actor_name=channel_name, note=reason[:MAX_REASON]):
        return Recorded.DONE
    status = Message.objects.values_list("status", flat=True).get(pk=message.pk)
    if status in (Status.READY, Status.SEND_FAILED):
        return Recorded.NOT_SENT
    return Recorded.KNOWN if status == after else Recorded.CONTRADICTS


@transaction.atomic
def record_sent(*, message: Message, acting_user: User) -> None:
    """Record that a person handed the message over (50 or 70 -> 60): for types without a channel, or when that fails.

    Raises `DomainError` when the user may not, or a channel is to send it, and `SomebodyWasFirst`.
    """
    _require_assessor(message, acting_user)
    delivery = Delivery.objects.select_for_update().filter(message=message).first()
    message = Message.objects.get(pk=message.pk)
    if not may_send_by_hand(message, delivery):
        raise DomainError(_("A channel sends this message; there is nothing to do by hand."))
    if not change_status([message.pk], before=Status(message.status), after=Status.SENT, actor=acting_user):
        raise _too_late()
    forget_failure(message.pk)


@transaction.atomic
def record_outcome(*, message: Message, accepted: bool, reason: str = "", acting_user: User) -> None:
    """Record by hand what the requesting party decided (60 -> 80 or 90). A refusal needs its reason.

    Raises `DomainError` at the field `reason`, or when the user may not, and `SomebodyWasFirst`.
    """
    _require_assessor(message, acting_user)
    if not accepted and not reason.strip():
        raise DomainError(_("Say why the requesting party refused the message."), field="reason")
    after = Status.ACCEPTED if accepted else Status.REFUSED
    note = reason.strip()[:MAX_REASON]
    if not change_status([message.pk], before=Status.SENT, after=after, actor=acting_user, note=note):
        raise _too_late()


def may_send_by_hand(message: Message, delivery: Delivery | None) -> bool:
    """Tell whether a person may record that a message was sent: nobody else is about to send it."""
    if message.status not in (Status.READY, Status.SEND_FAILED) or (delivery and delivery.held):
        return False
    given_up = delivery is not None and delivery.gave_up_at is not None
    return given_up or not DeliveryRoute.objects.filter(message_type=message.message_type_id).exists()


def forget_failure(message_id: UUID) -> None:
    """Let a message that was handed over stand in no list of failures, and no worker try it again."""
    Delivery.objects.filter(message=message_id).update(
        held=False, due_at=None, cause="", observed="", log_reference=None, gave_up_at=None
    )


def _require_assessor(message: Message, user: User) -> None:
    if not Membership.objects.filter(user=user, environment=message.environment_id, role__in=ASSESS).exists():
        raise DomainError(_("Assessors and administrators record what became of a message."))


def _too_late() -> SomebodyWasFirst:
    return SomebodyWasFirst(_("The status of this message changed in the meantime. You changed nothing."))
