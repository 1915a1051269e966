"""The SOAP form of the contract (DOMAIN 3a): envelopes in, results and faults out. Pure: bytes and plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from xml.sax.saxutils import escape

from lxml import etree

from messaging.safe_xml import XmlError, local_name, parse_xml

NAMESPACE = "urn:Afas.Profit.Services"
_MAX_DEPTH = 16  # an envelope needs four levels; some clients add headers
_MAX_NODES = 2_000
# Not inside the `action` of SOAP 1.2, which stands in the content type as well.
_CHARSET = re.compile(r"""(?:^|[;\s])charset\s*=\s*["']?([A-Za-z0-9._-]{1,40})""", re.IGNORECASE)


class SoapError(ValueError):
    """The request is not a SOAP envelope that we can read; the text says why and never quotes it."""


class Version(Enum):
    """A version of SOAP: the namespace of its envelopes."""

    SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
    SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"

    @property
    def content_type(self) -> str:
        return "text/xml; charset=utf-8" if self is Version.SOAP_11 else "application/soap+xml; charset=utf-8"


class Blame(Enum):
    """Whose fault a fault is: its code and HTTP status in either version."""

    SENDER = ("Client", 500, "Sender", 400)
    RECEIVER = ("Server", 500, "Receiver", 500)


@dataclass(frozen=True)
class SoapCall:
    """A call as it was asked: the method and its fields by local name; fields that are absent are empty."""

    version: Version
    method: str
    fields: Mapping[str, str]

    def field(self, name: str) -> str:
        return self.fields.get(name, "")


def charset_of(content_type: str) -> str | None:
    """Return the charset that a content type declares."""
    found = _CHARSET.search(content_type)
    return found[1] if found else None


def version_of(content_type: str) -> Version:
    """Guess the version before the envelope has been read, for faults about unreadable envelopes."""
    return Version.SOAP_12 if "soap+xml" in content_type.lower() else Version.SOAP_11


def parse_call(body: bytes, *, content_type: str, max_bytes: int) -> SoapCall:
    """Read an envelope. Prefixes, order and unknown elements do not matter. Raises `SoapError`.

    The first element of the body is the method: `SOAPAction` and the `action` parameter repeat it, and clients that
    leave them out exist.
    """
    try:
        envelope = parse_xml(
            body, max_bytes=max_bytes, max_depth=_MAX_DEPTH, max_nodes=_MAX_NODES, encoding=charset_of(content_type)
        )
    except XmlError as error:
        raise SoapError(str(error.code)) from None
    namespace = etree.QName(envelope).namespace
    if local_name(envelope) != "Envelope" or namespace not in {version.value for version in Version}:
        raise SoapError("no envelope")
    body_element = envelope.find(f"{{{namespace}}}Body")
    if body_element is None or not len(body_element):
        raise SoapError("no body")
    method = body_element[0]
    return SoapCall(Version(namespace), local_name(method), {local_name(field): field.text or "" for field in method})


def result(version: Version, method: str, value: str) -> bytes:
    """Write the answer to a call.

    The default namespace stands on the body, not on the response element: one client's parser needs
    `<UploadMessageResponse>` without attributes.
    """
    return _envelope(
        version,
        f'<soap:Body xmlns="{NAMESPACE}"><{method}Response><{method}Result>{escape(value)}</{method}Result>'
        f"</{method}Response></soap:Body>",
    )


def fault(version: Version, *, blame: Blame, text: str, number: int, reference: str) -> tuple[int, bytes]:
    """Write a fault and return its HTTP status with it. `reference` is the log reference, 32 hex characters."""
    client, status, sender, status_12 = blame.value
    detail = (
        f"<ProfitApplicationException><ErrorNumber>{number}</ErrorNumber><Message>{escape(text)}</Message>"
        f"<Detail>Description....:{escape(text)}\nLog reference..:{reference}\n</Detail></ProfitApplicationException>"
    )
    if version is Version.SOAP_12:
        body = (
            f"<soap:Code><soap:Value>soap:{sender}</soap:Value></soap:Code>"
            f'<soap:Reason><soap:Text xml:lang="nl">{escape(text)}</soap:Text></soap:Reason>'
            f"<soap:Detail>{detail}</soap:Detail>"
        )
        status = status_12
    else:
        body = f"<faultcode>soap:{client}</faultcode><faultstring>{escape(text)}</faultstring><detail>{detail}</detail>"
    return status, _envelope(version, f"<soap:Body><soap:Fault>{body}</soap:Fault></soap:Body>")


def _envelope(version: Version, body: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{version.value}">{body}</soap:Envelope>'
    ).encode()
