"""Signing what goes out, and checking what comes back: HMAC-SHA-256 over the time, a point and the body. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re

HEADER = "Berichtenpoort-Signature"
TOLERANCE = 300  # seconds that the clocks may differ
_FORM = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


def sign(body: bytes, *, secret: str, timestamp: int) -> str:
    """Return the value of the signature header."""
    return f"t={timestamp},v1={_digest(body, secret, str(timestamp))}"


def is_signed(header: str, body: bytes, *, secret: str, now: float) -> bool:
    """Tell whether the header signs this body with the secret, at most `TOLERANCE` seconds from now."""
    found = _FORM.fullmatch(header.strip())
    if found is None or abs(now - int(found[1])) > TOLERANCE:
        return False
    return hmac.compare_digest(found[2], _digest(body, secret, found[1]))


def _digest(body: bytes, secret: str, timestamp: str) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
