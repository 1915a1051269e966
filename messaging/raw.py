"""A document as text for people, and as a file: whatever is in it, it is only ever text or an attachment."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import BinaryField
from django.db.models.functions import Substr
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from lxml import etree

from messaging.models import Message, MessageContent
from messaging.safe_xml import XmlError, parse_xml

MAX_SHOWN = 256 * 1024  # bytes of a document that are read for the page
_ZIP = b"PK\x03\x04"
_PDF = b"%PDF-"
PDF_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@dataclass(frozen=True)
class RawText:
    """A document to read. `is_laid_out`: on lines of its own per element, so not byte for byte what was sent."""

    text: str
    is_laid_out: bool = False
    is_cut: bool = False
    is_binary: bool = False


def raw_text(message: Message) -> RawText:
    """Return the document of a message as bounded text; of a binary one only that it is binary."""
    head = _head(message)
    if head.startswith(_ZIP) or b"\0" in head[:1024].replace(b"\0<", b"").replace(b"<\0", b""):
        return RawText("", is_binary=True)
    if message.content_size > MAX_SHOWN:
        return RawText(head.decode("utf-8", errors="replace"), is_cut=True)
    try:
        root = parse_xml(head, max_bytes=MAX_SHOWN)
    except XmlError:
        return RawText(head.decode("utf-8", errors="replace"))
    etree.indent(root)
    return RawText(etree.tostring(root, encoding="unicode"), is_laid_out=True)


def pdf_is_shown(message: Message) -> bool:
    """Tell whether the PDF beside a document begins as one; anything else is for downloading only."""
    if not message.pdf_digest:
        return False
    start = Substr("pdf", 1, len(_PDF), output_field=BinaryField())
    found = MessageContent.objects.values_list(start, flat=True).filter(message_id=message.pk).first()
    return found is not None and bytes(found) == _PDF


def inline_pdf(content: bytes, name: str) -> HttpResponse:
    """Answer a PDF from outside to look at, in a frame of our own page: it loads nothing and never counts as a page.

    Not `sandbox`: with it Chromium shows no PDF at all.
    """
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": content_disposition_header(False, name) or "inline",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "SAMEORIGIN",
            "Cache-Control": "no-store",
            "Content-Security-Policy": PDF_POLICY,
        },
    )


def _head(message: Message) -> bytes:
    start = Substr("content", 1, MAX_SHOWN, output_field=BinaryField())
    return bytes(MessageContent.objects.values_list(start, flat=True).get(message_id=message.pk))


def file_name(message: Message, content: bytes) -> str:
    """Name a document by its type and message id, with the ending that belongs to what is in it."""
    start = content[:4096].lower()
    ending = "zip" if content.startswith(_ZIP) else "xhtml" if b"<html" in start else "xml"
    if ending == "xml" and b"xbrl" in start:
        ending = "xbrl"
    return f"{message.message_type.code}_{message.public_id}.{ending}"


def attachment(content: bytes, name: str, content_type: str = "application/octet-stream") -> HttpResponse:
    """Answer bytes that came from outside: a file to keep, never something that a browser shows or runs."""
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": content_disposition_header(True, name) or "attachment",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )
