"""Assessing messages: approve, reject, and repair the status of a rejected one (DOMAIN 1a and 2)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from messaging.approval import stored_digest
from messaging.models import Message, WorkflowStep
from messaging.models.workflows import StepAction
from messaging.statuses import Status, change_status
from messaging.workflow import entry_step, first_step, may_act
from portal import formats
from portal.errors import DomainError
from portal.models import Membership, User
from portal.permissions import ASSESS

MAX_REASON = 2000  # characters


class SomebodyWasFirst(DomainError):
    """The message is no longer where it was on the screen; the text tells who did what, and when."""


@transaction.atomic
def approve_message(*, message: Message, digest_seen: str, acting_user: User) -> None:
    """Approve a message in the workflow (30 -> 50); it is sent on the next run.

    `digest_seen` is the SHA-256, in hex, of the document as it stood on the assessor's screen. The event keeps it, and
    only these bytes are sent (`messaging.approval.approved_digest`).
    Raises `DomainError` when it is another one than that of the message, when the stored content is no longer what
    was received, or when the user may not approve here; `SomebodyWasFirst` when the message has left the workflow.
    """
    _require_in_workflow(message)
    _require_may(acting_user, message, StepAction.APPROVE)
    digest = stored_digest(message)
    if digest != bytes(message.content_digest):
        raise DomainError(
            _(
                "You approved nothing: the stored document is not the one that was received, its SHA-256 is another "
                "one. Report this to the support staff."
            )
        )
    if digest_seen.lower() != digest.hex():
        raise DomainError(_("You did not see this document: its SHA-256 is another one. Open the message again."))
    _move(message, Status.IN_WORKFLOW, Status.READY, acting_user, content_digest=digest)


@transaction.atomic
def reject_message(*, message: Message, reason: str, acting_user: User) -> None:
    """Reject a message in the workflow (30 -> 40); the reason becomes the note of the event.

    Raises `DomainError` at the field `reason` when it is empty, or when the user may not reject here, and
    `SomebodyWasFirst` when the message has left the workflow.
    """
    _require_in_workflow(message)
    _require_may(acting_user, message, StepAction.REJECT)
    if not reason.strip():
        raise DomainError(_("Say why you reject the message."), field="reason")
    _move(message, Status.IN_WORKFLOW, Status.REJECTED, acting_user, note=reason.strip()[:MAX_REASON])


@transaction.atomic
def repair_message(*, message: Message, acting_user: User) -> None:
    """Put a rejected message back into its workflow (40 -> 30), *Herstellen berichtstatus*.

    It waits in the first step of the version that it was in; a message that could not be read never was in one and
    enters the current version of its type's workflow: people then decide with the document itself before them.
    Raises `DomainError` when no workflow handles the type or the user may not assess, and `SomebodyWasFirst`.
    """
    membership = _membership(acting_user, message)
    if membership is None or membership.role not in ASSESS:
        raise DomainError(_("Assessors and administrators can repair the status of a message."))
    if message.status != Status.REJECTED:
        raise _first_was(message)
    _move(message, Status.REJECTED, Status.IN_WORKFLOW, acting_user, step=_step_after_repair(message))


def _step_after_repair(message: Message) -> WorkflowStep:
    version = message.workflow_version
    step = first_step(version) if version else entry_step(message.message_type)
    if step is None:
        raise DomainError(
            _(
                "No workflow handles messages of the type %(type)s. An administrator chooses one under "
                "Communication connector; then repair the status again."
            )
            % {"type": message.message_type}
        )
    return step


def _move(
    message: Message,
    before: Status,
    after: Status,
    actor: User,
    *,
    note: str = "",
    step: WorkflowStep | None = None,
    content_digest: bytes | None = None,
) -> None:
    moved = change_status(
        [message.pk], before=before, after=after, actor=actor, note=note, step=step, content_digest=content_digest
    )
    if not moved:
        raise _first_was(message)


def _membership(user: User, message: Message) -> Membership | None:
    return Membership.objects.filter(user=user, environment=message.environment_id).first()


def _require_may(user: User, message: Message, action: StepAction) -> None:
    membership = _membership(user, message)
    if membership is None or not may_act(membership, message, action):
        raise DomainError(_("In this step of the workflow you cannot do this; the page says who can."))


def _require_in_workflow(message: Message) -> None:
    if message.status != Status.IN_WORKFLOW:
        raise _first_was(message)


def _first_was(message: Message) -> SomebodyWasFirst:
    """Tell what happened to the message in the meantime, from its newest status event."""
    event = message.events.filter(kind="status").order_by("-id").first()
    if event is None or event.to_status is None:
        return SomebodyWasFirst(_("The status of this message changed in the meantime. You changed nothing."))
    return SomebodyWasFirst(
        _("You changed nothing: %(who)s was first. Since %(when)s the status is %(status)s.")
        % {
            "who": event.actor_name,
            "when": formats.seconds_nl(event.at),
            "status": f"{event.to_status} {Status(event.to_status).label}",
        }
    )
