"""What is handed over: exactly the approved bytes, with the facts beside them, or nothing."""

from __future__ import annotations

import hashlib
from typing import Any

from connectors.causes import Cause
from messaging.approval import approved_digest
from messaging.delivery.failures import DeliveryFailed
from messaging.delivery.webhook import Parcel
from messaging.models import Message, MessageContent, MessageEvent
from messaging.queries import reading_of
from messaging.raw import file_name
from messaging.statuses import Status


def pack(message: Message) -> Parcel:
    """Make the parcel of an approved message. Raises `DeliveryFailed` when its bytes are not those approved."""
    content = bytes(MessageContent.objects.only("content").get(message_id=message.pk).content)
    digest = hashlib.sha256(content).digest()
    if digest != approved_digest(message):
        raise DeliveryFailed(Cause.DELIVERY_NOT_AS_APPROVED, digest.hex().upper(), of_channel=False)
    return Parcel(message.public_id, file_name(message, content), content, _facts(message, digest))


def _facts(message: Message, digest: bytes) -> dict[str, Any]:
    """Return the facts; the same for every attempt, so that a second copy is the same to the byte."""
    approval = MessageEvent.objects.filter(message=message, to_status=Status.READY).order_by("-id").first()
    reading = reading_of(message)
    return {
        "messageId": message.public_id,
        "externalMessageId": message.external_message_id,
        "messageType": message.message_type.code,
        "environment": message.environment.code,
        "customerEnvironment": message.sender_environment,
        "organisation": message.organisation.name if message.organisation else "",
        "identifier": reading.number if reading else "",
        "identifierScheme": reading.number_scheme if reading else "",
        "periodStart": reading.period_start.isoformat() if reading and reading.period_start else "",
        "periodEnd": reading.period_end.isoformat() if reading and reading.period_end else "",
        "size": message.content_size,
        "sha256": digest.hex().upper(),
        "receivedAt": message.received_at.isoformat(),
        "approvedBy": approval.actor_name if approval else "",
        "approvedAt": approval.at.isoformat() if approval else "",
    }
