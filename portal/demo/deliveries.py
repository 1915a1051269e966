"""How the demo's messages leave: a folder channel, and a message or two that it could not write."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.conf import settings

from connectors.causes import Cause
from connectors.models import Environment
from messaging.actions.channels import create_channel
from messaging.models import Delivery, DeliveryChannel, LogEntry, MessageEvent
from messaging.statuses import Status
from portal.models import User

_OBSERVED = "No space left on device"


def make_deliveries(environment: Environment, people: dict[str, User]) -> None:
    """Give an environment a channel for what goes to the Belastingdienst; annual accounts go by hand."""
    channel, _none = create_channel(
        environment=environment,
        name="Belastingdienst",
        kind=DeliveryChannel.Kind.FOLDER,
        folder="belastingdienst",
        message_types=[*environment.message_types.exclude(code="KVK")],
        acting_user=people["beheerder"],
    )
    failed = MessageEvent.objects.filter(message__environment=environment, to_status=Status.SEND_FAILED)
    for event in failed.select_related("message__token", "message__message_type").order_by("at"):
        _give_up(event, channel)


def _give_up(event: MessageEvent, channel: DeliveryChannel) -> None:
    """Write what the history of the demo tells: the entry of the failure, and that it was the last attempt."""
    message = event.message
    LogEntry.objects.create(
        reference=event.log_reference or uuid.uuid4(),
        at=event.at,
        last_seen_at=event.at,
        cause=Cause.DELIVERY_FOLDER_UNUSABLE.code,
        door=LogEntry.Door.DELIVERY,
        environment=message.environment,
        app_connector=message.token.app_connector,
        token=message.token,
        token_hint=message.token.hint,
        message_type=message.message_type.code,
        message=message,
        evidence={"observed": _OBSERVED, "channel": channel.name, "attempt": 10},
        keep_until=date.today() + timedelta(days=settings.LOG_RETENTION_DAYS),  # noqa: DTZ011  a day more or less
    )
    Delivery.objects.create(
        message=message,
        environment=message.environment,
        message_type=message.message_type,
        channel=channel,
        turn=10,
        attempts=10,
        cause=Cause.DELIVERY_FOLDER_UNUSABLE.code,
        observed=_OBSERVED,
        log_reference=event.log_reference,
        gave_up_at=event.at,
    )
