"""The one way in: bytes of a message's content -> `Document`, or an `XbrlError` that says why not.

The kind follows from the entry point in the schemaRef, never from a file name or from what the sender claims.
There is no validation against the taxonomy: real files are odd, and what is wrong with the figures is for the
assessor to see, as findings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from lxml import etree

from messaging.safe_xml import XmlError, XmlErrorCode, local_name, parse_xml
from messaging.xbrl import btw, icp, kvk
from messaging.xbrl.document import (
    AnnualAccounts,
    Document,
    Finding,
    IdentifierScheme,
    Kind,
    ListingRow,
    ReturnLine,
)
from messaging.xbrl.errors import ErrorCode, XbrlError
from messaging.xbrl.facts import read_header
from messaging.xbrl.inline import is_inline, read_inline_instance
from messaging.xbrl.instance import Context, Instance, read_entry_points, read_instance
from messaging.xbrl.package import is_package, read_reports
from messaging.xbrl.values import clean_text, normalise_kvk_number, normalise_vat_number

MAX_BYTES = 25 * 2**20
MAX_NODES = 1_000_000  # an ICP listing of 30,000 customers with typed dimensions; about 150 MB of tree

_ENTRY_POINTS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("BTW", re.compile(r"bd-rpt-ob-aangifte(?:-(\d{4}))?[^/]*\.xsd", re.ASCII)),
    ("SUP", re.compile(r"bd-rpt-ob-suppletie(?:-(\d{4}))?[^/]*\.xsd", re.ASCII)),
    ("ICP", re.compile(r"bd-rpt-icp-opgaaf(?:-(\d{4}))?[^/]*\.xsd", re.ASCII)),
    ("KVK", re.compile(r"kvk-rpt-jaarverantwoording(?:-(\d{4}))?[^/]*\.xsd", re.ASCII)),
)
_GENERATION = re.compile(r"/(nt\d{1,3})/", re.ASCII)
_KVK_NAMESPACE = re.compile(r"https?://www\.nltaxonomie\.nl/(?:.+/)?kvk/(\d{4})?", re.ASCII)
_PLAUSIBLE_YEARS = range(1990, 2200)
_MAX_IDENTIFIER = 20  # characters; a btw-nummer has 12, another form is shown rather than refused
_KVK_NUMBER = re.compile(r"[0-9]{8}", re.ASCII)
_MAGIC = (
    (b"%PDF", "PDF"),
    (b"{", "JSON"),
    (b"[", "JSON"),
    (b"\xd0\xcf\x11\xe0", "Office"),
    (b"\x1f\x8b", "gzip"),
)


def read_document(content: bytes, *, max_bytes: int = MAX_BYTES) -> Document:
    """Read a message's content: plain XBRL, inline XBRL or a ZIP report package. Raises `XbrlError`."""
    if len(content) > max_bytes:
        raise XbrlError(ErrorCode.TOO_LARGE, f"{len(content)} bytes")
    if not is_package(content):
        return _read_root(_parse(content, max_bytes))
    document = _read_package(content, max_bytes)
    if document.kind != "KVK":
        raise XbrlError(ErrorCode.OTHER_KIND, f"ZIP: {document.entry_point}")
    return document


def _read_package(content: bytes, max_bytes: int) -> Document:
    """The first report that can be read; that there are more is a finding. The first reason when none can."""
    documents: list[Document] = []
    reasons: list[XbrlError] = []
    for report in read_reports(content, max_report_bytes=max_bytes):
        try:
            documents.append(_read_root(_parse(report, max_bytes)))
        except XbrlError as error:
            reasons.append(error)
    if not documents:
        raise reasons[0]
    if len(documents) == 1:
        return documents[0]
    several = Finding("several_reports", found=len(documents))
    return replace(documents[0], findings=(several, *documents[0].findings))


def _parse(content: bytes, max_bytes: int) -> etree._Element:
    try:
        return parse_xml(content, max_bytes=max_bytes, max_nodes=MAX_NODES)
    except XmlError as error:
        match error.code:
            case XmlErrorCode.EMPTY:
                raise XbrlError(ErrorCode.EMPTY) from None
            case XmlErrorCode.DOCTYPE:
                raise XbrlError(ErrorCode.UNSAFE_XML) from None
            case XmlErrorCode.TOO_LARGE | XmlErrorCode.TOO_DEEP | XmlErrorCode.TOO_MANY_NODES:
                raise XbrlError(ErrorCode.TOO_LARGE, str(error)) from None
        name = next((name for magic, name in _MAGIC if content.lstrip()[:4].startswith(magic)), str(error))
        raise XbrlError(ErrorCode.NOT_XML, name) from None


def _read_root(root: etree._Element) -> Document:
    if local_name(root) == "xbrl":
        return _read_plain(root)
    if is_inline(root):
        return _read_inline(root)
    namespace = etree.QName(root).namespace
    raise XbrlError(ErrorCode.NOT_XBRL, f"{local_name(root)} ({namespace})" if namespace else local_name(root))


