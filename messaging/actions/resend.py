"""Sending again by hand: one message, or everything that matches a filter, in the worker (DOMAIN 2: 70 -> 60)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from connectors.models import Environment
from messaging.actions.assessment import SomebodyWasFirst
from messaging.models import Delivery, DeliveryChannel, DeliveryRoute, Message, MessageEvent, ResendRun
from messaging.queries_delivery import given_up
from messaging.statuses import Status
from messaging.wakeup import ring_run_on_commit, wake_delivery
from portal.errors import DomainError
from portal.models import Membership, User
from portal.permissions import ASSESS

BATCH = 200  # messages that a step of a run puts back


@transaction.atomic
def resend_message(*, message: Message, reference_seen: UUID, acting_user: User) -> None:
    """Let a message in status 70 be sent again at once, with all its attempts.

    `reference_seen` is the log reference on the screen: pressing twice, or after another failure, does nothing more.
    Raises `DomainError` when the user may not or no channel sends this type, and `SomebodyWasFirst`.
    """
    _require_assessor(message.environment, acting_user)
    if not DeliveryRoute.objects.filter(message_type=message.message_type_id).exists():
        raise DomainError(_("No channel sends this type of message. Send it by hand, or set up a channel."))
    delivery = (
        Delivery.objects.select_for_update().filter(message=message.pk, message__status=Status.SEND_FAILED).first()
    )
    now = timezone.now()
    if delivery is None or delivery.log_reference != reference_seen:
        raise SomebodyWasFirst(_("This message was tried again in the meantime. You changed nothing."))
    if delivery.held or (delivery.due_at is not None and delivery.due_at <= now):
        raise SomebodyWasFirst(_("This message is being sent again already. You changed nothing."))
    _put_back([message.pk], now, acting_user, run=None)
    _let_channels_try([message.message_type_id])


@transaction.atomic
def start_run(*, environment: Environment, wanted: dict[str, Any], key: UUID, acting_user: User) -> ResendRun:
    """Send again everything that was given up and matches; the same `key` again is the same run.

    Raises `DomainError` when the user may not, or nothing matches.
    """
    _require_assessor(environment, acting_user)
    # Two presses at the same moment: the second one waits here, and then finds what the first one made.
    Environment.objects.select_for_update(no_key=True).get(pk=environment.pk)
    if made := ResendRun.objects.filter(environment=environment, key=key).first():
        return made
    total = given_up(environment, wanted).count()
    if not total:
        raise DomainError(_("Nothing matches any more: there is nothing to send again."))
    run = ResendRun.objects.create(
        environment=environment, key=key, wanted=wanted, total=total, requested_by=acting_user
    )
    _let_channels_try([*environment.message_types.values_list("pk", flat=True)])
    ring_run_on_commit(run.pk)
    return run


@transaction.atomic
def stop_run(*, run: ResendRun, acting_user: User) -> None:
    """Stop a run: what was put back is sent, the rest stays given up. Raises `DomainError` when the user may not."""
    _require_assessor(run.environment, acting_user)
    ResendRun.objects.filter(pk=run.pk, state=ResendRun.State.RUNNING).update(
        state=ResendRun.State.STOPPED, ended_at=timezone.now()
    )


@transaction.atomic
def take_step(run_id: int, limit: int = BATCH) -> bool:
    """Put back the next messages of a run; tell whether there may be more. A worker calls this."""
    run = ResendRun.objects.select_for_update(of=("self",)).select_related("environment", "requested_by").get(pk=run_id)
    if run.state != ResendRun.State.RUNNING:
        return False
    # What failed since the run began is not what the person counted.
    waiting = given_up(run.environment, run.wanted).filter(gave_up_at__lte=run.requested_at)
    if run.after is not None:
        waiting = waiting.filter(pk__gt=run.after)
    found = [*waiting.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)[:limit]]
    if found:
        _put_back(found, timezone.now(), run.requested_by, run=run)
        run.done, run.after = run.done + len(found), found[-1]
    if len(found) < limit:
        run.state, run.ended_at = ResendRun.State.FINISHED, timezone.now()
    run.save(update_fields=["done", "after", "state", "ended_at"])
    return run.state == ResendRun.State.RUNNING


def _put_back(message_ids: list[UUID], now: datetime, actor: User | None, *, run: ResendRun | None) -> None:
    """Make messages due again, each with an event that says on whose behalf and in which run."""
    Delivery.objects.filter(pk__in=message_ids).update(
        attempts=0, due_at=now, gave_up_at=None, held=False, resend_run=run, turn=F("turn") + 1
    )
    note = _("Together with others, %(total)s in all.") % {"total": run.total} if run else ""
    MessageEvent.objects.bulk_create(
        MessageEvent(
            message_id=message_id,
            kind=MessageEvent.Kind.RESENT,
            actor=actor,
            actor_name=str(actor) if actor else "",
            note=note,
        )
        for message_id in message_ids
    )
    wake_delivery()


def _let_channels_try(message_types: list[int]) -> None:
    """Somebody thinks that it works now: let the channels of these types not rest any longer."""
    DeliveryChannel.objects.filter(routes__message_type__in=message_types).update(rests_until=None)


def _require_assessor(environment: Environment, user: User) -> None:
    if not Membership.objects.filter(user=user, environment=environment, role__in=ASSESS).exists():
        raise DomainError(_("Assessors and administrators send messages again."))
