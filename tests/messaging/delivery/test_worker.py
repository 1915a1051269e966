"""From approved to handed over, exactly the approved bytes, once, whatever becomes of the worker."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pgtrigger
import pytest

from connectors.causes import Cause
from connectors.models import Environment
from messaging.delivery.carriers import place_of
from messaging.delivery.claims import MAX_ATTEMPTS, channels_with_work, claim_due, pause
from messaging.delivery.failures import DeliveryFailed
from messaging.delivery.folder import drop
from messaging.delivery.webhook import Answer, Parcel
from messaging.delivery.worker import deliver_batch, deliver_claimed
from messaging.models import Delivery, DeliveryChannel, LogEntry, Message, MessageContent
from messaging.statuses import Status
from tests.factories import MessageFactory
from tests.messaging.delivery.channels import folder_channel, history_of, let_time_pass, status_of, webhook_channel
from tests.messaging.delivery.receiver import answer, receiving

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("root")]


def test_an_approved_message_is_put_into_the_folder_with_its_facts(
    environment: Environment, approve: Callable[..., Message], root: Path
) -> None:
    channel, message = folder_channel(environment), approve(raw=b"<xbrl>exact</xbrl>")

    assert channels_with_work() == [channel.pk]
    assert deliver_batch(channel.pk) == 1

    out = root / environment.code / "bd" / "uit"
    facts = json.loads((out / f"BTW_{message.public_id}.xbrl.json").read_text())
    assert (out / f"BTW_{message.public_id}.xbrl").read_bytes() == b"<xbrl>exact</xbrl>"
    assert facts["sha256"] == bytes(message.content_digest).hex().upper()
    assert (facts["messageId"], facts["approvedBy"]) == (message.public_id, "Persoon behandelaar")
    assert history_of(message) == [(None, 50), (50, 60)]
    assert (channels_with_work(), deliver_batch(channel.pk)) == ([], 0)


def test_what_the_webhook_says_at_once_is_recorded(environment: Environment, approve: Callable[..., Message]) -> None:
    first, second = approve(), approve()
    refused = answer("200 OK", b'{"status": "refused", "reason": "Al ontvangen"}')
    with receiving(answer("200 OK", b'{"status": "accepted"}'), refused) as receiver:
        deliver_batch(webhook_channel(environment, receiver.url).pk)

    assert (history_of(first), history_of(second)) == (
        [(None, 50), (50, 60), (60, 80)],
        [(None, 50), (50, 60), (60, 90)],
    )
    assert second.events.get(to_status=90).note == "Al ontvangen"


def test_a_type_without_a_channel_waits_for_a_person(environment: Environment, approve: Callable[..., Message]) -> None:
    channel, listing = folder_channel(environment), approve(kind="ICP")

    assert (channels_with_work(), deliver_batch(channel.pk)) == ([], 0)
    assert status_of(listing) == Status.READY


def test_messages_of_a_blocked_channel_wait(environment: Environment, approve: Callable[..., Message]) -> None:
    channel, message = folder_channel(environment), approve()
    DeliveryChannel.objects.update(blocked=True)

    assert (channels_with_work(), deliver_batch(channel.pk)) == ([], 0)
    assert status_of(message) == Status.READY


def test_only_the_approved_bytes_go_out(environment: Environment, approve: Callable[..., Message], root: Path) -> None:
    channel, changed, other = folder_channel(environment), approve(), approve()
    with pgtrigger.ignore("messaging.MessageContent:content_is_fixed"):
        MessageContent.objects.filter(message=changed).update(content=b"<xbrl>veranderd</xbrl>")

    deliver_batch(channel.pk)

    delivery = Delivery.objects.get(message=changed)
    assert (status_of(changed), status_of(other)) == (Status.SEND_FAILED, Status.SENT)
    assert (delivery.explained, delivery.due_at) == (Cause.DELIVERY_NOT_AS_APPROVED, None)
    assert delivery.gave_up_at is not None
    assert not [*root.rglob(f"*{changed.public_id}*")]


def test_what_nobody_approved_does_not_go_out(environment: Environment) -> None:
    message = MessageFactory(token__app_connector__environment=environment, status=Status.READY)

    deliver_batch(folder_channel(environment).pk)

    assert status_of(message) == Status.SEND_FAILED
    assert LogEntry.objects.get().explained is Cause.DELIVERY_NOT_AS_APPROVED


def _accept(_parcel: Parcel) -> Answer:
    return Answer(True)


def test_a_lost_lease_commits_nothing_twice(environment: Environment, approve: Callable[..., Message]) -> None:
    channel, message = folder_channel(environment), approve()
    (lost,) = claim_due(channel, 1)
    let_time_pass()
    (held,) = claim_due(channel, 1)

    for claim in (lost, held, lost, held):
        deliver_claimed(claim, channel, _accept)

    assert history_of(message) == [(None, 50), (50, 60), (60, 80)]
    assert (held.turn, held.attempts) == (2, 2)


def test_a_lost_lease_records_no_failure_either(environment: Environment, approve: Callable[..., Message]) -> None:
    channel, message = folder_channel(environment), approve()
    (lost,) = claim_due(channel, 1)
    let_time_pass()
    claim_due(channel, 1)

    def fail(_parcel: Parcel) -> None:
        raise DeliveryFailed(Cause.DELIVERY_TURNED_AWAY, of_channel=False)

    deliver_claimed(lost, channel, fail)

    assert (history_of(message), LogEntry.objects.count()) == ([(None, 50)], 0)


def test_a_worker_that_dies_after_handing_over_leaves_one_file(
    environment: Environment, approve: Callable[..., Message], root: Path
) -> None:
    channel, message = folder_channel(environment), approve()
    (claim,) = claim_due(channel, 1)

    def hand_over_and_die(parcel: Parcel) -> None:
        drop(parcel, place_of(channel))
        raise SystemExit

    with pytest.raises(SystemExit):
        deliver_claimed(claim, channel, hand_over_and_die)
    before = {path: path.read_bytes() for path in root.rglob("*.*")}
    let_time_pass()
    deliver_batch(channel.pk)

    assert {path: path.read_bytes() for path in root.rglob("*.*")} == before
    assert (len(before), history_of(message)) == (2, [(None, 50), (50, 60)])


def test_a_message_that_kills_its_workers_is_given_up(
    environment: Environment, approve: Callable[..., Message]
) -> None:
    channel, message = folder_channel(environment), approve()
    for _ in range(MAX_ATTEMPTS):
        claim_due(channel, 1)
        let_time_pass()

    deliver_batch(channel.pk)

    assert history_of(message) == [(None, 50), (50, 70)]
    assert Delivery.objects.get().gave_up_at is not None
    assert LogEntry.objects.get().explained is Cause.DELIVERY_INTERRUPTED


def test_pauses_grow_to_a_bound() -> None:
    seconds = [pause(attempt, 30, 3600).total_seconds() for attempt in (1, 2, 3, 10, 60)]

    assert [
        low <= value <= high
        for value, (low, high) in zip(seconds, [(22, 38), (45, 75), (90, 150), (2700, 4500), (2700, 4500)], strict=True)
    ] == [True] * 5
