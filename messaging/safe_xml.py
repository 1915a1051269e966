"""The only place where XML is parsed: bytes in, an element tree out, or an `XmlError`.

Everything that reaches this module was written by somebody that we do not know. A document is therefore
walked once as plain bytes before the parser sees it: that walk refuses every DOCTYPE (and with it every
entity, so nothing can expand and nothing can be fetched) and bounds depth and the number of nodes while no
memory has been spent on either. Only then libxml2 builds the tree, with entities, DTDs and network switched
off as a second fence; XInclude is never processed. Comments and processing instructions are dropped, CDATA
becomes text, so `.text` is the whole text.

libxml2 bounds a text node to 10 MB unless `huge_tree` is set, and a document may be larger than that as
escaped text in an envelope. `huge_tree` takes away bounds that we hold ourselves, so it is used for such
bodies only.
"""

from __future__ import annotations

import codecs
import re
import threading
from enum import StrEnum

from lxml import etree

DEFAULT_MAX_DEPTH = 128  # below libxml2's own 256, which holds without `huge_tree`
DEFAULT_MAX_NODES = 100_000  # about 20 MB of tree at most

_HUGE = 9_000_000  # bytes; libxml2's own bounds begin at 10,000,000
_INVALID_BYTES = frozenset({81, 6003})  # XML_ERR_INVALID_ENCODING, XML_I18N_CONV_FAILED

# The walk is linear on any input: the possessive quantifiers never give back what they took.
_START_TAG = re.compile(rb"""<(?:[^"'<>]++|"[^"<]*+"|'[^'<]*+')*+>""")
_DECLARED_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")

_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "iso-8859-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "latin-1": "iso-8859-1",
    "windows-1252": "windows-1252",
    "cp1252": "windows-1252",
}

# What a document may declare itself to be, in lower case; each is also the name of a Python codec that is quick.
ENCODINGS = frozenset(_CODECS)

_parsers = threading.local()  # a parser is not reentrant; one per thread spares making one per call


class XmlErrorCode(StrEnum):
    """Why a body was not parsed."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    ENCODING = "encoding"
    NUL = "nul"
    DOCTYPE = "doctype"
    TOO_DEEP = "too_deep"
    TOO_MANY_NODES = "too_many_nodes"
    NOT_WELL_FORMED = "not_well_formed"


class XmlError(Exception):
    """The bytes are not XML that we accept. The message is for developers and never quotes the payload."""

    def __init__(self, code: XmlErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code


def parse_xml(
    data: bytes,
    *,
    max_bytes: int,
    max_depth: int = DEFAULT_MAX_DEPTH,
    max_nodes: int = DEFAULT_MAX_NODES,
    encoding: str | None = None,
) -> etree._Element:
    """Parse a whole document and return its root element.

    `max_bytes` bounds the input, `max_depth` the nesting of elements, `max_nodes` the tags, attributes,
    comments and sections together. `encoding` is the charset of the transport (an HTTP header): it wins over
    the XML declaration, a byte order mark wins over both (RFC 7303, section 3). Raises `XmlError`.
    """
    if len(data) > max_bytes:
        raise XmlError(XmlErrorCode.TOO_LARGE, f"{len(data)} bytes, at most {max_bytes} are accepted")
    text = _to_utf8(data, encoding).lstrip(b" \t\r\n")
    if not text:
        raise XmlError(XmlErrorCode.EMPTY, "there is nothing to parse")
    if b"\0" in text:
        raise XmlError(XmlErrorCode.NUL, "a NUL character does not exist in XML")
    _check_structure(text, max_depth, max_nodes)
    return _build(text)


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _to_utf8(data: bytes, encoding: str | None) -> bytes:
    """The same document in UTF-8, without byte order mark; its declaration is left as it is and ignored."""
    if data.startswith(codecs.BOM_UTF8):
        return data[3:]
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise XmlError(XmlErrorCode.ENCODING, "UTF-32 is not accepted")
    codec = _codec(data, encoding)
    if codec == "utf-8":
        return data
    try:
        return data.decode(codec).encode()
    except UnicodeError:
        raise XmlError(XmlErrorCode.ENCODING, f"the bytes are not {codec}") from None


def _codec(data: bytes, encoding: str | None) -> str:
    """The Python codec for these bytes: byte order mark, transport, declaration, UTF-8; in that order."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if encoding is None:
        declared = _DECLARED_ENCODING.match(data.lstrip(b" \t\r\n") if data[:1].isspace() else data)
        encoding = declared[1].decode("ascii") if declared else "utf-8"
    codec = _CODECS.get(encoding.strip().lower())
    if codec is None:
        raise XmlError(XmlErrorCode.ENCODING, "not one of UTF-8, UTF-16, ISO-8859-1, windows-1252")
    if data[1:2] == b"\0":
        return "utf-16-le"
    if data[:1] == b"\0":
        return "utf-16-be"
    # .NET programs declare UTF-16 (the encoding of their strings) and then send UTF-8.
    return "utf-8" if codec.startswith("utf-16") else codec


