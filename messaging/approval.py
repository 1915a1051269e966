"""An approval is of bytes: the SHA-256 of what is stored, and of what was approved."""

from __future__ import annotations

import re

from django.db.models import BinaryField, Func

from messaging.models import Message, MessageContent, MessageEvent
from messaging.statuses import Status

# How approvals were noted before events had a column for the digest; events are never changed.
_NOTED_DIGEST = re.compile(r"SHA-256 ([0-9A-F]{64})", re.ASCII)


def stored_digest(message: Message) -> bytes | None:
    """Return the SHA-256 of the content as it is stored now, computed by the database, which reads it anyhow."""
    content = MessageContent.objects.filter(message_id=message.pk)
    found = content.values_list(Func("content", function="sha256", output_field=BinaryField()), flat=True).first()
    return None if found is None else bytes(found)


def approved_digest(message: Message) -> bytes | None:
    """Return the SHA-256 of the content that was approved; None when the message was not approved by anybody.

    Only content with this digest may go to the requesting party.
    """
    approval = message.events.filter(kind=MessageEvent.Kind.STATUS, to_status=Status.READY).order_by("-id").first()
    if approval is None:
        return None
    if approval.content_digest is not None:
        return bytes(approval.content_digest)
    noted = _NOTED_DIGEST.fullmatch(approval.note)
    return bytes.fromhex(noted[1]) if noted else None
