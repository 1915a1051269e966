"""ICP-opgaaf: supplies and services to customers in other EU countries.

Up to 2025 every customer is a tuple (`IntraCommunitySupplies` with country, number and amount). From 2026
(NT20) there are no tuples: every customer is a context of its own with country and number as typed dimensions,
and the amounts refer to it. Both give the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from messaging.xbrl.document import Finding, ListingRow
from messaging.xbrl.facts import MAX_FINDINGS, amount_of, currency_findings
from messaging.xbrl.instance import Context, Fact, Instance
from messaging.xbrl.values import normalise_country, normalise_customer_number

# Element that carries the amount -> category. In an ABC tuple the element is SuppliesAmount as well.
_CATEGORIES = {
    "SuppliesAmount": "supplies",
    "ServicesAmount": "services",
    "ABCSuppliesAmount": "abc_supplies",
    "CorrectionsSuppliesAmount": "corrections_supplies",
    "CorrectionsServicesAmount": "corrections_services",
}
# Call-off stock (since 2020) has no amount: element of the number -> that of its country, category.
_CALL_OFF = {
    "VATNumberOriginal": ("VATNumberCountryCodeOriginal", "call_off_original"),
    "VATNumberNew": ("VATNumberCountryCodeNew", "call_off_new"),
}
_COUNTRY = "CountryCodeISO-EC"
_NUMBER = "VATIdentificationNumberNational"


@dataclass(frozen=True, slots=True)
class ListingContent:
    """The rows of a listing in document order, the total of their amounts, and the findings."""

    rows: tuple[ListingRow, ...]
    amount: int
    findings: tuple[Finding, ...]


def read_listing(instance: Instance) -> ListingContent:
    """An ICP-opgaaf. A listing without rows is a nil listing with total 0."""
    rows: list[ListingRow] = []
    findings: list[Finding] = []
    for facts in _tuples(instance):
        rows += _tuple_rows(facts)
    dimensional, contradictions = _dimensional_rows(instance)
    rows += dimensional
    findings += [
        Finding("incomplete_row", row.category, found=row.amount)
        for row in rows
        if not (row.country and row.vat_number)
    ]
    findings += contradictions
    for fact in instance.facts:
        amount = amount_of(fact) if fact.name in _CATEGORIES else None
        if amount is not None:
            findings += currency_findings(instance, fact, _CATEGORIES[fact.name], amount)
    total = sum(row.amount or 0 for row in rows)
    return ListingContent(tuple(rows), total, tuple(findings[:MAX_FINDINGS]))


def _tuples(instance: Instance) -> Iterator[list[Fact]]:
    groups: dict[int, list[Fact]] = {}
    for fact in instance.facts:
        if fact.group:
            groups.setdefault(fact.group_id, []).append(fact)
    yield from groups.values()


def _tuple_rows(facts: list[Fact]) -> Iterator[ListingRow]:
    texts = {fact.name: fact.value for fact in facts}
    for fact in facts:
        category = _CATEGORIES.get(fact.name)
        amount = amount_of(fact) if category else None
        if category and amount is not None:
            if category == "supplies" and "ABC" in fact.group:
                category = "abc_supplies"
            yield _row(category, texts.get(_COUNTRY, ""), texts.get(_NUMBER, ""), amount)
    for number, (country, category) in _CALL_OFF.items():
        if texts.get(number, "").strip():
            yield _row(category, texts.get(country, ""), texts[number], None)


def _dimensional_rows(instance: Instance) -> tuple[list[ListingRow], list[Finding]]:
    """Rows of facts outside tuples. A customer twice in one category is one row, or a contradiction."""
    amounts: dict[tuple[str, str, str], int] = {}
    findings: list[Finding] = []
    for fact in instance.facts:
        category = _CATEGORIES.get(fact.name)
        amount = amount_of(fact) if category and not fact.group else None
        if category is None or amount is None:
            continue
        country, number = _customer(instance.contexts.get(fact.context_id))
        first = amounts.setdefault((category, country, number), amount)
        if first != amount:
            findings.append(Finding("conflicting_values", category, expected=first, found=amount))
    return [_row(*customer, amount) for customer, amount in amounts.items()], findings


def _customer(context: Context | None) -> tuple[str, str]:
    """Country and number from the dimensions `CountryCodeEUDimension` and `VATNumberDimension`."""
    country = number = ""
    for member in context.dimensions if context else ():
        if "Country" in member.axis:
            country = country or member.value
        elif "VATNumber" in member.axis or "VATIdentificationNumber" in member.axis:
            number = number or member.value
    return country, number


def _row(category: str, country: str, number: str, amount: int | None) -> ListingRow:
    code = normalise_country(country)
    return ListingRow(category, code, normalise_customer_number(number, code), amount)
