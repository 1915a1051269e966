"""How a message is described to the program that sent it. The form of the documents is our own choice (DOMAIN 3a)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from xml.sax.saxutils import escape

from django.utils import timezone

from messaging.models import Message, MessageEvent
from messaging.models.messages import public_id
from messaging.statuses import Status

# The wire speaks Dutch, in the words of DOMAIN 2.
DESCRIPTIONS = {
    Status.REGISTERED: "Bericht geregistreerd",
    Status.PROCESSING: "Bezig met verwerken geregistreerd bericht",
    Status.IN_WORKFLOW: "Bericht in workflow",
    Status.REJECTED: "Bericht afgekeurd",
    Status.READY: "Bericht klaargezet voor verzending naar uitvragende partij",
    Status.SENT: "Bericht verzonden naar uitvragende partij",
    Status.SEND_FAILED: "Fout bij verzenden naar uitvragende partij",
    Status.ACCEPTED: "Bericht geaccepteerd door uitvragende partij",
    Status.REFUSED: "Bericht geweigerd door uitvragende partij",
}
# Only these statuses are explained by a log reference.
_EXPLAINED = frozenset({Status.REJECTED, Status.SEND_FAILED})


def message_row(message: Message) -> dict[str, str | int]:
    """Return a message as the fields that its sender may see."""
    return message_rows([message])[0]


def message_rows(messages: Sequence[Message]) -> list[dict[str, str | int]]:
    """Return messages as the fields that their sender may see, with one query at most."""
    references = _log_references(messages)
    return [
        {
            "messageId": message.public_id,
            "externalMessageId": message.external_message_id,
            "status": message.status,
            "description": DESCRIPTIONS[Status(message.status)],
            "changedAt": shown_time(message.status_changed_at),
            "logReference": public_id(reference) if (reference := references.get(message.pk)) else "",
        }
        for message in messages
    ]


def shown_time(moment: datetime) -> str:
    """Write a time as callers see it: ISO 8601 with offset, in milliseconds."""
    return timezone.localtime(moment).isoformat(timespec="milliseconds")


def status_document(message: Message) -> str:
    """Return a message as the XML document that `GetMessageStatus` answers."""
    return f"<messageStatus>{_elements(message_row(message))}</messageStatus>"


def updates_document(messages: Sequence[Message], *, more: bool) -> str:
    """Return messages as the XML document that `GetUpdatedMessages` answers; `more` of them wait for the next call."""
    rows = "".join(f"<message>{_elements(row)}</message>" for row in message_rows(messages))
    return f'<messages more="{"true" if more else "false"}">{rows}</messages>'


def _elements(row: dict[str, str | int]) -> str:
    return "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in row.items())


def _log_references(messages: Sequence[Message]) -> dict[UUID, UUID | None]:
    """Return the log reference of each message whose present status has one."""
    status = {message.pk: message.status for message in messages if message.status in _EXPLAINED}
    if not status:
        return {}
    events = MessageEvent.objects.filter(message__in=status, to_status__in=_EXPLAINED).order_by("id")
    found = events.values_list("message_id", "to_status", "log_reference")
    return {message_id: reference for message_id, to_status, reference in found if to_status == status[message_id]}
