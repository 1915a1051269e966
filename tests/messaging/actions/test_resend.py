"""Sending again by hand: one, or all that match, once however often it is asked."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import timezone

from connectors.causes import Cause
from connectors.models import Environment
from messaging.actions.assessment import SomebodyWasFirst
from messaging.actions.resend import resend_message, start_run, stop_run, take_step
from messaging.models import Delivery, DeliveryChannel, MessageEvent, ResendRun
from messaging.queries_delivery import given_up
from portal.errors import DomainError
from portal.models import User
from tests.factories import DeliveryChannelFactory
from tests.messaging.delivery.failing import make_failed

RESENT = MessageEvent.Kind.RESENT


@pytest.fixture
def channel(environment: Environment) -> DeliveryChannel:
    made: DeliveryChannel = DeliveryChannelFactory(
        environment=environment, codes=["BTW", "ICP"], failures=4, rests_until=timezone.now()
    )
    return made


@pytest.mark.parametrize("was_given_up", [True, False])
def test_one_message_is_tried_again_at_once(
    environment: Environment, behandelaar: User, channel: DeliveryChannel, was_given_up: bool
) -> None:
    delivery = make_failed(environment, channel, given_up=was_given_up)
    reference = delivery.log_reference
    assert reference is not None

    resend_message(message=delivery.message, reference_seen=reference, acting_user=behandelaar)

    delivery.refresh_from_db()
    channel.refresh_from_db()
    event = delivery.message.events.get(kind=RESENT)
    assert (delivery.attempts, delivery.gave_up_at, channel.rests_until) == (0, None, None)
    assert delivery.due_at is not None
    assert delivery.due_at <= timezone.now()
    assert (event.actor, event.from_status, event.to_status) == (behandelaar, None, None)


def test_pressing_twice_sends_again_once(environment: Environment, behandelaar: User, channel: DeliveryChannel) -> None:
    delivery = make_failed(environment, channel)
    reference = delivery.log_reference
    assert reference is not None
    resend_message(message=delivery.message, reference_seen=reference, acting_user=behandelaar)

    with pytest.raises(SomebodyWasFirst):
        resend_message(message=delivery.message, reference_seen=reference, acting_user=behandelaar)

    # The worker failed again meanwhile: that is another failure than the one on the screen.
    Delivery.objects.update(log_reference=uuid4(), due_at=None, gave_up_at=timezone.now())
    with pytest.raises(SomebodyWasFirst):
        resend_message(message=delivery.message, reference_seen=reference, acting_user=behandelaar)
    assert delivery.message.events.filter(kind=RESENT).count() == 1


def test_what_a_worker_holds_is_left_alone(
    environment: Environment, behandelaar: User, channel: DeliveryChannel
) -> None:
    delivery = make_failed(environment, channel, held=True)
    assert delivery.log_reference is not None

    with pytest.raises(SomebodyWasFirst):
        resend_message(message=delivery.message, reference_seen=delivery.log_reference, acting_user=behandelaar)


def test_who_only_reads_sends_nothing_again(environment: Environment, auditor: User, channel: DeliveryChannel) -> None:
    delivery = make_failed(environment, channel)
    assert delivery.log_reference is not None

    with pytest.raises(DomainError):
        resend_message(message=delivery.message, reference_seen=delivery.log_reference, acting_user=auditor)
    with pytest.raises(DomainError):
        start_run(environment=environment, wanted={}, key=uuid4(), acting_user=auditor)


def test_without_a_channel_there_is_nothing_that_sends(environment: Environment, behandelaar: User) -> None:
    delivery = make_failed(environment, None)
    assert delivery.log_reference is not None

    with pytest.raises(DomainError) as refusal:
        resend_message(message=delivery.message, reference_seen=delivery.log_reference, acting_user=behandelaar)

    assert not isinstance(refusal.value, SomebodyWasFirst)


def test_a_run_takes_what_matched_in_steps(
    environment: Environment, behandelaar: User, channel: DeliveryChannel
) -> None:
    matching = [make_failed(environment, channel) for _ in range(5)]
    others = [
        make_failed(environment, channel, kind="ICP"),
        make_failed(environment, channel, cause=Cause.DELIVERY_TOO_SLOW),
        make_failed(environment, DeliveryChannelFactory(environment=environment)),
        make_failed(environment, channel, given_up=False),
        make_failed(DeliveryChannelFactory(codes=["BTW"]).environment, None),
    ]
    wanted = {"cause": "delivery_unreachable", "type": "BTW", "channel": str(channel.pk)}

    run = start_run(environment=environment, wanted=wanted, key=uuid4(), acting_user=behandelaar)
    went_on = [take_step(run.pk, limit=2), take_step(run.pk, limit=2), take_step(run.pk, limit=2)]

    run.refresh_from_db()
    assert (went_on, run.total, run.done, run.state) == ([True, True, False], 5, 5, "finished")
    assert {delivery.pk for delivery in Delivery.objects.filter(resend_run=run, attempts=0)} == {
        delivery.pk for delivery in matching
    }
    assert {event.message_id for event in MessageEvent.objects.filter(kind=RESENT, actor=behandelaar)} == {
        delivery.pk for delivery in matching
    }
    assert Delivery.objects.filter(pk__in=[other.pk for other in others], attempts=10).count() == 5


def test_the_same_page_sent_twice_is_one_run(
    environment: Environment, behandelaar: User, channel: DeliveryChannel
) -> None:
    make_failed(environment, channel)
    key = uuid4()

    first, second = (start_run(environment=environment, wanted={}, key=key, acting_user=behandelaar) for _ in range(2))

    assert (first, ResendRun.objects.count()) == (second, 1)


def test_a_stopped_run_leaves_the_rest(environment: Environment, behandelaar: User, channel: DeliveryChannel) -> None:
    for _ in range(3):
        make_failed(environment, channel)
    run = start_run(environment=environment, wanted={}, key=uuid4(), acting_user=behandelaar)
    take_step(run.pk, limit=1)

    stop_run(run=run, acting_user=behandelaar)

    assert not take_step(run.pk)
    run.refresh_from_db()
    assert (run.state, run.done, given_up(environment, {}).count()) == ("stopped", 1, 2)


def test_a_run_over_nothing_does_not_begin(environment: Environment, behandelaar: User) -> None:
    with pytest.raises(DomainError):
        start_run(environment=environment, wanted={}, key=uuid4(), acting_user=behandelaar)

    assert not ResendRun.objects.exists()
