"""Messages in status 70, as a worker leaves them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from connectors.causes import Cause
from connectors.models import Environment
from messaging.models import Delivery, DeliveryChannel
from messaging.statuses import Status
from tests.factories import MessageFactory, TokenFactory


def make_failed(
    environment: Environment,
    channel: DeliveryChannel | None,
    *,
    kind: str = "BTW",
    cause: Cause = Cause.DELIVERY_UNREACHABLE,
    given_up: bool = True,
    **facts: Any,
) -> Delivery:
    """Make a message that could not be sent: given up, or to be tried again in an hour."""
    token = environment.tokens.first() or TokenFactory(app_connector__environment=environment)
    message = MessageFactory(token=token, kind=kind, status=Status.SEND_FAILED)
    hour = timedelta(hours=1)
    return Delivery.objects.create(
        message=message,
        environment=environment,
        message_type=message.message_type,
        channel=channel,
        turn=10,
        attempts=10,
        cause=cause.code,
        log_reference=uuid4(),
        gave_up_at=timezone.now() - hour if given_up else None,
        due_at=None if given_up else timezone.now() + hour,
        **facts,
    )
