"""From approved to handed over, exactly the approved bytes, whatever the receiver and the worker go through."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pgtrigger
import pytest
from django.utils import timezone
from pytest_django import Settings

from connectors.causes import Cause
from connectors.models import Environment
from messaging.delivery.carriers import place_of
from messaging.delivery.claims import MAX_ATTEMPTS, channels_with_work, claim_due, pause
from messaging.delivery.failures import DeliveryFailed
from messaging.delivery.folder import drop
from messaging.delivery.responses import take_responses
from messaging.delivery.webhook import Answer, Parcel
from messaging.delivery.worker import deliver_batch, deliver_claimed
from messaging.models import Delivery, DeliveryChannel, LogEntry, Message, MessageContent
from messaging.statuses import Status
from tests.factories import ApprovedMessageFactory, DeliveryChannelFactory, MessageFactory, TokenFactory
from tests.messaging.delivery.receiver import answer, receiving

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root(settings: Settings, tmp_path: Path) -> Path:
    settings.DELIVERY_ROOT = tmp_path / "delivery"
    settings.DELIVERY_ALLOW_PRIVATE = ["127.0.0.0/8"]
    return tmp_path / "delivery"


@pytest.fixture
def approve(environment: Environment) -> Callable[..., Message]:
    token = TokenFactory(app_connector__environment=environment)
    return lambda **facts: ApprovedMessageFactory(token=token, **facts)


def _folder(environment: Environment) -> DeliveryChannel:
    channel: DeliveryChannel = DeliveryChannelFactory(environment=environment, folder="bd", codes=["BTW"])
    return channel


def _webhook(environment: Environment, url: str) -> DeliveryChannel:
    channel: DeliveryChannel = DeliveryChannelFactory(environment=environment, url=url, codes=["BTW"])
    return channel


def _status(message: Message) -> int:
    return Message.objects.values_list("status", flat=True).get(pk=message.pk)


def _history(message: Message) -> list[tuple[int | None, int | None]]:
    return [*message.events.order_by("id").values_list("from_status", "to_status")]


def _let_time_pass() -> None:
    """Let every lease run out, every pause end and every channel be rested."""
    past = timezone.now() - timedelta(seconds=1)
    Delivery.objects.filter(due_at__isnull=False).update(due_at=past)
    DeliveryChannel.objects.update(rests_until=None)


def test_an_approved_message_is_put_into_the_folder_with_its_facts(
    environment: Environment, approve: Callable[..., Message], root: Path
) -> None:
    channel, message = _folder(environment), approve(raw=b"<xbrl>exact</xbrl>")

    assert channels_with_work() == [channel.pk]
    assert deliver_batch(channel.pk) == 1

    out = root / environment.code / "bd" / "uit"
    facts = json.loads((out / f"BTW_{message.public_id}.xbrl.json").read_text())
    assert (out / f"BTW_{message.public_id}.xbrl").read_bytes() == b"<xbrl>exact</xbrl>"
    assert facts["sha256"] == bytes(message.content_digest).hex().upper()
    assert (facts["messageId"], facts["approvedBy"]) == (message.public_id, "Persoon behandelaar")
    assert _history(message) == [(None, 50), (50, 60)]
    assert (channels_with_work(), deliver_batch(channel.pk)) == ([], 0)


def test_what_the_webhook_says_at_once_is_recorded(environment: Environment, approve: Callable[..., Message]) -> None:
    first, second = approve(), approve()
    refused = answer("200 OK", b'{"status": "refused", "reason": "Al ontvangen"}')
    with receiving(answer("200 OK", b'{"status": "accepted"}'), refused) as receiver:
        deliver_batch(_webhook(environment, receiver.url).pk)

    assert (_history(first), _history(second)) == (
        [(None, 50), (50, 60), (60, 80)],
        [(None, 50), (50, 60), (60, 90)],
    )
    assert second.events.get(to_status=90).note == "Al ontvangen"


def test_a_type_without_a_channel_waits_for_a_person(environment: Environment, approve: Callable[..., Message]) -> None:
    channel, listing = _folder(environment), approve(kind="ICP")

    assert (channels_with_work(), deliver_batch(channel.pk)) == ([], 0)
    assert _status(listing) == Status.READY


def test_messages_of_a_blocked_channel_wait(environment: Environment, approve: Callable[..., Message]) -> None:
    channel, message = _folder(environment), approve()
    DeliveryChannel.objects.update(blocked=True)

    assert (channels_with_work(), deliver_batch(channel.pk)) == ([], 0)
    assert _status(message) == Status.READY


def test_only_the_approved_bytes_go_out(environment: Environment, approve: Callable[..., Message], root: Path) -> None:
    channel, changed, other = _folder(environment), approve(), approve()
    with pgtrigger.ignore("messaging.MessageContent:content_is_fixed"):
        MessageContent.objects.filter(message=changed).update(content=b"<xbrl>veranderd</xbrl>")

    deliver_batch(channel.pk)

    delivery = Delivery.objects.get(message=changed)
    assert (_status(changed), _status(other)) == (Status.SEND_FAILED, Status.SENT)
    assert (delivery.explained, delivery.due_at) == (Cause.DELIVERY_NOT_AS_APPROVED, None)
    assert delivery.gave_up_at is not None
    assert not [*root.rglob(f"*{changed.public_id}*")]


def test_what_nobody_approved_does_not_go_out(environment: Environment) -> None:
    message = MessageFactory(token__app_connector__environment=environment, status=Status.READY)

    deliver_batch(_folder(environment).pk)

    assert _status(message) == Status.SEND_FAILED
    assert LogEntry.objects.get().explained is Cause.DELIVERY_NOT_AS_APPROVED


def test_a_failure_carries_a_log_reference_and_the_channel_rests(
    environment: Environment, approve: Callable[..., Message]
) -> None:
    first, second = approve(), approve()
    with receiving(answer("503 Busy")) as receiver:
        channel = _webhook(environment, receiver.url)
        assert deliver_batch(channel.pk) == 0

    event = first.events.get(to_status=Status.SEND_FAILED)
    entry = LogEntry.objects.get()
    delivery = Delivery.objects.get(message=first)
    assert (event.log_reference, event.note) == (entry.reference, "delivery_turned_away")
    assert (entry.explained, entry.door, entry.evidence["observed"]) == (
        Cause.DELIVERY_TURNED_AWAY,
        "sender",
        "HTTP 503",
    )
    assert (delivery.held, delivery.gave_up_at, delivery.log_reference) == (False, None, entry.reference)
    # The other one was not even tried.
    assert (_history(second), Delivery.objects.get(message=second).attempts) == ([(None, 50)], 0)
    channel.refresh_from_db()
    assert (channel.failures, channels_with_work(), deliver_batch(channel.pk)) == (1, [], 0)


def test_a_failing_channel_is_tried_with_one_message_and_goes_on_when_it_works(
    environment: Environment, approve: Callable[..., Message]
) -> None:
    messages = [approve() for _ in range(3)]
    with receiving(answer("503 Busy"), answer("200 OK")) as receiver:
        channel = _webhook(environment, receiver.url)
        deliver_batch(channel.pk)
        _let_time_pass()
        tried = [deliver_batch(channel.pk), deliver_batch(channel.pk)]

    assert tried == [1, 2]
    assert [_status(message) for message in messages] == [Status.SENT] * 3
    assert _history(messages[0]) == [(None, 50), (50, 70), (70, 60)]
    channel.refresh_from_db()
    assert (channel.failures, channel.failing_since) == (0, None)


def test_a_message_that_the_receiver_cannot_stand_does_not_hold_up_the_others(
    environment: Environment, approve: Callable[..., Message]
) -> None:
    unfit, fine = approve(), approve()
    with receiving(answer("422 Unfit"), answer("200 OK")) as receiver:
        deliver_batch(_webhook(environment, receiver.url).pk)

    assert (_status(unfit), _status(fine)) == (Status.SEND_FAILED, Status.SENT)


def test_after_the_bound_it_is_given_up_and_stays_in_70(
    environment: Environment, approve: Callable[..., Message]
) -> None:
    message = approve()
    with receiving(answer("422 Unfit")) as receiver:
        channel = _webhook(environment, receiver.url)
        for _ in range(MAX_ATTEMPTS + 2):
            deliver_batch(channel.pk)
            _let_time_pass()

    delivery = Delivery.objects.get()
    assert _history(message) == [(None, 50), (50, 70), *[(70, 70)] * (MAX_ATTEMPTS - 1)]
    assert (delivery.attempts, delivery.due_at) == (MAX_ATTEMPTS, None)
    assert (delivery.gave_up_at is not None, LogEntry.objects.count()) == (True, MAX_ATTEMPTS)


def test_a_secret_that_cannot_be_read_any_more_stops_the_channel(
    environment: Environment, approve: Callable[..., Message], settings: Settings
) -> None:
    message = approve()
    channel = _webhook(environment, "http://127.0.0.1:1/")
    settings.SECRET_KEY = "een andere sleutel, die lang genoeg is"

    deliver_batch(channel.pk)

    assert (_status(message), LogEntry.objects.get().explained) == (
        Status.SEND_FAILED,
        Cause.DELIVERY_SECRET_UNREADABLE,
    )


def _accept(_parcel: Parcel) -> Answer:
    return Answer(True)


def test_a_lost_lease_commits_nothing_twice(environment: Environment, approve: Callable[..., Message]) -> None:
    channel, message = _folder(environment), approve()
    (lost,) = claim_due(channel, 1)
    _let_time_pass()
    (held,) = claim_due(channel, 1)

    for claim in (lost, held, lost, held):
        deliver_claimed(claim, channel, _accept)

    assert _history(message) == [(None, 50), (50, 60), (60, 80)]
    assert (held.turn, held.attempts) == (2, 2)


def test_a_lost_lease_records_no_failure_either(environment: Environment, approve: Callable[..., Message]) -> None:
    channel, message = _folder(environment), approve()
    (lost,) = claim_due(channel, 1)
    _let_time_pass()
    claim_due(channel, 1)

    def fail(_parcel: Parcel) -> None:
        raise DeliveryFailed(Cause.DELIVERY_TURNED_AWAY, of_channel=False)

    deliver_claimed(lost, channel, fail)

    assert (_history(message), LogEntry.objects.count()) == ([(None, 50)], 0)


def test_a_worker_that_dies_after_handing_over_leaves_one_file(
    environment: Environment, approve: Callable[..., Message], root: Path
) -> None:
    channel, message = _folder(environment), approve()
    (claim,) = claim_due(channel, 1)

    def hand_over_and_die(parcel: Parcel) -> None:
        drop(parcel, place_of(channel))
        raise SystemExit

    with pytest.raises(SystemExit):
        deliver_claimed(claim, channel, hand_over_and_die)
    before = {path: path.read_bytes() for path in root.rglob("*.*")}
    _let_time_pass()
    deliver_batch(channel.pk)

    assert {path: path.read_bytes() for path in root.rglob("*.*")} == before
    assert (len(before), _history(message)) == (2, [(None, 50), (50, 60)])


def test_a_message_that_kills_its_workers_is_given_up(
    environment: Environment, approve: Callable[..., Message]
) -> None:
    channel, message = _folder(environment), approve()
    for _ in range(MAX_ATTEMPTS):
        claim_due(channel, 1)
        _let_time_pass()

    deliver_batch(channel.pk)

    assert _history(message) == [(None, 50), (50, 70)]
    assert Delivery.objects.get().gave_up_at is not None
    assert LogEntry.objects.get().explained is Cause.DELIVERY_INTERRUPTED


def test_pauses_grow_to_a_bound() -> None:
    seconds = [pause(attempt, 30, 3600).total_seconds() for attempt in (1, 2, 3, 10, 60)]

    assert [
        low <= value <= high
        for value, (low, high) in zip(seconds, [(22, 38), (45, 75), (90, 150), (2700, 4500), (2700, 4500)], strict=True)
    ] == [True] * 5


def _respond(root: Path, environment: Environment, name: str, **told: Any) -> Path:
    folder = root / environment.code / "bd" / "antwoorden"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(told))
    return folder


def test_responses_in_the_folder_become_80_and_90_once(
    environment: Environment, approve: Callable[..., Message], root: Path
) -> None:
    channel, accepted, refused = _folder(environment), approve(), approve()
    deliver_batch(channel.pk)
    _respond(root, environment, "1.json", messageId=accepted.public_id, status="accepted")
    folder = _respond(root, environment, "2.json", messageId=refused.public_id, status="refused", reason="Te laat")

    taken = [take_responses(), take_responses()]
    _respond(root, environment, "1.json", messageId=accepted.public_id, status="accepted")
    taken.append(take_responses())

    assert taken == [2, 0, 1]
    assert (_history(accepted)[2:], _history(refused)[2:]) == ([(60, 80)], [(60, 90)])
    assert refused.events.get(to_status=90).note == "Te laat"
    assert (len([*folder.glob("verwerkt/*")]), [*folder.glob("*.json")], LogEntry.objects.count()) == (3, [], 0)


def test_a_response_that_is_too_early_waits(
    environment: Environment, approve: Callable[..., Message], root: Path
) -> None:
    channel, message = _folder(environment), approve()
    claim_due(channel, 1)
    folder = _respond(root, environment, "1.json", messageId=message.public_id, status="accepted")

    early = take_responses()
    _let_time_pass()
    deliver_batch(channel.pk)

    assert (early, take_responses(), [*folder.glob("*.json")]) == (0, 1, [])
    assert _status(message) == Status.ACCEPTED


def test_what_is_no_response_of_this_channel_is_set_aside_with_a_log_entry(
    environment: Environment, approve: Callable[..., Message], root: Path
) -> None:
    channel, ours = _folder(environment), approve()
    deliver_batch(channel.pk)
    foreign = MessageFactory(status=Status.SENT)
    _respond(root, environment, "1.json", messageId=foreign.public_id, status="accepted")
    _respond(root, environment, "2.json", messageId=ours.public_id, status="accepted")
    folder = _respond(root, environment, "3.json", messageId=ours.public_id, status="refused")

    take_responses()

    assert sorted(path.name for path in folder.glob("apart/*")) == ["1.json", "3.json"]
    assert (_status(foreign), _status(ours)) == (Status.SENT, Status.ACCEPTED)
    assert {entry.explained for entry in LogEntry.objects.all()} == {Cause.RESPONSE_UNREADABLE}
    assert {entry.evidence["file"] for entry in LogEntry.objects.all()} == {"1.json", "3.json"}
