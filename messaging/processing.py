"""From registered to in workflow: 10 -> 20 -> 30, or 40 for what cannot be processed (DESIGN 5).

The message row is the truth and the queue is only a bell. A worker claims a batch of messages with a lease, and writes
what it read in one transaction, or each in one of its own when anything stumbles; whoever loses its lease, by dying or
by being too slow, has changed nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from connectors.causes import Cause
from messaging.actions.log import Circumstances, record_refusal
from messaging.leases import let_go_after
from messaging.models import LogEntry, Message, MessageContent, WorkflowStep
from messaging.statuses import Status, change_status
from messaging.xbrl import Document, XbrlError, read_document

BATCH = 100
BATCH_BYTES = 32 * 1024 * 1024  # of content in one batch, for the memory and within the lease
LEASE = timedelta(minutes=2)  # for a whole batch, which takes well under a second per message
MAX_ATTEMPTS = 3
PAUSE = timedelta(seconds=20)  # before the next attempt, so that a passing fault does not use them all up at once

# The note of the event with which a test message ends; a note is kept as it was written, in the language of the office.
TEST_DONE = "Testbericht: gelezen en in de workflow aangekomen. Het wordt niet beoordeeld en nooit verzonden."

# By hand and for a whole batch at once: through the ORM these two took as long as reading the documents.
_READ = """
    INSERT INTO messaging_messagereading
        (message_id, kind, period_start, period_end, number_scheme, number, amount, findings, document)
    SELECT message_id, kind, period_start, period_end, number_scheme, number, amount, findings, document
    FROM jsonb_to_recordset(%s::jsonb) AS read
        (message_id uuid, kind text, period_start date, period_end date, number_scheme text, number text,
         amount bigint, findings smallint, document jsonb)
    ON CONFLICT (message_id) DO UPDATE SET
        kind = EXCLUDED.kind, period_start = EXCLUDED.period_start, period_end = EXCLUDED.period_end,
        number_scheme = EXCLUDED.number_scheme, number = EXCLUDED.number, amount = EXCLUDED.amount,
        findings = EXCLUDED.findings, document = EXCLUDED.document
"""
_LINK = """
    UPDATE messaging_message AS message SET organisation_id = known.organisation_id
    FROM messaging_messagereading AS read
    JOIN messaging_organisationnumber AS known ON (known.scheme, known.number) = (read.number_scheme, read.number)
    WHERE message.id = ANY (%s) AND read.message_id = message.id AND known.environment_id = message.environment_id
