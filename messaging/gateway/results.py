"""How a message is described to the program that sent it. The form of the documents is our own choice (DOMAIN 3a)."""

from __future__ import annotations

from xml.sax.saxutils import escape

from django.utils import timezone

from messaging.models import Message
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
    reference = None
    if message.status in _EXPLAINED:
        event = message.events.filter(to_status=message.status).order_by("-id").first()
        reference = event and event.log_reference
    return {
        "messageId": message.public_id,
        "externalMessageId": message.external_message_id,
        "status": message.status,
        "description": DESCRIPTIONS[Status(message.status)],
        "changedAt": timezone.localtime(message.status_changed_at).isoformat(timespec="milliseconds"),
        "logReference": public_id(reference) if reference else "",
    }


def status_document(message: Message) -> str:
    """Return a message as the XML document that `GetMessageStatus` answers."""
    fields = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in message_row(message).items())
    return f"<messageStatus>{fields}</messageStatus>"
