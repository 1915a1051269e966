"""What every act on a message in its workflow has in common: the lock, what was seen, the right, and the move."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from messaging.history import KINDS_OF_ACTS, title_of
from messaging.models import Message, MessageEvent, Question, WorkflowStep
from messaging.models.workflows import StepAction
from messaging.statuses import Status
from messaging.workflow import Standing
from portal import formats
from portal.errors import DomainError
from portal.models import Membership, User

MAX_REMARK = 2000  # characters


class SomebodyWasFirst(DomainError):
    """The message is no longer where it was on the screen; the text tells who did what, and when."""


def lock(message: Message) -> Message:
    """Return the message as it is now, held until the end of the transaction: of two who act at once, one waits."""
    return (
        Message.objects.select_for_update(of=("self",))
        .select_related("message_type__workflow", "workflow_version", "step__group", "question")
        .get(pk=message.pk)
    )


def take(message: Message, user: User, action: StepAction, seen: int | None) -> tuple[Message, WorkflowStep]:
    """Lock a message for somebody who wants to act on it in its step; return it, and the step.

    `seen` is the newest act on the message that stood on their screen (`last_act`); None looks at its state only.
    Raises `SomebodyWasFirst` when the message left the workflow or another act came in between, and `DomainError` when
    the person may not do this here.
    """
    message = lock(message)
    if message.status != Status.IN_WORKFLOW or is_stale(message, seen):
        raise first_was(message, user)
    refusal = Standing(membership_of(user, message), message).why_not(action)
    if refusal or message.step is None:
        raise DomainError(refusal)
    return message, message.step


def membership_of(user: User, message: Message) -> Membership:
    """Return the person's membership of the message's environment; raises `DomainError` for somebody else's."""
    found = Membership.objects.filter(user=user, environment=message.environment_id).first()
    if found is None:
        raise DomainError(_("You are not a member of the environment of this message."))
    return found


def last_act(message: Message) -> MessageEvent | None:
    """Return the newest event by which somebody or the system took the message a step further."""
    events = message.events.filter(kind__in=KINDS_OF_ACTS).select_related("step", "to_step", "question")
    return events.order_by("-id").first()


def last_acts(messages: Iterable[Message]) -> dict[UUID, int]:
    """Return the ids of the newest act on each message (`last_act`). One query."""
    events = MessageEvent.objects.filter(message__in=[message.pk for message in messages], kind__in=KINDS_OF_ACTS)
    newest = events.order_by("message_id", "-id").distinct("message_id")
    return dict(newest.values_list("message_id", "pk"))


def is_stale(message: Message, seen: int | None) -> bool:
    if seen is None:
        return False
    newest = last_act(message)
    return newest is None or newest.pk != seen


def first_was(message: Message, user: User) -> SomebodyWasFirst:
    """Tell the user what happened to the message in the meantime, from its newest act; it may be their own."""
    event = last_act(message)
    if event is None:
        return SomebodyWasFirst(_("The status of this message changed in the meantime. You changed nothing."))
    values = {"who": event.actor_name, "when": formats.seconds_nl(event.at)}
    is_own = event.actor_id == user.pk
    if event.kind == MessageEvent.Kind.STATUS and event.to_status is not None:
        text = _("You changed nothing: %(who)s was first. Since %(when)s the status is %(status)s.")
        if is_own:
            text = _("You did this before: since %(when)s the status is %(status)s. Nothing was done twice.")
        return SomebodyWasFirst(text % {**values, "status": f"{event.to_status} {Status(event.to_status).label}"})
    text = _("You changed nothing: %(who)s was first. At %(when)s: %(what)s.")
    if is_own:
        text = _("You did this before, at %(when)s: %(what)s. Nothing was done twice.")
    return SomebodyWasFirst(text % {**values, "what": title_of(event)})


def move(
    message: Message,
    to: WorkflowStep,
    kind: MessageEvent.Kind,
    actor: User,
    *,
    step: WorkflowStep,
    note: str = "",
    content_digest: bytes | None = None,
) -> None:
    """Put a locked message into another step of its version, with its deadline there and the event of the move."""
    message.step, message.due_at, message.late_told_at = to, deadline_of(to), None
    message.save(update_fields=["step", "due_at", "late_told_at"])
    record(message, kind, actor, step=step, to_step=to, note=note, content_digest=content_digest)


def deadline_of(step: WorkflowStep) -> dt.datetime | None:
    """Return until when somebody has to act on a message that enters a step now: calendar days, at the same hour."""
    return timezone.now() + dt.timedelta(days=step.deadline_days) if step.deadline_days else None


def record(
    message: Message,
    kind: MessageEvent.Kind,
    actor: User,
    *,
    step: WorkflowStep,
    to_step: WorkflowStep | None = None,
    question: Question | None = None,
    note: str = "",
    content_digest: bytes | None = None,
) -> None:
    """Write the event of an act that changes no status."""
    MessageEvent.objects.create(
        message=message,
        kind=kind,
        actor=actor,
        actor_name=str(actor),
        note=note.strip()[:MAX_REMARK],
        step=step,
        to_step=to_step,
        question=question,
        content_digest=content_digest,
    )
