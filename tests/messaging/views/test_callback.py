"""The address to which the receiver of a webhook reports: signed, for its own messages, once."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connectors.models import Environment
from messaging.delivery.signature import HEADER, sign
from messaging.models import Delivery, DeliveryChannel, Message
from messaging.statuses import Status
from tests.factories import DeliveryChannelFactory, MessageFactory

SECRET = "whs_of-a-test"


@pytest.fixture
def channel(environment: Environment) -> DeliveryChannel:
    made: DeliveryChannel = DeliveryChannelFactory(
        environment=environment, url="https://ontvanger.example/", codes=["BTW"], secret=SECRET
    )
    return made


def _sent(channel: DeliveryChannel, status: Status = Status.SENT) -> Message:
    message: Message = MessageFactory(token__app_connector__environment=channel.environment, status=status)
    Delivery.objects.create(
        message=message, environment=channel.environment, message_type=message.message_type, channel=channel
    )
    return message


def _report(
    channel: DeliveryChannel, body: bytes | dict[str, Any], *, secret: str = SECRET, age: int = 0
) -> tuple[int, bytes]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = sign(raw, secret=secret, timestamp=int(time.time()) - age)
    answer = Client(enforce_csrf_checks=True).post(
        reverse("messaging:delivery_callback", args=[channel.public_id]),
        data=raw,
        content_type="application/json",
        headers={HEADER: signature},
    )
    return answer.status_code, answer.content


def _status(message: Message) -> int:
    return Message.objects.values_list("status", flat=True).get(pk=message.pk)


def test_a_signed_report_is_recorded_once(channel: DeliveryChannel) -> None:
    message = _sent(channel)
    told = {"messageId": message.public_id, "status": "refused", "reason": "Te laat"}

    answers = [_report(channel, told)[0], _report(channel, told)[0]]
    opposite = _report(channel, {"messageId": message.public_id, "status": "accepted"})[0]

    assert (answers, opposite) == ([200, 200], 409)
    assert [*message.events.order_by("id").values_list("to_status", "note", "actor_name")][1:] == [
        (90, "Te laat", channel.name)
    ]


def test_a_report_before_the_message_is_sent_is_put_off(channel: DeliveryChannel) -> None:
    message = _sent(channel, Status.READY)

    assert _report(channel, {"messageId": message.public_id, "status": "accepted"})[0] == 409
    assert _status(message) == Status.READY


@pytest.mark.parametrize(("secret", "age"), [("ander", 0), (SECRET, 301), (SECRET, -310)])
def test_who_cannot_sign_now_learns_and_changes_nothing(channel: DeliveryChannel, secret: str, age: int) -> None:
    message = _sent(channel)

    told = _report(channel, {"messageId": message.public_id, "status": "accepted"}, secret=secret, age=age)

    assert (told, _status(message)) == ((401, b""), Status.SENT)


def test_a_channel_that_does_not_exist_answers_the_same(channel: DeliveryChannel) -> None:
    channel.delete()

    assert _report(channel, {}) == (401, b"")


def test_nobody_reports_on_the_messages_of_another_channel(channel: DeliveryChannel) -> None:
    other = _sent(DeliveryChannelFactory(environment=channel.environment, url="https://ander.example/"))

    assert _report(channel, {"messageId": other.public_id, "status": "accepted"})[0] == 422
    assert _status(other) == Status.SENT


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"messageId": 1, "status": "accepted"}', b"\xff", b"x" * 70_000])
def test_what_is_no_report_changes_nothing(channel: DeliveryChannel, body: bytes) -> None:
    message = _sent(channel)

    assert _report(channel, body)[0] in (401, 422)
    assert _status(message) == Status.SENT