"""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Claim:
    """That this worker holds a message. `attempt` tells this holding from any later one."""

    message_id: UUID
    attempt: int


@dataclass(frozen=True)
class _Held:
    """What is needed of a message to put it into its workflow."""

    pk: UUID
    code: str
    workflow_id: int | None
    is_test: bool


class NotProcessable(Exception):
    """The message goes to status 40; the cause and its evidence go into the communication log."""

    def __init__(self, cause: Cause, **evidence: str) -> None:
        super().__init__(cause.code)
        self.cause = cause
        self.evidence = evidence


def process_batch(limit: int = BATCH) -> int:
    """Claim registered messages and process them; return how many were claimed."""
    claims = claim_registered(limit)
    if claims:
        process_claimed(claims)
    return len(claims)


@transaction.atomic
def claim_registered(limit: int = BATCH) -> list[Claim]:
    """Take the oldest registered messages: 10 -> 20, held until the lease runs out. No two workers get the same one.

    A message that was tried before is claimed alone: if it kills its worker, it takes no other message down with it.
    """
    now = timezone.now()
    due = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    waiting = Message.objects.filter(due, status=Status.REGISTERED).select_for_update(skip_locked=True).order_by("id")
    found = list(waiting.filter(attempts__gt=0).values_list("id", "attempts", "content_size")[:1])
    if not found:
        found = _within_bytes(waiting.filter(attempts=0).values_list("id", "attempts", "content_size")[:limit])
    change_status(
        [message_id for message_id, _attempts, _size in found],
        before=Status.REGISTERED,
        after=Status.PROCESSING,
        lease_until=now + LEASE,
    )
    return [Claim(message_id, attempts + 1) for message_id, attempts, _size in found]


def _within_bytes(found: Iterable[tuple[UUID, int, int]]) -> list[tuple[UUID, int, int]]:
    """Return the first of these messages that are not too much to hold and read at one go; at least one."""
    taken: list[tuple[UUID, int, int]] = []
    size = 0
    for one in found:
        size += one[2]
        if taken and size > BATCH_BYTES:
            break
        taken.append(one)
    return taken


def process_claimed(claims: Sequence[Claim]) -> None:
    """Read claimed messages and put them into their workflow, or reject them with a reason. Never raises for content.

    They are written in one transaction: a commit and a handful of statements for all of them. When anything stumbles,
    nothing was written, and each is done in a transaction of its own, so that a poison message stops no other. What
    goes wrong for another reason than content is tried again, `MAX_ATTEMPTS` times in all.
    """
    try:
        _process(claims)
    except Exception as error:
        if len(claims) > 1:
            for claim in claims:
                process_claimed([claim])
            return
        # The class only: the text of an error may quote the document.
        log.error("processing_failed", message=claims[0].message_id.hex, error=type(error).__name__)
        _give_back(claims[0], type(error).__name__)


def return_expired_leases() -> int:
    """Give messages of lost workers back, or give up on those tried too often; return how many there were."""
    expired = Message.objects.filter(status=Status.PROCESSING, lease_until__lt=timezone.now())
    claims = [Claim(*found) for found in expired.order_by("id").values_list("id", "attempts")[:BATCH]]
    for claim in claims:
        _give_back(claim, "lease expired")
    return len(claims)


def _process(claims: Sequence[Claim]) -> None:
    # Reading takes the longest, and locks nothing.
    contents = MessageContent.objects.filter(message__in=[claim.message_id for claim in claims])
    raw = dict(contents.values_list("message_id", "content"))
    read = {claim.message_id: _read(bytes(raw.pop(claim.message_id))) for claim in claims}
    with transaction.atomic():
        messages = _held_messages(claims)
        steps = _first_steps({message.workflow_id for message in messages})
        accepted = []
        for message in messages:
            try:
                accepted.append((message, _fit(message, read[message.pk], steps)))
            except NotProcessable as reason:
                _reject_held(message.pk, reason)
        if accepted:
            _put_into_workflow(accepted, steps)


def _held_messages(claims: Sequence[Claim], *, skip_locked: bool = False) -> list[_Held]:
    """Lock the messages that these claims still hold."""
    let_go_after(LEASE)
    attempts = {claim.message_id: claim.attempt for claim in claims}
    found = (
        Message.objects.select_for_update(of=("self",), skip_locked=skip_locked)
        .filter(pk__in=attempts, status=Status.PROCESSING)
        .order_by("pk")  # everybody in this order, so that no two wait for each other
        .values_list("pk", "message_type__code", "message_type__workflow", "token__test_address", "attempts")
    )
    return [
        _Held(pk, code, workflow, test_address is not None)
        for pk, code, workflow, test_address, attempt in found
        if attempt == attempts[pk]
    ]


def _read(content: bytes) -> Document | NotProcessable:
    try:
        return read_document(content)
    except XbrlError as error:
        return NotProcessable(Cause.NOT_PROCESSABLE, code=error.code, found=error.found)


def _fit(message: _Held, read: Document | NotProcessable, steps: dict[int | None, WorkflowStep]) -> Document:
    """Return the document if it is what it was sent as, and has a workflow to go to. Raises `NotProcessable`."""
    if isinstance(read, NotProcessable):
        raise read
    if read.kind != message.code:
        raise NotProcessable(Cause.OTHER_MESSAGE_TYPE, observed=read.kind, allowed=message.code)
    if message.workflow_id not in steps:
        raise NotProcessable(Cause.WORKFLOW_MISSING, observed=message.code)
    return read


def _first_steps(workflows: Collection[int | None]) -> dict[int | None, WorkflowStep]:
    """Return where messages begin, by workflow: the first step of its newest published version."""
    first = (
        WorkflowStep.objects.filter(version__workflow__in=workflows, version__published_at__isnull=False)
        .select_related("version")
        .order_by("version__workflow", "-version__number", "position")
        .distinct("version__workflow")
    )
    return {step.version.workflow_id: step for step in first}


def _put_into_workflow(accepted: list[tuple[_Held, Document]], steps: dict[int | None, WorkflowStep]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_READ, [json.dumps([_reading(message.pk, document) for message, document in accepted])])
        cursor.execute(_LINK, [[message.pk for message, _document in accepted]])
    waiting = defaultdict(list)
    for message, _document in accepted:
        waiting[message.workflow_id].append(message.pk)
    for workflow, message_ids in waiting.items():
        change_status(message_ids, before=Status.PROCESSING, after=Status.IN_WORKFLOW, step=steps[workflow])
    # Test messages have shown what they were for; nobody is to find them among the work.
    if tests := [message.pk for message, _document in accepted if message.is_test]:
        change_status(tests, before=Status.IN_WORKFLOW, after=Status.REJECTED, note=TEST_DONE)


def _reading(message_id: UUID, document: Document) -> dict[str, Any]:
    plain = document.as_dict()
    return {
        "message_id": str(message_id),
        "kind": document.kind,
        "period_start": plain["period_start"],
        "period_end": plain["period_end"],
        "number_scheme": document.identifier_scheme,
        "number": document.identifier,
        "amount": document.amount,
        "findings": len(document.findings),
        "document": plain,
    }


def _reject_held(message_id: UUID, reason: NotProcessable) -> None:
    message = Message.objects.select_related("message_type", "token").get(pk=message_id)
    at_work = Circumstances.of_message(message, LogEntry.Door.WORKER, address=message.source_address)
    reference = record_refusal(reason.cause, at_work, reason.evidence)
    change_status(
        [message.pk],
        before=Status.PROCESSING,
        after=Status.REJECTED,
        note=reason.cause.code,
        log_reference=reference,
    )


@transaction.atomic
def _give_back(claim: Claim, observed: str) -> None:
    # Who holds the lock is writing what it read, or its end has not been noticed yet: the next round sees.
    for message in _held_messages([claim], skip_locked=True):
        if claim.attempt >= MAX_ATTEMPTS:
            _reject_held(message.pk, NotProcessable(Cause.PROCESSING_GAVE_UP, observed=observed))
        else:
            change_status(
                [message.pk],
                before=Status.PROCESSING,
                after=Status.REGISTERED,
                note=observed,
                lease_until=timezone.now() + PAUSE,
            )
