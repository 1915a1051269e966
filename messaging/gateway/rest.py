"""The REST form of the contract (DOMAIN 3b): JSON or bare XML in, JSON out. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

CONTENT_TYPE = "application/json; charset=utf-8"
_MOST_FIELDS = 50


class RestError(ValueError):
    """The body is not a message in JSON, or the query cannot be read; the text says which."""


def is_json(content_type: str, body: bytes) -> bool:
    """Tell a message in JSON from a bare document; clients exist that send JSON as `text/plain`."""
    if "json" in content_type.lower():
        return True
    return body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def parse_fields(body: bytes, *, connector: str) -> dict[str, str]:
    """Return the text fields of a JSON object, by name in lower case. Raises `RestError`.

    The fields may also stand where the vendor's client programs put them: `{<connector>: {"Element": {"Fields": ..}}}`.
    """
    try:
        found = json.loads(body)
        for name in (connector, "Element", "Fields"):
            if isinstance(found, dict) and name in found:
                found = found[name]
        if not isinstance(found, dict):
            raise RestError
        fields = {name.lower(): str(value) for name, value in found.items() if isinstance(value, str | int)}
        # JSON can write half a character, which neither the database nor any document can hold.
        "".join(fields.values()).encode()
    except (ValueError, RecursionError):
        raise RestError("JSON") from None
    return fields


def parse_query(query: str) -> dict[str, str]:
    """Return the fields of a query, by name in lower case; of several of one name the last. Raises `RestError`.

    `query` is as WSGI has it: one character per byte.
    """
    try:
        text = query.encode("latin-1").decode(errors="replace")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise RestError("query") from None
    return {name.lower(): value for name, value in pairs}


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
