"""A document as the assessor sees it: the return as on the form, the listing by category, the annual accounts.

Made from the plain form that the analysis stored. That form may be of another version or incomplete: then there is no
sheet, and the page leads to the document itself. Amounts are whole euros, written without the euro sign.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from messaging.models import MessageReading
from messaging.xbrl.btw import RETURN_RUBRIEKEN, SUPPLETIE_RUBRIEKEN, Rubriek
from messaging.xbrl.document import AnnualAccounts, Document, Finding, ListingRow
from messaging.xbrl.labels import (
    CATEGORIES,
    CONTACT_TYPES,
    RUBRIEKEN,
    SECTIONS,
    SIZE_CLASSES,
    describe_finding,
    describe_place,
)
from portal import formats

PAGE_ROWS = 200  # of a listing on one page
_TOTALS = frozenset({"5a", "5g", "total_new", "additional"})
# A rubriek that the form has no more; shown only where a document states it.
_OLD = frozenset({"5d"})


@dataclass(frozen=True)
class SheetLine:
    """One rubriek: its two columns now and over the period before; an empty text where the form has no column."""

    code: str
    label: str
    turnover: str
    vat: str
    previous_turnover: str
    previous_vat: str
    turnover_difference: str
    vat_difference: str
    is_total: bool
    is_flagged: bool


@dataclass(frozen=True)
class SheetSection:
    number: str
    title: str
    lines: tuple[SheetLine, ...]


@dataclass(frozen=True)
class SumCheck:
    """A sum of the form in words, and whether it holds; None when the document does not state it."""

    label: str
    passed: bool | None


@dataclass(frozen=True)
class ListingGroup:
    title: str
    rows: tuple[tuple[str, str, str], ...]
    total: str


@dataclass(frozen=True)
class RowPage:
    """Which rows of a long listing are shown, from 1; `before` and `after` begin the pages beside (None: none)."""

    first: int
    last: int
    count: int
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Sheet:
    """What the page shows of a document; the parts that do not belong to its kind are empty."""

    document: Document
    sections: tuple[SheetSection, ...] = ()
    has_previous: bool = False
    checks: tuple[SumCheck, ...] = ()
    findings: tuple[str, ...] = ()
    groups: tuple[ListingGroup, ...] = ()
    rows: RowPage | None = None
    total: str = ""
    previous_total: str = ""
    total_difference: str = ""
    figures: tuple[tuple[str, str, str], ...] = ()
    size_class: str = ""
    contact_type: str = ""

    @property
    def entry_point_name(self) -> str:
        """The file name of the entry point: which form, of which year."""
        return self.document.entry_point.rpartition("/")[2]


def build_sheet(
    reading: MessageReading | None, previous: MessageReading | None = None, *, first_row: int = 0
) -> Sheet | None:
    """Return the sheet of a reading, beside the amounts of the period before; None when it cannot be shown.

    Of a long listing it has a page of rows, that with `first_row` (counted from 0).
    """
    try:
        return _build(reading.document, previous, first_row) if reading else None
    except _INCOMPLETE:
        return None


# What taking apart a plain form of another shape can raise.
_INCOMPLETE = (KeyError, TypeError, ValueError, AttributeError)


def row_in(text: str) -> int:
    """Read from an address with which row of a listing a page begins; anything else is the first."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _build(plain: dict[str, Any], previous: MessageReading | None, first_row: int) -> Sheet:
    document = Document.from_dict(plain)
    common: dict[str, Any] = {
        "document": document,
        "findings": tuple(_sentence(finding) for finding in document.findings),
        "contact_type": str(CONTACT_TYPES.get(document.contact.type, document.contact.type)),
    }
    if document.kind == "ICP":
        earlier = previous.amount if previous else None
        return Sheet(
            **common,
            **_listing(document.rows, first_row),
            total=figures(document.amount),
            previous_total=figures(earlier),
            total_difference=_difference(document.amount, earlier),
            has_previous=previous is not None,
        )
    if document.kind == "KVK":
        return Sheet(**common, **_accounts(document.accounts or AnnualAccounts()))
    before = _previous_document(previous)
    rubrieken = SUPPLETIE_RUBRIEKEN if document.kind == "SUP" else RETURN_RUBRIEKEN
    return Sheet(
        **common,
        sections=tuple(_sections(document, before, {rubriek.code: rubriek for rubriek in rubrieken})),
        has_previous=before is not None,
        checks=tuple(_checks(document)),
    )


def figures(amount: int | None) -> str:
    """Write whole euros as `1.234`, negative with a minus; what is not stated is an en dash. TypeError otherwise."""
    if amount is not None and (isinstance(amount, bool) or not isinstance(amount, int)):
        raise TypeError("an amount is a whole number")
    return formats.euro(amount).removeprefix(f"€{formats.NO_BREAK}")


