"""From registered to in workflow, once, whatever the document and whatever happens to the worker."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from connectors.causes import Cause
from messaging.kinds import MessageKind
from messaging.models import LogEntry, Message, WorkflowStep
from messaging.processing import claim_registered, process_batch, process_claimed, return_expired_leases
from messaging.statuses import Status
from messaging.xbrl import read_document
from tests.factories import MessageFactory, OrganisationFactory, TokenFactory
from tests.messaging.gateway.conftest import DOCUMENTS, open_types

pytestmark = pytest.mark.django_db

RETURN = (DOCUMENTS / "btw-2025-03-all-rubrieken.xbrl").read_bytes()


def _message(raw: bytes = RETURN, kind: MessageKind = MessageKind.BTW) -> Message:
    token = TokenFactory()
    open_types(token.environment)
    message: Message = MessageFactory(token=token, raw=raw, kind=kind)
    return message


def _history(message: Message) -> list[tuple[int | None, int | None]]:
    return [*message.events.order_by("id").values_list("from_status", "to_status")]


def _let_time_pass() -> None:
    """Let every lease run out and every rest end."""
    Message.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_return_is_read_and_put_into_its_workflow() -> None:
    message = _message()

    process_batch()

    message.refresh_from_db()
    step = WorkflowStep.objects.get(version__workflow=message.message_type.workflow)
    assert (message.status, message.step, message.workflow_version) == (Status.IN_WORKFLOW, step, step.version)
    assert _history(message) == [(None, 10), (10, 20), (20, 30)]
    assert (message.reading.kind, message.reading.period_start) == ("BTW", date(2025, 3, 1))
    assert message.reading.amount == message.reading.document["amount"]
    assert (message.lease_until, message.attempts) == (None, 0)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("btw-2017-q1-nt11.xbrl", "BTW"),
        ("btw-2018-q2-refund.xbrl", "BTW"),
        ("btw-2026-q1-nil.xbrl", "BTW"),
        ("sup-2024-additional.xbrl", "SUP"),
        ("icp-2025-q1-tuples.xbrl", "ICP"),
        ("icp-2026-q1-dimensions.xbrl", "ICP"),
        ("kvk-2024-micro.xbrl", "KVK"),
        ("kvk-2024-small.xhtml", "KVK"),
    ],
)
def test_every_kind_of_document_reaches_the_workflow(name: str, kind: str) -> None:
    message = _message((DOCUMENTS / name).read_bytes(), MessageKind(kind))

    process_batch()

    message.refresh_from_db()
    assert (message.status, message.reading.kind) == (Status.IN_WORKFLOW, kind)


_SAMPLES = Path(__file__).parents[3] / "shared" / "samples"


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("btw-aangifte", "BTW"), ("btw-suppletie", "SUP"), ("icp-opgaaf", "ICP"), ("kvk-stukken", "KVK")],
)
def test_the_sample_messages_go_through(folder: str, kind: str) -> None:
    files = sorted((_SAMPLES / folder).glob("*"))
    if not files:
        pytest.skip("the sample messages are not on this machine")
    messages = [_message(file.read_bytes(), MessageKind(kind)) for file in files]

    process_batch()

    assert {Message.objects.get(pk=message.pk).status for message in messages} == {Status.IN_WORKFLOW}


def test_a_message_finds_its_organisation_by_the_number_in_it() -> None:
    message = _message()
    number = read_document(RETURN).identifier
    organisation = OrganisationFactory(environment=message.environment)
    organisation.numbers.create(environment=message.environment, scheme="btw", number=number)
    elsewhere = OrganisationFactory()
    elsewhere.numbers.create(environment=elsewhere.environment, scheme="btw", number=number)

    process_batch()

    message.refresh_from_db()
    assert message.organisation == organisation


def test_an_unknown_organisation_is_no_reason_to_stop() -> None:
    message = _message()

    process_batch()

    message.refresh_from_db()
    assert (message.status, message.organisation) == (Status.IN_WORKFLOW, None)
    assert message.reading.number


@pytest.mark.parametrize(
    ("raw", "kind", "cause"),
    [
        (b"<xbrl>", "BTW", Cause.NOT_PROCESSABLE),
        (b"PK\x03\x04 no zip", "KVK", Cause.NOT_PROCESSABLE),
        ((DOCUMENTS / "other-invoice.xml").read_bytes(), "BTW", Cause.NOT_PROCESSABLE),
        ((DOCUMENTS / "other-audit-opinion.xbrl").read_bytes(), "KVK", Cause.NOT_PROCESSABLE),
        (RETURN, "ICP", Cause.OTHER_MESSAGE_TYPE),
    ],
)
def test_what_cannot_be_processed_is_rejected_with_a_log_reference(raw: bytes, kind: str, cause: Cause) -> None:
    message = _message(raw, MessageKind(kind))

    process_batch()

    message.refresh_from_db()
    event = message.events.get(to_status=Status.REJECTED)
    entry = LogEntry.objects.get()
    assert message.status == Status.REJECTED
    assert (entry.explained, entry.door, entry.message) == (cause, "worker", message)
    assert (event.log_reference, event.from_status) == (entry.reference, Status.PROCESSING)


def test_a_message_whose_type_lost_its_workflow_is_rejected_with_that_reason() -> None:
    message = _message()
    message.environment.message_types.update(blocked=True, workflow=None)

    process_batch()

    assert LogEntry.objects.get().explained is Cause.WORKFLOW_MISSING


def test_a_poison_message_is_given_up_and_the_others_flow_on() -> None:
    poison = _message()
    # Not something that a document can cause: whatever is wrong with it, the worker stumbles each time.
    poison.content.delete()
    others = [_message() for _ in range(2)]

    while process_batch():
        _let_time_pass()

    poison.refresh_from_db()
    assert poison.status == Status.REJECTED
    assert _history(poison) == [(None, 10), *[(10, 20), (20, 10)] * 2, (10, 20), (20, 40)]
    assert LogEntry.objects.get().explained is Cause.PROCESSING_GAVE_UP
    assert {Message.objects.get(pk=other.pk).status for other in others} == {Status.IN_WORKFLOW}


def test_a_message_that_was_tried_before_is_claimed_alone() -> None:
    tried, fresh = _message(), _message()
    Message.objects.filter(pk=tried.pk).update(attempts=1)

    first, second = claim_registered(), claim_registered()

    assert [claim.message_id for claim in first] == [tried.pk]
    assert [claim.message_id for claim in second] == [fresh.pk]


def test_a_lost_lease_gives_the_message_back_and_the_loser_changes_nothing() -> None:
    message = _message()
    (lost,) = claim_registered()
    _let_time_pass()

    returned = return_expired_leases()
    _let_time_pass()
    (held,) = claim_registered()
    process_claimed([lost])
    process_claimed([held])
    process_claimed([lost])

    assert returned == 1
    assert _history(message) == [(None, 10), (10, 20), (20, 10), (10, 20), (20, 30)]


def test_a_message_rests_before_it_is_tried_again() -> None:
    message = _message()
    message.content.delete()
    process_batch()

    assert process_batch() == 0
    message.refresh_from_db()
    assert (message.status, message.attempts) == (Status.REGISTERED, 1)


def test_a_running_lease_is_left_alone() -> None:
    message = _message()
    claim_registered()

    assert return_expired_leases() == 0
    message.refresh_from_db()
    assert message.status == Status.PROCESSING


def test_after_three_lost_leases_the_message_is_given_up() -> None:
    message = _message()

    for _ in range(3):
        claim_registered()
        _let_time_pass()
        return_expired_leases()
        _let_time_pass()

    message.refresh_from_db()
    assert message.status == Status.REJECTED
    assert LogEntry.objects.get().explained is Cause.PROCESSING_GAVE_UP
