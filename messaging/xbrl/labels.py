"""The words for the codes of a `Document`: rubrieken and sections of the form, categories, figures, findings.

English source strings; the Dutch in the catalogue is that of the form of the tax authority.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from messaging.xbrl.document import Finding


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of the form with the codes of its lines, in form order."""

    number: str
    title: StrPromise
    rubrieken: tuple[str, ...]


RUBRIEKEN: dict[str, StrPromise] = {
    "1a": _("Supplies/services taxed at the high rate"),
    "1b": _("Supplies/services taxed at the low rate"),
    "1c": _("Supplies/services taxed at other rates, except 0%"),
    "1d": _("Private use"),
    "1e": _("Supplies/services taxed at 0% or not taxed with you"),
    "2a": _("Supplies/services for which the VAT is reverse-charged to you"),
    "3a": _("Supplies to countries outside the EU (export)"),
    "3b": _("Supplies to or services in countries within the EU"),
    "3c": _("Installation/distance sales within the EU"),
    "4a": _("Supplies/services from countries outside the EU"),
    "4b": _("Supplies/services from countries within the EU"),
    "5a": _("VAT owed (rubrieken 1 to 4)"),
    "5b": _("Input tax"),
    "5d": _("Reduction under the small businesses scheme (KOR)"),
    "5g": _("Total to pay or to reclaim"),
    "total_new": _("New total amount"),
    "total_old": _("Old total amount"),
    "additional": _("Total to pay in addition or to reclaim"),
}

SECTIONS = (
    Section("1", _("Supplies and services in the Netherlands"), ("1a", "1b", "1c", "1d", "1e")),
    Section("2", _("Reverse-charge schemes in the Netherlands"), ("2a",)),
    Section("3", _("Supplies and services to or in other countries"), ("3a", "3b", "3c")),
    Section("4", _("Supplies and services from other countries to you"), ("4a", "4b")),
    Section("5", _("Input tax, small businesses scheme and total"), ("5a", "5b", "5d", "5g")),
    Section("", _("Supplement"), ("total_new", "total_old", "additional")),
)

CATEGORIES: dict[str, StrPromise] = {
    "supplies": _("Intra-Community supplies"),
    "services": _("Intra-Community services"),
    "abc_supplies": _("Simplified ABC supplies"),
    "corrections_supplies": _("Corrections to supplies"),
    "corrections_services": _("Corrections to services"),
    "call_off_original": _("Call-off stock: originally intended customer"),
    "call_off_new": _("Call-off stock: newly intended customer"),
}

FIGURES: dict[str, StrPromise] = {
    "assets": _("Balance sheet total"),
    "equity": _("Equity"),
    "liabilities_noncurrent": _("Non-current liabilities"),
    "liabilities_current": _("Current liabilities"),
    "revenue": _("Net revenue"),
    "result_before_tax": _("Result before tax"),
    "result_after_tax": _("Result after tax"),
}

SIZE_CLASSES: dict[str, StrPromise] = {
    "micro": _("Micro"),
    "small": _("Small"),
    "medium": _("Medium-sized"),
    "large": _("Large"),
}

# The two codes that occur in the samples; what other codes mean is not settled, they are shown as they are.
CONTACT_TYPES: dict[str, StrPromise] = {
    "INT": _("Intermediary"),
    "BPL": _("Taxpayer"),
}

_FINDINGS: dict[str, StrPromise] = {
    "failed_sum": _("{place}: the sum is {expected}, the document states {found}."),
    "missing_sum": _("{place}: the sum is {expected}, the document does not state it."),
    "conflicting_values": _("{place}: stated twice, as {expected} and as {found}; the first is shown."),
    "outside_context": _("{place}: an amount of {found} is about another period or organisation; it is left out."),
    "other_currency": _("{place}: {found} is not stated in euros."),
    "incomplete_row": _("{place}: a row of {found} lacks the country or the VAT number of the customer."),
    "no_amounts": _("The document states not one amount; a nil return states zeros."),
    "several_identifiers": _("The document mentions {found} different organisations."),
    "several_reports": _("The report package contains {found} reports; the first is shown."),
}


def describe_place(code: str) -> StrPromise | str:
    """The words for a rubriek, category or figure; the code itself when it is unknown."""
    return RUBRIEKEN.get(code) or CATEGORIES.get(code) or FIGURES.get(code) or code


def describe_finding(finding: Finding) -> StrPromise:
    """A finding in one sentence, with the code of the rubriek or the name of the category in front."""
    code = finding.code
    if code == "failed_sum" and finding.found is None:
        code = "missing_sum"
    is_numbered = finding.rubriek[:1].isdigit()
    place = finding.rubriek if is_numbered else describe_place(finding.rubriek)
    return format_lazy(_FINDINGS[code], place=place, expected=_euros(finding.expected), found=_euros(finding.found))


def _euros(amount: int | None) -> str:
    """An amount as in the Netherlands: `-1.234`."""
    return "" if amount is None else f"{amount:,}".replace(",", ".")
