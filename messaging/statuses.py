"""The status machine of DOMAIN 2, and the only code that changes the status of a message."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from messaging.wakeup import wake_delivery
from portal.audit import SYSTEM

if TYPE_CHECKING:  # the models build on this module
    from messaging.models import WorkflowStep
    from portal.models import User


class Status(models.IntegerChoices):
    """Where a message is on its way; the number is the one that client programs see."""

    REGISTERED = 10, _("Message registered")
    PROCESSING = 20, _("Processing registered message")
    IN_WORKFLOW = 30, _("Message in workflow")
    REJECTED = 40, _("Message rejected")
    READY = 50, _("Message ready to be sent to requesting party")
    SENT = 60, _("Message sent to requesting party")
    SEND_FAILED = 70, _("Error while sending to requesting party")
    ACCEPTED = 80, _("Message accepted by requesting party")
    REFUSED = 90, _("Message refused by requesting party")


# Anything else is a defect; the database holds the same table (trigger `message_status_transition`).
TRANSITIONS: frozenset[tuple[Status, Status]] = frozenset(
    {
        (Status.REGISTERED, Status.PROCESSING),
        # The worker that held the message was lost: the lease ran out and another one takes it (DESIGN 5).
        (Status.PROCESSING, Status.REGISTERED),
        (Status.PROCESSING, Status.IN_WORKFLOW),
        (Status.PROCESSING, Status.REJECTED),
        (Status.IN_WORKFLOW, Status.REJECTED),
        (Status.IN_WORKFLOW, Status.READY),
        (Status.REJECTED, Status.IN_WORKFLOW),
        (Status.READY, Status.SENT),
        (Status.READY, Status.SEND_FAILED),
        (Status.SEND_FAILED, Status.SENT),
        (Status.SEND_FAILED, Status.SEND_FAILED),
        (Status.SENT, Status.ACCEPTED),
        (Status.SENT, Status.REFUSED),
    }
)


# In how many answers to GetUpdatedMessages a change has to stand before it counts as told (messaging.actions.updates).
ANSWERS_PER_CHANGE = 2

# One statement moves the messages and writes their events, so that neither can be without the other.
_CHANGE = """
    WITH moved AS (
        UPDATE messaging_message
        SET status = %(after)s,
            status_changed_at = CURRENT_TIMESTAMP,
            lease_until = %(lease_until)s,
            attempts = CASE %(after)s WHEN 20 THEN attempts + 1 WHEN 30 THEN 0 ELSE attempts END,
            answers_due = %(answers)s,
            workflow_version_id = COALESCE(%(version)s, workflow_version_id),
            step_id = %(step)s,
            late_told_at = NULL,
            due_at = CURRENT_TIMESTAMP + %(deadline_days)s * INTERVAL '1 day'
        WHERE id = ANY (%(ids)s) AND status = %(before)s
        RETURNING id
    ), noted AS (
        INSERT INTO messaging_messageevent
            (message_id, kind, from_status, to_status, at, actor_id, actor_name, note, log_reference, content_digest,
             step_id)
        SELECT id, 'status', %(before)s, %(after)s, CURRENT_TIMESTAMP, %(actor)s, %(actor_name)s, %(note)s,
               %(log_reference)s, %(content_digest)s, %(decided_in)s
        FROM moved
    )
    SELECT id FROM moved
"""


class ForbiddenTransition(ValueError):
    """A status change that DOMAIN 2 does not know: a defect in the caller."""


def change_status(
    message_ids: Iterable[UUID],
    *,
    before: Status,
    after: Status,
    actor: User | None = None,
    actor_name: str = "",
    note: str = "",
    log_reference: UUID | None = None,
    content_digest: bytes | None = None,
    step: WorkflowStep | None = None,
    decided_in: WorkflowStep | None = None,
    lease_until: datetime | None = None,
) -> list[UUID]:
    """Move messages from one status to another, with one event each, and return the ids that moved.

    A message that is no longer in `before` stays as it is and is not returned: of two who act at once, one wins.
    `step` is where a message waits in its workflow, for status 30 only, and sets its deadline; `decided_in` the step
    in which a person decided on it; `lease_until` until when a worker holds it in status 20, or until when it rests in
    status 10; `content_digest` is the SHA-256 of what was approved. Without an actor the system acts, under
    `actor_name` if given.
    Runs in the caller's transaction. Raises `ForbiddenTransition`.
    """
    if (before, after) not in TRANSITIONS:
        raise ForbiddenTransition(f"{before:d} to {after:d}")
    with connection.cursor() as cursor:
        cursor.execute(
            _CHANGE,
            {
                "ids": list(message_ids),
                "before": int(before),
                "after": int(after),
                "actor": actor.pk if actor else None,
                "actor_name": actor_name or (str(actor) if actor else SYSTEM),
                "note": note,
                "log_reference": log_reference,
                "content_digest": content_digest,
                "version": step.version_id if step else None,
                "step": step.pk if step else None,
                "deadline_days": step.deadline_days if step else None,
                "decided_in": decided_in.pk if decided_in else None,
                "lease_until": lease_until,
                "answers": ANSWERS_PER_CHANGE,
            },
        )
        moved = [row[0] for row in cursor.fetchall()]
    if moved and after is Status.READY:
        wake_delivery()
    return moved
