"""Facts of the message context by name: texts, header facts, amounts. Shared by the readers of every kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from messaging.xbrl.document import Contact, Finding, Software
from messaging.xbrl.instance import Context, Fact, Instance
from messaging.xbrl.values import clean_text, parse_amount, parse_created_at

MAX_FINDINGS = 50  # an assessor reads three; the rest only costs space


@dataclass(frozen=True, slots=True)
class Header:
    """What every kind of document may say about itself; the fields of `Document` with these names."""

    reference: str
    software: Software
    contact: Contact
    tax_consultant_number: str
    created_at: datetime | None


def read_header(instance: Instance, context: Context) -> Header:
    """The facts that every kind may carry about itself. The first of duplicates counts."""
    texts = read_texts(instance, context)

    def text(*names: str) -> str:
        return next((clean_text(texts[name]) for name in names if texts.get(name, "").strip()), "")

    return Header(
        reference=text("MessageReferenceSupplierVAT", "MessageReferenceSupplierICP"),
        software=Software(
            name=text("SoftwarePackageName"),
            version=text("SoftwarePackageVersion"),
            vendor_account=text("SoftwareVendorAccountNumber"),
        ),
        contact=Contact(
            initials=text("ContactInitials"),
            prefix=text("ContactPrefix"),
            surname=text("ContactSurname"),
            phone=text("ContactTelephoneNumber"),
            type=text("ContactType"),
        ),
        tax_consultant_number=text("TaxConsultantNumber"),
        created_at=parse_created_at(text("DateTimeCreation")),
    )


def read_texts(instance: Instance, context: Context) -> dict[str, str]:
    """Name -> first value, of the facts about `context`."""
    texts: dict[str, str] = {}
    for fact in instance.facts_of(context):
        if not fact.is_nil:
            texts.setdefault(fact.name, fact.value)
    return texts


def read_amounts(
    instance: Instance, context: Context, places: Mapping[str, str]
) -> tuple[dict[str, int], list[Finding]]:
    """The amounts of the message by element name, and what the assessor must know about them.

    `places` gives for every element that counts the rubriek that a finding names. A fact stated twice with
    the same value is fine; with another value the first one counts and the contradiction is a finding: the
    message is shown to a person, who decides. An amount about another period or organisation is not taken, and
    is a finding too, because otherwise a return with a mistyped contextRef would look like a nil return.
    """
    amounts: dict[str, int] = {}
    findings: list[Finding] = []
    own = {id(fact) for fact in instance.facts_of(context)}
    for fact in instance.facts:
        if fact.name not in places:
            continue
        amount = amount_of(fact)
        if amount is None:
            continue
        place = places[fact.name]
        if id(fact) not in own:
            findings.append(Finding("outside_context", place, found=amount))
        elif amounts.setdefault(fact.name, amount) != amount:
            findings.append(Finding("conflicting_values", place, expected=amounts[fact.name], found=amount))
        findings += currency_findings(instance, fact, place, amount)
    return amounts, findings


def amount_of(fact: Fact) -> int | None:
    """The whole euros of a fact; None when it is nil or empty. Raises `BAD_AMOUNT`."""
    return None if fact.is_nil else parse_amount(fact.value, fact.name)


def currency_findings(instance: Instance, fact: Fact, place: str, amount: int) -> list[Finding]:
    """A finding when the fact's unit is known and is not the euro."""
    currency = instance.currencies.get(fact.unit, "EUR")
    return [] if currency == "EUR" else [Finding("other_currency", place, found=amount)]
