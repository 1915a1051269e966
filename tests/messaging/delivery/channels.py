"""Channels to send through, and what has become of the messages."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from connectors.models import Environment
from messaging.models import Delivery, DeliveryChannel, Message
from tests.factories import DeliveryChannelFactory


def folder_channel(environment: Environment) -> DeliveryChannel:
    channel: DeliveryChannel = DeliveryChannelFactory(environment=environment, folder="bd", codes=["BTW"])
    return channel


def webhook_channel(environment: Environment, url: str) -> DeliveryChannel:
    channel: DeliveryChannel = DeliveryChannelFactory(environment=environment, url=url, codes=["BTW"])
    return channel


def status_of(message: Message) -> int:
    return Message.objects.values_list("status", flat=True).get(pk=message.pk)


def history_of(message: Message) -> list[tuple[int | None, int | None]]:
    return [*message.events.order_by("id").values_list("from_status", "to_status")]


def let_time_pass() -> None:
    """Let every lease run out, every pause end and every channel be rested."""
    past = timezone.now() - timedelta(seconds=1)
    Delivery.objects.filter(due_at__isnull=False).update(due_at=past)
    DeliveryChannel.objects.update(rests_until=None)