def _previous_document(previous: MessageReading | None) -> Document | None:
    """The period before is an extra: when it cannot be shown, the page does without."""
    try:
        document = Document.from_dict(previous.document) if previous else None
        for line in document.lines if document else ():
            figures(line.turnover), figures(line.vat)
    except _INCOMPLETE:
        return None
    return document


def _sections(document: Document, before: Document | None, rubrieken: dict[str, Rubriek]) -> Iterable[SheetSection]:
    flagged = {finding.rubriek for finding in document.findings}
    for section in SECTIONS:
        lines = tuple(
            _line(rubrieken[code], document, before, is_flagged=code in flagged)
            for code in section.rubrieken
            if code in rubrieken and (code not in _OLD or _is_stated(document, code))
        )
        if lines:
            yield SheetSection(section.number, str(section.title), lines)


def _is_stated(document: Document, code: str) -> bool:
    line = document.line(code)
    return line.turnover is not None or line.vat is not None


def _line(rubriek: Rubriek, document: Document, before: Document | None, *, is_flagged: bool) -> SheetLine:
    code, line = rubriek.code, document.line(rubriek.code)
    earlier = before.line(code) if before else None
    return SheetLine(
        code=code if code[0].isdigit() else "",
        label=str(RUBRIEKEN[code]),
        turnover=figures(line.turnover) if rubriek.turnover else "",
        vat=figures(line.vat) if rubriek.vat else "",
        previous_turnover=figures(earlier.turnover) if earlier and rubriek.turnover else "",
        previous_vat=figures(earlier.vat) if earlier and rubriek.vat else "",
        turnover_difference=_difference(line.turnover, earlier.turnover) if earlier and rubriek.turnover else "",
        vat_difference=_difference(line.vat, earlier.vat) if earlier and rubriek.vat else "",
        is_total=code in _TOTALS,
        is_flagged=is_flagged,
    )


def _difference(now: int | None, before: int | None) -> str:
    """Write how much more than before, with its sign; what is not stated counts as zero unless neither is."""
    if now is None and before is None:
        return ""
    more = (now or 0) - (before or 0)
    return f"+{figures(more)}" if more > 0 else figures(more)


def _checks(document: Document) -> Iterable[SumCheck]:
    """Say which sums were checked (DOMAIN 4); a failed one is explained among the findings."""
    sums = {"5a": _("5a = the VAT of 1a to 4b")}
    if document.kind == "SUP":
        sums |= {"total_new": _("new = 5a − 5b − 5d"), "additional": _("difference = new − old")}  # noqa: RUF001
    else:
        sums |= {"5g": _("5g = 5a − 5b − 5d")}  # noqa: RUF001  # a minus sign, not a hyphen
    failed = {finding.rubriek for finding in document.findings if finding.code == "failed_sum"}
    for code, label in sums.items():
        stated = document.line(code).vat is not None
        yield SumCheck(label, False if code in failed else True if stated else None)


def _sentence(finding: Finding) -> str:
    try:
        return str(describe_finding(finding))
    except (KeyError, TypeError, ValueError):
        return finding.code


def _listing(rows: tuple[ListingRow, ...], first: int) -> dict[str, Any]:
    """Take a page of rows; groups without a row on it show their total only."""
    first = first // PAGE_ROWS * PAGE_ROWS if first < len(rows) else 0
    shown = rows[first : first + PAGE_ROWS]
    last = first + len(shown)
    groups = []
    for category in dict.fromkeys(row.category for row in rows):
        amounts = [row.amount for row in rows if row.category == category and row.amount is not None]
        groups.append(
            ListingGroup(
                title=str(CATEGORIES.get(category, category)),
                rows=tuple(
                    (row.country, row.vat_number, figures(row.amount)) for row in shown if row.category == category
                ),
                total=figures(sum(amounts)) if amounts else "",
            )
        )
    page = RowPage(
        first=first + 1,
        last=last,
        count=len(rows),
        before=first - PAGE_ROWS if first else None,
        after=last if last < len(rows) else None,
    )
    return {"groups": tuple(groups), "rows": page if len(rows) > PAGE_ROWS else None}


def _accounts(accounts: AnnualAccounts) -> dict[str, Any]:
    return {
        "figures": tuple(
            (str(describe_place(figure.code)), figures(figure.current), figures(figure.previous))
            for figure in accounts.figures
        ),
        "size_class": str(SIZE_CLASSES.get(accounts.size_class, accounts.size_class)),
    }
