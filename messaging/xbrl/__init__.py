"""Reading XBRL documents: bytes in, a frozen `Document` out, or an `XbrlError` that says why not. Pure."""

from __future__ import annotations

from messaging.xbrl.document import Document, Finding, ListingRow, ReturnLine
from messaging.xbrl.errors import ErrorCode, XbrlError, explain
from messaging.xbrl.reader import read_document

__all__ = [
    "Document",
    "ErrorCode",
    "Finding",
    "ListingRow",
    "ReturnLine",
    "XbrlError",
    "explain",
    "read_document",
]
