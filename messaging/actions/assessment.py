"""Assessing messages: approve, reject, and repair the status of a rejected one (DOMAIN 1a and 2).

An approval decides (status 50) in the last step of the workflow, and in an earlier one when that step says so; in any
other step it passes the message on, as *Doorzetten* does (`messaging.actions.routing`).
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from messaging.actions.acting import MAX_REMARK, SomebodyWasFirst, first_was, lock, membership_of, move, take
from messaging.approval import stored_digest
from messaging.models import Message, MessageEvent, WorkflowStep
from messaging.models.workflows import StepAction
from messaging.statuses import Status, change_status
from messaging.workflow import entry_step, first_step, next_step
from portal.errors import DomainError
from portal.models import User
from portal.permissions import ASSESS

__all__ = ["MAX_REASON", "SomebodyWasFirst", "approve_message", "reject_message", "repair_message"]

MAX_REASON = MAX_REMARK


@transaction.atomic
def approve_message(
    *, message: Message, digest_seen: str, acting_user: User, seen: int | None = None
) -> WorkflowStep | None:
    """Approve a message in the step of the workflow where it waits.

    Where the approval decides, the message is sent on the next run (30 -> 50) and None is returned; elsewhere it goes
    to the next step, which is returned. `digest_seen` is the SHA-256, in hex, of the document as it stood on the
    assessor's screen, and `seen` the newest act on it. The event keeps the digest, and only these bytes are sent
    (`messaging.approval.approved_digest`).
    Raises `DomainError` when it is another one than that of the message, when the stored content is no longer what
    was received, or when the user may not approve here; `SomebodyWasFirst` when the message has gone on since.
    """
    _require_no_test(message)
    message, step = take(message, acting_user, StepAction.APPROVE, seen)
    digest = _approved_digest(message, digest_seen)
    onward = None if step.approval_decides else next_step(step)
    if onward:
        move(message, onward, MessageEvent.Kind.APPROVED, acting_user, step=step, content_digest=digest)
    else:
        _decide(message, Status.READY, acting_user, step, content_digest=digest)
    return onward


@transaction.atomic
def reject_message(*, message: Message, reason: str, acting_user: User, seen: int | None = None) -> None:
    """Reject a message in the workflow (30 -> 40), in whichever step; the reason becomes the note of the event.

    Raises `DomainError` at the field `reason` when it is empty, or when the user may not reject here, and
    `SomebodyWasFirst` when the message has gone on since.
    """
    message, step = take(message, acting_user, StepAction.REJECT, seen)
    if not reason.strip():
        raise DomainError(_("Say why you reject the message."), field="reason")
    _decide(message, Status.REJECTED, acting_user, step, note=reason.strip()[:MAX_REASON])


@transaction.atomic
def repair_message(*, message: Message, acting_user: User) -> None:
    """Put a rejected message back into its workflow (40 -> 30), *Herstellen berichtstatus*.

    It waits in the first step of the version that it was in, and everybody may act on it anew: what people did before
    the rejection does not count for four eyes. A message that could not be read never was in a version and enters the
    current one of its type's workflow: people then decide with the document itself before them.
    Raises `DomainError` when no workflow handles the type or the user may not assess, and `SomebodyWasFirst`.
    """
    _require_no_test(message)
    message = lock(message)
    if membership_of(acting_user, message).role not in ASSESS:
        raise DomainError(_("Assessors and administrators can repair the status of a message."))
    step = _step_after_repair(message) if message.status == Status.REJECTED else None
    if step is None or not change_status(
        [message.pk], before=Status.REJECTED, after=Status.IN_WORKFLOW, actor=acting_user, step=step
    ):
        raise first_was(message, acting_user)


def _require_no_test(message: Message) -> None:
    """A test message is over when it has arrived; the trigger `test_message_is_never_sent` stands behind this rule."""
    if message.is_test:
        raise DomainError(_("This is a test message: nobody assesses it, and it is never sent."))


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


def _approved_digest(message: Message, seen: str) -> bytes:
    """Return the digest of the stored document when it is what was received, and what was seen."""
    digest = stored_digest(message)
    if digest is None or digest != bytes(message.content_digest):
        raise DomainError(
            _(
                "You approved nothing: the stored document is not the one that was received, its SHA-256 is another "
                "one. Report this to the support staff."
            )
        )
    if seen.lower() != digest.hex():
        raise DomainError(_("You did not see this document: its SHA-256 is another one. Open the message again."))
    return digest


def _decide(
    message: Message,
    status: Status,
    actor: User,
    step: WorkflowStep,
    *,
    note: str = "",
    content_digest: bytes | None = None,
) -> None:
    before = Status.IN_WORKFLOW
    decided = change_status(
        [message.pk],
        before=before,
        after=status,
        actor=actor,
        note=note,
        content_digest=content_digest,
        decided_in=step,
    )
    if not decided:
        raise first_was(message, actor)
