"""The REST form of the contract (DOMAIN 3b): JSON or bare XML in, JSON out. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

CONTENT_TYPE = "application/json; charset=utf-8"


class RestError(ValueError):
    """The body is not a message in JSON."""


def is_json(content_type: str, body: bytes) -> bool:
    """Tell a message in JSON from a bare document; clients exist that send JSON as `text/plain`."""
    if "json" in content_type.lower():
        return True
    return body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def parse_fields(body: bytes) -> Mapping[str, str]:
    """Return the text fields of a JSON object, by name. Raises `RestError`."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise RestError from None
    if not isinstance(found, dict):
        raise RestError
    return {name: str(value) for name, value in found.items() if isinstance(value, str | int)}


def encode(answer: Mapping[str, Any]) -> bytes:
    """Write an answer."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def refusal(*, text: str, number: int, reference: str) -> tuple[bytes, dict[str, str]]:
    """Write the triple of a refusal, and the header that repeats its text."""
    body = encode({"externalMessage": text, "errorNumber": number, "profitLogReference": reference})
    return body, {"X-PROFIT-ERROR": base64.b64encode(text.encode()).decode()}


def unavailable(*, text: str, retry_after: int) -> bytes:
    """Write the answer for when nothing can be taken now; `retry_after` is in seconds."""
    return encode({"error": {"code": "503", "message": text}, "retry_after": retry_after})