def _read_plain(root: etree._Element) -> Document:
    """Plain XBRL. The kind is settled before anything else is read, so that a foreign document is named."""
    entry_points = [address for address in read_entry_points([root]) if address]
    if not entry_points:
        raise XbrlError(ErrorCode.NO_ENTRY_POINT)
    for entry_point in entry_points:
        name = entry_point.rpartition("/")[2].lower()
        for kind, pattern in _ENTRY_POINTS:
            if match := pattern.fullmatch(name):
                return _read_kind(read_instance(root), kind, entry_point, match[1])
    raise XbrlError(ErrorCode.OTHER_KIND, entry_points[0].rpartition("/")[2] or entry_points[0])


def _read_inline(root: etree._Element) -> Document:
    """Inline XBRL refers to a schema of the company's own; that it is for KvK shows in its namespaces."""
    entry_point = next(read_entry_points(root.iter("{*}references")), "")
    first_fact = next(root.iter("{*}nonNumeric"), root)
    for namespace in first_fact.nsmap.values():
        if match := _KVK_NAMESPACE.match(namespace):
            return _read_kind(read_inline_instance(root), "KVK", entry_point, match[1])
    raise XbrlError(ErrorCode.OTHER_KIND, f"inline XBRL {entry_point}")


def _read_kind(instance: Instance, kind: Kind, entry_point: str, year: str | None) -> Document:
    context = kvk.message_context(instance) if kind == "KVK" else instance.message_context()
    start, end = _period(context)
    scheme, identifier, raw_identifier = _identifier(instance, kind, context)
    generation = _GENERATION.search(entry_point.lower())
    header = read_header(instance, context)
    content = _content(instance, kind, context)
    return Document(
        kind=kind,
        entry_point=entry_point,
        taxonomy_year=int(year) if year else None,
        generation=generation[1].upper() if generation else "",
        period_start=start,
        period_end=end,
        identifier_scheme=scheme,
        identifier=identifier,
        raw_identifier=raw_identifier,
        reference=header.reference,
        software=header.software,
        contact=header.contact,
        tax_consultant_number=header.tax_consultant_number,
        created_at=header.created_at,
        amount=content.amount,
        lines=content.lines,
        rows=content.rows,
        accounts=content.accounts,
        findings=_identity_findings(instance, context) + content.findings,
    )


@dataclass(frozen=True, slots=True)
class _Content:
    """The fields of `Document` that depend on the kind."""

    amount: int | None = None
    lines: tuple[ReturnLine, ...] = ()
    rows: tuple[ListingRow, ...] = ()
    accounts: AnnualAccounts | None = None
    findings: tuple[Finding, ...] = ()


def _content(instance: Instance, kind: Kind, context: Context) -> _Content:
    match kind:
        case "BTW":
            vat_return = btw.read_return(instance, context)
            return _Content(vat_return.amount, lines=vat_return.lines, findings=vat_return.findings)
        case "SUP":
            suppletie = btw.read_suppletie(instance, context)
            return _Content(suppletie.amount, lines=suppletie.lines, findings=suppletie.findings)
        case "ICP":
            listing = icp.read_listing(instance)
            return _Content(listing.amount, rows=listing.rows, findings=listing.findings)
        case "KVK":
            return _Content(accounts=kvk.read_accounts(instance, context))


def _period(context: Context) -> tuple[date, date]:
    start, end = context.start, context.end
    if start is None or end is None:
        raise XbrlError(ErrorCode.NO_PERIOD)
    if end < start or start.year not in _PLAUSIBLE_YEARS or end.year not in _PLAUSIBLE_YEARS:
        raise XbrlError(ErrorCode.BAD_PERIOD, f"{start} - {end}")
    return start, end


def _identifier(instance: Instance, kind: Kind, context: Context) -> tuple[IdentifierScheme, str, str]:
    """Scheme, number to match by, number as stated. No eleven-test: official samples fail it."""
    is_kvk_scheme = "kvk" in context.scheme.lower()
    scheme: IdentifierScheme = "kvk" if kind == "KVK" else "btw"
    raw = context.identifier
    if kind == "KVK" and not is_kvk_scheme:
        raw = kvk.registration_number(instance, context)
    number = normalise_kvk_number(raw) if scheme == "kvk" else normalise_vat_number(raw)
    if not number or (scheme == "btw" and is_kvk_scheme):
        raise XbrlError(ErrorCode.NO_IDENTIFIER, context.scheme)
    if len(number) > _MAX_IDENTIFIER or (scheme == "kvk" and not _KVK_NUMBER.fullmatch(number)):
        raise XbrlError(ErrorCode.BAD_IDENTIFIER, raw)
    return scheme, number, clean_text(raw)


def _identity_findings(instance: Instance, context: Context) -> tuple[Finding, ...]:
    """A document is about one organisation; when its contexts name another one too, a person has to look."""
    own = _comparable(context.identifier)
    others = set(map(_comparable, {other.identifier for other in instance.contexts.values()})) - {own}
    return (Finding("several_identifiers", found=len(others) + 1),) if others else ()


def _comparable(identifier: str) -> str:
    """A number as it compares with another: some programs write `NL` before it in one context and not in the next."""
    return normalise_vat_number(identifier) or identifier
