"""The search field of the frame: whatever people have in hand, straight to what it names."""

from __future__ import annotations

import re
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from connectors.models import Environment
from messaging.filters import MessageFilter
from messaging.models import LogEntry, Message
from messaging.models.messages import public_id
from messaging.queries import messages_of

_SEPARATORS = re.compile(r"[\s-]")
_PUBLIC_ID = re.compile(r"[0-9A-Fa-f]{32}")
_SEVERAL = 2


def place_of(environment: Environment, text: str) -> str | None:
    """Return the address of what `text` names in an environment, or None when it names nothing.

    A log reference or message id in any way of writing it leads to its page; a sender's own id to that message; a
    number or (part of) a name of an organisation to its messages.
    """
    text = text.strip()
    compact = _SEPARATORS.sub("", text)
    if _PUBLIC_ID.fullmatch(compact) and (place := _by_public_id(environment, UUID(hex=compact))):
        return place
    return _by_filter(environment, "reference", text) or _by_filter(environment, "organisation", text)


def _by_public_id(environment: Environment, found: UUID) -> str | None:
    code = environment.code
    if LogEntry.objects.filter(environment=environment, reference=found).exists():
        return reverse("messaging:log_detail", kwargs={"code": code, "reference": public_id(found)})
    if Message.objects.filter(environment=environment, pk=found).exists():
        return _message_page(code, found)
    return None


def _by_filter(environment: Environment, name: str, text: str) -> str | None:
    """Look with a filter of the message list: one message is shown at once, several as the filtered list."""
    filtered = MessageFilter({name: text}, messages_of(environment), environment=environment)
    if not text or not filtered.is_valid():
        return None
    found = list(filtered.qs.order_by("-id").values_list("pk", flat=True)[:_SEVERAL])
    if len(found) == 1:
        return _message_page(environment.code, found[0])
    if found:
        return f"{reverse('messaging:message_list', kwargs={'code': environment.code})}?{urlencode({name: text})}"
    return None


def _message_page(code: str, message_id: UUID) -> str:
    return reverse("messaging:message_detail", kwargs={"code": code, "message_id": public_id(message_id)})
