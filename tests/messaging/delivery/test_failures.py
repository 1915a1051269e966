"""What becomes of messages that could not be handed over, and of the channel that they wait for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django import Settings

from connectors.causes import Cause
from connectors.models import Environment
from messaging.delivery.claims import MAX_ATTEMPTS, channels_with_work
from messaging.delivery.worker import deliver_batch
from messaging.models import Delivery, LogEntry, Message
from messaging.statuses import Status
from tests.messaging.delivery.channels import history_of, let_time_pass, status_of, webhook_channel
from tests.messaging.delivery.receiver import answer, receiving

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("root")]


def test_a_failure_carries_a_log_reference_and_the_channel_rests(
    environment: Environment, approve: Callable[..., Message]
) -> None:
    first, second = approve(), approve()
    with receiving(answer("503 Busy")) as receiver:
        channel = webhook_channel(environment, receiver.url)
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
    assert (history_of(second), Delivery.objects.get(message=second).attempts) == ([(None, 50)], 0)
    channel.refresh_from_db()
    assert (channel.failures, channels_with_work(), deliver_batch(channel.pk)) == (1, [], 0)


def test_a_failing_channel_is_tried_with_one_message_and_goes_on_when_it_works(
    environment: Environment, approve: Callable[..., Message]
) -> None:
    messages = [approve() for _ in range(3)]
    with receiving(answer("503 Busy"), answer("200 OK")) as receiver:
        channel = webhook_channel(environment, receiver.url)
        deliver_batch(channel.pk)
        let_time_pass()
        tried = [deliver_batch(channel.pk), deliver_batch(channel.pk)]

    assert tried == [1, 2]
    assert [status_of(message) for message in messages] == [Status.SENT] * 3
    assert history_of(messages[0]) == [(None, 50), (50, 70), (70, 60)]
    channel.refresh_from_db()
    assert (channel.failures, channel.failing_since) == (0, None)


def test_a_message_that_the_receiver_cannot_stand_does_not_hold_up_the_others(
    environment: Environment, approve: Callable[..., Message]
) -> None:
    unfit, fine = approve(), approve()
    with receiving(answer("422 Unfit"), answer("200 OK")) as receiver:
        deliver_batch(webhook_channel(environment, receiver.url).pk)

    assert (status_of(unfit), status_of(fine)) == (Status.SEND_FAILED, Status.SENT)


def test_after_the_bound_it_is_given_up_and_stays_in_70(
    environment: Environment, approve: Callable[..., Message]
) -> None:
    message = approve()
    with receiving(answer("422 Unfit")) as receiver:
        channel = webhook_channel(environment, receiver.url)
        for _ in range(MAX_ATTEMPTS + 2):
            deliver_batch(channel.pk)
            let_time_pass()

    delivery = Delivery.objects.get()
    assert history_of(message) == [(None, 50), (50, 70), *[(70, 70)] * (MAX_ATTEMPTS - 1)]
    assert (delivery.attempts, delivery.due_at) == (MAX_ATTEMPTS, None)
    assert (delivery.gave_up_at is not None, LogEntry.objects.count()) == (True, MAX_ATTEMPTS)


def test_a_secret_that_cannot_be_read_any_more_stops_the_channel(
    environment: Environment, approve: Callable[..., Message], settings: Settings
) -> None:
    message = approve()
    channel = webhook_channel(environment, "http://127.0.0.1:1/")
    settings.SECRET_KEY = "een andere sleutel, die lang genoeg is"

    deliver_batch(channel.pk)

    assert (status_of(message), LogEntry.objects.get().explained) == (
        Status.SEND_FAILED,
        Cause.DELIVERY_SECRET_UNREADABLE,
    )
