"""The document in a call: from the text of a field to the bytes that are kept. Pure."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from contextlib import suppress

from messaging.safe_xml import ENCODINGS

_DECLARED = re.compile(r"""\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_ZIP = b"PK\x03\x04"
_BOM = "\ufeff"


class ContentError(ValueError):
    """The field is not a document; `missing` tells that it is empty, `size` how much there was of it."""

    def __init__(self, *, missing: bool = False, size: int = 0) -> None:
        super().__init__("missing" if missing else "unreadable")
        self.missing = missing
        self.size = size


def document_bytes(field: str) -> bytes:
    """Return the document that stands in a field as XML text or in base64. Raises `ContentError`.

    XML text is turned into the bytes that it declares itself to be, so that what is kept is the file that the sender
    had. Where that cannot be, UTF-8 with a byte order mark, which wins over the declaration. Python knows codecs that
    take minutes for a long text (punycode), so only encodings that are read here count.
    """
    stripped = field.lstrip(_BOM + " \t\r\n")
    if not stripped:
        raise ContentError(missing=True)
    if not stripped.startswith("<"):
        return checked_document(decode_base64(stripped))
    declared = _DECLARED.match(stripped)
    encoding = declared[1].lower() if declared else "utf-8"
    if encoding in ENCODINGS:
        with suppress(UnicodeError):
            return stripped.encode("utf-16" if encoding.startswith("utf-16") else encoding)
    return codecs.BOM_UTF8 + stripped.encode()


def checked_document(raw: bytes) -> bytes:
    """Return `raw` when it looks like XML or a ZIP file, whatever its encoding. Raises `ContentError`."""
    start = raw[:64].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
    if not start:
        raise ContentError(missing=not raw.strip(), size=len(raw))
    if not start.startswith(b"<") and not raw.startswith(_ZIP):
        raise ContentError(size=len(raw))
    return raw


def decode_base64(field: str) -> bytes:
    """Decode base64, with line breaks or without. Raises `ContentError`."""
    try:
        return base64.b64decode("".join(field.split()), validate=True)
    except (binascii.Error, ValueError):
        raise ContentError(size=len(field)) from None
