"""Btw-aangifte and btw-suppletie: the rubrieken of the form and their sums.

Only sums are checked. Base times rate is not: returns are rounded per rubriek in the taxpayer's favour, and
the tax authority's own samples break that product.
"""

from __future__ import annotations

from dataclasses import dataclass

from messaging.xbrl.document import Finding, ReturnLine
from messaging.xbrl.facts import MAX_FINDINGS, read_amounts
from messaging.xbrl.instance import Context, Instance


@dataclass(frozen=True, slots=True)
class Rubriek:
    """A line of the form with the elements that carry its two columns; an empty name: no such column."""

    code: str
    turnover: str = ""
    vat: str = ""


# Form order. 5c, 5e and 5f have no element.
RETURN_RUBRIEKEN = (
    Rubriek("1a", "TaxedTurnoverSuppliesServicesGeneralTariff", "ValueAddedTaxSuppliesServicesGeneralTariff"),
    Rubriek("1b", "TaxedTurnoverSuppliesServicesReducedTariff", "ValueAddedTaxSuppliesServicesReducedTariff"),
    Rubriek("1c", "TaxedTurnoverSuppliesServicesOtherRates", "ValueAddedTaxSuppliesServicesOtherRates"),
    Rubriek("1d", "TaxedTurnoverPrivateUse", "ValueAddedTaxPrivateUse"),
    Rubriek("1e", "SuppliesServicesNotTaxed"),
    Rubriek(
        "2a",
        "TurnoverSuppliesServicesByWhichVATTaxationIsTransferred",
        "ValueAddedTaxSuppliesServicesByWhichVATTaxationIsTransferred",
    ),
    Rubriek("3a", "SuppliesToCountriesOutsideTheEC"),
    Rubriek("3b", "SuppliesToCountriesWithinTheEC"),
    Rubriek("3c", "InstallationDistanceSalesWithinTheEC"),
    Rubriek(
        "4a",
        "TurnoverFromTaxedSuppliesFromCountriesOutsideTheEC",
        "ValueAddedTaxOnSuppliesFromCountriesOutsideTheEC",
    ),
    Rubriek(
        "4b",
        "TurnoverFromTaxedSuppliesFromCountriesWithinTheEC",
        "ValueAddedTaxOnSuppliesFromCountriesWithinTheEC",
    ),
    Rubriek("5a", vat="ValueAddedTaxOwed"),
    Rubriek("5b", vat="ValueAddedTaxOnInput"),
    Rubriek("5d", vat="SmallEntrepreneurProvisionReduction"),
    Rubriek("5g", vat="ValueAddedTaxOwedToBePaidBack"),
)

# A suppletie states new and old total instead of 5g; the form gives these lines no number.
SUPPLETIE_RUBRIEKEN = (
    *RETURN_RUBRIEKEN[:-1],
    Rubriek("total_new", vat="ValueAddedTaxAmountTotalNew"),
    Rubriek("total_old", vat="ValueAddedTaxAmountTotalOld"),
    Rubriek("additional", vat="ValueAddedTaxToBePaidAdditionalToBePaidBack"),
)

_OWED_PARTS = ("1a", "1b", "1c", "1d", "2a", "4a", "4b")


@dataclass(frozen=True, slots=True)
class ReturnContent:
    """The lines of a return or suppletie, its final amount, and the findings."""

    lines: tuple[ReturnLine, ...]
    amount: int | None
    findings: tuple[Finding, ...]


def read_return(instance: Instance, context: Context) -> ReturnContent:
    """A btw-aangifte: `amount` is 5g."""
    return _read(instance, context, RETURN_RUBRIEKEN, final="5g")


def read_suppletie(instance: Instance, context: Context) -> ReturnContent:
    """A btw-suppletie: `amount` is what is to be paid or reclaimed in addition."""
    return _read(instance, context, SUPPLETIE_RUBRIEKEN, final="additional")


def _read(instance: Instance, context: Context, rubrieken: tuple[Rubriek, ...], final: str) -> ReturnContent:
    places = {name: rubriek.code for rubriek in rubrieken for name in (rubriek.turnover, rubriek.vat) if name}
    amounts, findings = read_amounts(instance, context, places)
    lines = tuple(
        ReturnLine(rubriek.code, amounts.get(rubriek.turnover), amounts.get(rubriek.vat)) for rubriek in rubrieken
    )
    vat = {line.rubriek: line.vat for line in lines}
    if not amounts and not findings:
        # A nil return states zeros (DOMAIN 4); one that states nothing would look like it and hold every sum.
        findings = [Finding("no_amounts")]
    return ReturnContent(lines, vat[final], tuple(failed_sums(vat) + findings)[:MAX_FINDINGS])


def failed_sums(vat: dict[str, int | None]) -> list[Finding]:
    """The sums of the form that do not hold, in form order. `vat`: rubriek -> VAT column, None is not stated.

    5a = 1a+1b+1c+1d+2a+4a+4b; 5g = 5a-5b-5d; of a suppletie: new total = 5a-5b-5d, additional = new-old. Each
    sum starts from the amounts as stated, so that one mistake gives one finding. What is not stated is zero.
    """
    findings: list[Finding] = []

    def check(rubriek: str, expected: int) -> int:
        found = vat.get(rubriek)
        if found != expected and (found is not None or expected):
            findings.append(Finding("failed_sum", rubriek, expected, found))
        return expected if found is None else found

    def stated(rubriek: str) -> int:
        return vat.get(rubriek) or 0

    owed = check("5a", sum(stated(part) for part in _OWED_PARTS))
    payable = owed - stated("5b") - stated("5d")
    if "total_new" in vat:
        check("additional", check("total_new", payable) - stated("total_old"))
    else:
        check("5g", payable)
    return findings
