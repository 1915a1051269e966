"""Handing a message over by webhook: one signed POST, and what its answer means."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from connectors.causes import Cause
from messaging.delivery.connection import Connection
from messaging.delivery.failures import DeliveryFailed, Trace, untold
from messaging.delivery.signature import HEADER, sign

DEADLINE = 30.0  # seconds for one call as a whole
MAX_REASON = 2000  # characters
# Answers that say something about the receiver, not about this message.
_NOT_NOW = frozenset({401, 403, 404, 405, 407, 408, 410, 421, 425, 429})


@dataclass(frozen=True)
class Answer:
    """What the requesting party thinks of a message: accepted or refused, with its reason."""

    accepted: bool
    reason: str = ""


@dataclass(frozen=True)
class Parcel:
    """What is handed over: the exact bytes, their name, and what is told beside them (plain values only)."""

    message_id: str
    name: str
    content: bytes
    facts: dict[str, Any]

    @property
    def as_json(self) -> bytes:
        return json.dumps(self.facts, ensure_ascii=False, indent=2).encode() + b"\n"


def send(
    parcel: Parcel, connection: Connection, *, secret: str, seconds: float = DEADLINE, trace: Trace = untold
) -> Answer | None:
    """Post a parcel; return what the receiver already thinks of it, if it says so. Raises `DeliveryFailed`."""
    headers = {
        "Content-Type": "application/octet-stream",
        "User-Agent": "Berichtenpoort",
        "Idempotency-Key": parcel.message_id,
        "Berichtenpoort-Message-Id": parcel.message_id,
        "Berichtenpoort-Message-Type": str(parcel.facts.get("messageType", "")),
        "Berichtenpoort-Environment": str(parcel.facts.get("environment", "")),
        "Berichtenpoort-Sha256": str(parcel.facts.get("sha256", "")),
        HEADER: sign(parcel.content, secret=secret, timestamp=int(time.time())),
    }
    if parcel.facts.get("test"):
        headers["Berichtenpoort-Test"] = "1"
    status, body, _headers = connection.post(parcel.content, headers, seconds=seconds, trace=trace)
    if 300 <= status < 400:
        raise DeliveryFailed(Cause.DELIVERY_REDIRECTED, f"HTTP {status}")
    if not 200 <= status < 300:
        raise DeliveryFailed(
            Cause.DELIVERY_TURNED_AWAY, f"HTTP {status}", of_channel=status >= 500 or status in _NOT_NOW
        )
    trace(_("The receiver answered HTTP %(status)s.") % {"status": status})
    return read_answer(body, about=parcel.message_id)


def read_answer(body: bytes, *, about: str = "") -> Answer | None:
    """Read `{"status": "accepted" | "refused", "reason": "..."}`; anything else says nothing about the message.

    `about` is the message that was asked about: an answer that names another one does not decide about this one.
    """
    try:
        told = json.loads(body.decode())
    except (ValueError, RecursionError):
        return None
    status = told.get("status") if isinstance(told, dict) else None
    if status not in ("accepted", "refused"):
        return None
    named = told.get("messageId")
    if about and named is not None and str(named).replace("-", "").upper() != about.upper():
        return None
    reason = told.get("reason")
    return Answer(status == "accepted", printable(reason) if isinstance(reason, str) else "")


def printable(text: str) -> str:
    """Bound a stranger's text and keep what has a place on a line."""
    return "".join(sign if sign.isprintable() else " " for sign in text[:MAX_REASON]).strip()
