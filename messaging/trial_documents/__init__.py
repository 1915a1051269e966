"""The documents of test messages: small, complete, and of a company that cannot exist (a number of zeros)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from messaging.kinds import MessageKind


@cache
def document_of(kind: MessageKind) -> bytes:
    """Return the document that a test message of this type carries."""
    return (Path(__file__).parent / f"{kind.value.lower()}.xml").read_bytes()
