"""From registered to in workflow: 10 -> 20 -> 30, or 40 for what cannot be processed (DESIGN 5).

The message row is the truth and the queue is only a bell. A worker claims messages with a lease and handles each in a
transaction of its own; whoever loses its lease, by dying or by being too slow, has changed nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from connectors.causes import Cause
from messaging.actions.log import Circumstances, record_refusal
from messaging.models import LogEntry, Message, MessageReading, Organisation, WorkflowStep
from messaging.statuses import Status, change_status
from messaging.xbrl import Document, XbrlError, read_document

BATCH = 100
LEASE = timedelta(minutes=2)  # for a whole batch, which takes well under a second per message
MAX_ATTEMPTS = 3
PAUSE = timedelta(seconds=20)  # before the next attempt, so that a passing fault does not use them all up at once

# The note of the event with which a test message ends; a note is kept as it was written, in the language of the office.
TEST_DONE = "Testbericht: gelezen en in de workflow aangekomen. Het wordt niet beoordeeld en nooit verzonden."

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Claim:
    """That this worker holds a message. `attempt` tells this holding from any later one."""

    message_id: UUID
    attempt: int


class NotProcessable(Exception):
    """The message goes to status 40; the cause and its evidence go into the communication log."""

    def __init__(self, cause: Cause, **evidence: str) -> None:
        super().__init__(cause.code)
        self.cause = cause
        self.evidence = evidence


def process_batch(limit: int = BATCH) -> int:
    """Claim registered messages and process them; return how many were claimed."""
    claims = claim_registered(limit)
    for claim in claims:
        process_claimed(claim)
    return len(claims)


@transaction.atomic
def claim_registered(limit: int = BATCH) -> list[Claim]:
    """Take the oldest registered messages: 10 -> 20, held until the lease runs out. No two workers get the same one.

    A message that was tried before is claimed alone: if it kills its worker, it takes no other message down with it.
    """
    now = timezone.now()
    due = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    waiting = Message.objects.filter(due, status=Status.REGISTERED).select_for_update(skip_locked=True).order_by("id")
    found = list(waiting.filter(attempts__gt=0).values_list("id", "attempts")[:1])
    if not found:
        found = list(waiting.filter(attempts=0).values_list("id", "attempts")[:limit])
    change_status(
        [message_id for message_id, _attempts in found],
        before=Status.REGISTERED,
        after=Status.PROCESSING,
        lease_until=now + LEASE,
    )
    return [Claim(message_id, attempts + 1) for message_id, attempts in found]


def process_claimed(claim: Claim) -> None:
    """Read a claimed message and put it into its workflow, or reject it with a reason. Never raises for its content.

    What goes wrong for another reason is tried again, `MAX_ATTEMPTS` times in all.
    """
    try:
        with transaction.atomic():
            if message := _held_message(claim):
                _process(message)
    except NotProcessable as reason:
        _reject(claim, reason)
    except Exception as error:
        # The class only: the text of an error may quote the document.
        log.error("processing_failed", message=claim.message_id.hex, error=type(error).__name__)
        _give_back(claim, type(error).__name__)


def return_expired_leases() -> int:
    """Give messages of lost workers back, or give up on those tried too often; return how many there were."""
    expired = Message.objects.filter(status=Status.PROCESSING, lease_until__lt=timezone.now())
    claims = [Claim(*found) for found in expired.order_by("id").values_list("id", "attempts")[:BATCH]]
    for claim in claims:
        _give_back(claim, "lease expired")
    return len(claims)


def _held_message(claim: Claim) -> Message | None:
    """Lock the message if this claim still holds it."""
    return (
        Message.objects.select_for_update(of=("self",))
        .select_related("message_type", "content", "token")
        .filter(pk=claim.message_id, status=Status.PROCESSING, attempts=claim.attempt)
        .first()
    )


def _process(message: Message) -> None:
    document = _read(message)
    step = _first_step(message)
    MessageReading.objects.update_or_create(
        message=message,
        defaults={
            "kind": document.kind,
            "period_start": document.period_start,
            "period_end": document.period_end,
            "number_scheme": document.identifier_scheme,
            "number": document.identifier,
            "amount": document.amount,
            "findings": len(document.findings),
            "document": document.as_dict(),
        },
    )
    message.organisation = _organisation(message, document)
    message.save(update_fields=["organisation"])
    change_status([message.pk], before=Status.PROCESSING, after=Status.IN_WORKFLOW, step=step)
    if message.is_test:
        # It has shown what it was for; nobody is to find it among the work.
        change_status([message.pk], before=Status.IN_WORKFLOW, after=Status.REJECTED, note=TEST_DONE)


def _read(message: Message) -> Document:
    try:
        document = read_document(bytes(message.content.content))
    except XbrlError as error:
        raise NotProcessable(Cause.NOT_PROCESSABLE, code=error.code, found=error.found) from None
    if document.kind != message.message_type.code:
        raise NotProcessable(Cause.OTHER_MESSAGE_TYPE, observed=document.kind, allowed=message.message_type.code)
    return document


def _first_step(message: Message) -> WorkflowStep:
    """Return where the message begins: the first step of the newest published version of its type's workflow."""
    step = (
        WorkflowStep.objects.filter(
            version__workflow=message.message_type.workflow_id, version__published_at__isnull=False
        )
        .order_by("-version__number", "position")
        .first()
    )
    if step is None:
        raise NotProcessable(Cause.WORKFLOW_MISSING, observed=message.message_type.code)
    return step


def _organisation(message: Message, document: Document) -> Organisation | None:
    return Organisation.objects.filter(
        environment=message.environment_id,
        numbers__scheme=document.identifier_scheme,
        numbers__number=document.identifier,
    ).first()


@transaction.atomic
def _reject(claim: Claim, reason: NotProcessable) -> None:
    message = _held_message(claim)
    if message is None:
        return
    reference = record_refusal(reason.cause, _circumstances(message), reason.evidence)
    change_status(
        [message.pk],
        before=Status.PROCESSING,
        after=Status.REJECTED,
        note=reason.cause.code,
        log_reference=reference,
    )


@transaction.atomic
def _give_back(claim: Claim, observed: str) -> None:
    if claim.attempt >= MAX_ATTEMPTS:
        _reject(claim, NotProcessable(Cause.PROCESSING_GAVE_UP, observed=observed))
    elif message := _held_message(claim):
        change_status(
            [message.pk],
            before=Status.PROCESSING,
            after=Status.REGISTERED,
            note=observed,
            lease_until=timezone.now() + PAUSE,
        )


def _circumstances(message: Message) -> Circumstances:
    return Circumstances(
        door=LogEntry.Door.WORKER,
        address=message.source_address,
        sender_environment=message.sender_environment,
        message_type=message.message_type.code,
        external_message_id=message.external_message_id,
        environment_id=message.environment_id,
        app_connector_id=message.token.app_connector_id,
        token_id=message.token_id,
        token_hint=message.token.hint,
        message_id=message.pk,
    )
