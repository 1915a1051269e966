"""What people record about a message that they handed over themselves."""

from __future__ import annotations

import pytest

from connectors.models import Environment
from messaging.actions.assessment import SomebodyWasFirst
from messaging.actions.outcomes import record_outcome, record_sent
from messaging.models import Delivery, Message
from messaging.statuses import Status
from portal.errors import DomainError
from portal.models import User
from tests.factories import DeliveryChannelFactory, MessageFactory
from tests.messaging.delivery.failing import make_failed


def _message(environment: Environment, status: Status) -> Message:
    message: Message = MessageFactory(token__app_connector__environment=environment, status=status)
    return message


def _newest(message: Message) -> tuple[int | None, int | None, str, str]:
    event = message.events.order_by("-id")[0]
    return event.from_status, event.to_status, event.actor_name, event.note


def test_a_type_without_a_channel_is_sent_and_decided_by_hand(environment: Environment, behandelaar: User) -> None:
    message = _message(environment, Status.READY)

    record_sent(message=message, acting_user=behandelaar)
    sent = _newest(message)
    record_outcome(message=message, accepted=False, reason=" Te laat ", acting_user=behandelaar)

    assert sent == (50, 60, str(behandelaar), "")
    assert _newest(message) == (60, 90, str(behandelaar), "Te laat")


def test_what_a_channel_sends_is_not_sent_by_hand(environment: Environment, behandelaar: User) -> None:
    DeliveryChannelFactory(environment=environment, codes=["BTW"])
    message = _message(environment, Status.READY)

    with pytest.raises(DomainError):
        record_sent(message=message, acting_user=behandelaar)

    assert Message.objects.get().status == Status.READY


def test_what_was_given_up_may_be_sent_by_hand_and_leaves_the_list(environment: Environment, behandelaar: User) -> None:
    delivery = make_failed(environment, DeliveryChannelFactory(environment=environment, codes=["BTW"]))

    record_sent(message=delivery.message, acting_user=behandelaar)

    delivery = Delivery.objects.get()
    assert (delivery.gave_up_at, delivery.log_reference, delivery.cause) == (None, None, "")
    assert _newest(delivery.message)[:2] == (70, 60)


def test_what_a_worker_holds_is_not_recorded_by_hand(environment: Environment, behandelaar: User) -> None:
    delivery = make_failed(environment, None, held=True)

    with pytest.raises(DomainError):
        record_sent(message=delivery.message, acting_user=behandelaar)


def test_a_refusal_needs_its_reason(environment: Environment, behandelaar: User) -> None:
    message = _message(environment, Status.SENT)

    with pytest.raises(DomainError) as refusal:
        record_outcome(message=message, accepted=False, reason=" ", acting_user=behandelaar)

    assert refusal.value.field == "reason"


def test_of_two_who_record_one_is_first(environment: Environment, behandelaar: User, beheerder: User) -> None:
    message = _message(environment, Status.SENT)
    record_outcome(message=message, accepted=True, acting_user=beheerder)

    with pytest.raises(SomebodyWasFirst):
        record_outcome(message=message, accepted=False, reason="Nee", acting_user=behandelaar)

    assert _newest(message)[:2] == (60, 80)


def test_who_only_reads_records_nothing(environment: Environment, auditor: User) -> None:
    message = _message(environment, Status.SENT)

    with pytest.raises(DomainError):
        record_outcome(message=message, accepted=True, acting_user=auditor)