def _check_structure(data: bytes, max_depth: int, max_nodes: int) -> None:
    """Walk the markup once without building anything; refuse a DOCTYPE, and what is too deep or too much.

    The walk is not a validator: it agrees with libxml2 on well-formed documents, and on any other libxml2
    stops at the first error, before which both have read the same.
    """
    depth = nodes = 0
    start = data.find(b"<")
    while start >= 0:
        nodes += 1
        marker = data[start + 1 : start + 2]
        if marker == b"/":
            depth -= 1
            end = data.find(b">", start)
        elif marker in b"!?":
            end = _end_of_special(data, start)
        else:
            tag = _START_TAG.match(data, start)
            end = tag.end() - 1 if tag else -1
            nodes += data.count(b"=", start, end)
            if data[end - 1] != 0x2F:
                depth += 1
        if end < 0 or depth < 0:
            raise XmlError(XmlErrorCode.NOT_WELL_FORMED, f"the markup at byte {start} does not end")
        if depth > max_depth:
            raise XmlError(XmlErrorCode.TOO_DEEP, f"elements are nested deeper than {max_depth}")
        if nodes > max_nodes:
            raise XmlError(XmlErrorCode.TOO_MANY_NODES, f"more than {max_nodes} tags and attributes")
        start = data.find(b"<", end)


def _end_of_special(data: bytes, start: int) -> int:
    """Where the comment, section or instruction that begins at `start` ends; -1 when it does not."""
    if data.startswith(b"<?", start):
        return data.find(b"?>", start + 2)
    if data.startswith(b"<!--", start):
        return data.find(b"-->", start + 4)
    if data.startswith(b"<![CDATA[", start):
        return data.find(b"]]>", start + 9)
    if data[start : start + 9].upper() == b"<!DOCTYPE":
        raise XmlError(XmlErrorCode.DOCTYPE, "a document type declaration is not accepted")
    return -1


def _build(data: bytes) -> etree._Element:
    try:
        root = etree.fromstring(data, _parser(huge=len(data) > _HUGE))
    except etree.XMLSyntaxError as error:
        number: int = error.code  # type: ignore[attr-defined]  # lxml-stubs does not know it
        code = XmlErrorCode.ENCODING if number in _INVALID_BYTES else XmlErrorCode.NOT_WELL_FORMED
        line, column = error.position
        # libxml2's own text quotes names and values from the payload, so the chain is cut here.
        raise XmlError(code, f"line {line}, column {column}: libxml2 error {number}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlError(XmlErrorCode.DOCTYPE, "a document type declaration is not accepted")
    return root


def _parser(*, huge: bool) -> etree.XMLParser:
    if huge:
        return _new_parser(huge=True)
    parser: etree.XMLParser | None = getattr(_parsers, "small", None)
    if parser is None:
        parser = _parsers.small = _new_parser(huge=False)
    return parser


def _new_parser(*, huge: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=huge,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
