"""What the reader hands over: one frozen `Document`, and its plain form that is stored as JSON.

Amounts are whole euros. Codes (of kinds, rubrieken, categories, findings) are stable; the words for them live
in `labels`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

Kind = Literal["BTW", "SUP", "ICP", "KVK"]
IdentifierScheme = Literal["btw", "kvk"]

VERSION = 1  # of the plain form; a change that old readers cannot bear raises it


@dataclass(frozen=True, slots=True)
class Software:
    """The program that made the document."""

    name: str = ""
    version: str = ""
    vendor_account: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """The person to call about the document; `type` is the code of the document (`INT`, `BPL`, ...)."""

    initials: str = ""
    prefix: str = ""
    surname: str = ""
    phone: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """One rubriek of a VAT return as on the form. None: not stated, which is not the same as zero."""

    rubriek: str
    turnover: int | None = None
    vat: int | None = None


@dataclass(frozen=True, slots=True)
class ListingRow:
    """One customer of an ICP listing. The country is an EU code (Greece is `EL`), the number goes without it.

    `amount` is None for call-off stock, of which only the intended customer is listed.
    """

    category: str
    country: str
    vat_number: str
    amount: int | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure of the annual accounts, of this financial year and the one before."""

    code: str
    current: int | None
    previous: int | None


@dataclass(frozen=True, slots=True)
class AnnualAccounts:
    """What is worth knowing of KvK-stukken. Everything is optional: companies tag what they must."""

    name: str = ""
    legal_form: str = ""
    registered_office: str = ""
    size_class: str = ""
    financial_year: int | None = None
    adopted: bool | None = None
    adoption_date: date | None = None
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the assessor must see before approving: a sum that fails, a contradiction.

    `rubriek` says where (for a listing: the category); `expected` and `found` are the amounts concerned, where
    there are any. The words for every code are in `labels.describe_finding`.
    """

    code: str
    rubriek: str = ""
    expected: int | None = None
    found: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read. `lines` belongs to BTW and SUP, `rows` to ICP, `accounts` to KVK.

    `amount` is what the document is about in one figure: 5g of a return, the amount additionally due of a
    suppletie, the total of a listing; None when it is not stated, and for KVK always. `identifier` is upper
    case without country code, spaces and dots; `raw_identifier` is what the document says. `created_at` is
    naive: the document gives local time without a zone.
    """

    kind: Kind
    entry_point: str
    taxonomy_year: int | None
    generation: str
    period_start: date
    period_end: date
    identifier_scheme: IdentifierScheme
    identifier: str
    raw_identifier: str
    reference: str = ""
    software: Software = Software()
    contact: Contact = Contact()
    tax_consultant_number: str = ""
    created_at: datetime | None = None
    amount: int | None = None
    lines: tuple[ReturnLine, ...] = ()
    rows: tuple[ListingRow, ...] = ()
    accounts: AnnualAccounts | None = None
    findings: tuple[Finding, ...] = ()

    def line(self, rubriek: str) -> ReturnLine:
        """The line of one rubriek; empty when this kind of document has none."""
        return next((line for line in self.lines if line.rubriek == rubriek), ReturnLine(rubriek))

    def as_dict(self) -> dict[str, Any]:
        """The plain form: JSON values, dates in ISO 8601, fields named as here, and `version`."""
        plain: dict[str, Any] = _plain(self)
        return {"version": VERSION, **plain}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Document:
        """The document that `as_dict` was made of. ValueError for another version of the plain form."""
        if data.get("version") != VERSION:
            raise ValueError(f"plain form version {data.get('version')!r}, expected {VERSION}")
        if data["kind"] not in get_args(Kind):
            raise ValueError("unknown kind of document")
        values = {name: value for name, value in data.items() if name != "version"}
        return cls(
            **values
            | {
                "period_start": date.fromisoformat(data["period_start"]),
                "period_end": date.fromisoformat(data["period_end"]),
                "software": Software(**data["software"]),
                "contact": Contact(**data["contact"]),
                "created_at": datetime.fromisoformat(data["created_at"]) if data["created_at"] else None,
                "lines": tuple(ReturnLine(**line) for line in data["lines"]),
                "rows": tuple(ListingRow(**row) for row in data["rows"]),
                "accounts": _accounts(data["accounts"]) if data["accounts"] else None,
                "findings": tuple(Finding(**finding) for finding in data["findings"]),
            }
        )


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


def _accounts(data: dict[str, Any]) -> AnnualAccounts:
    adoption_date = data["adoption_date"]
    return AnnualAccounts(
        **data
        | {
            "adoption_date": date.fromisoformat(adoption_date) if adoption_date else None,
            "figures": tuple(Figure(**figure) for figure in data["figures"]),
        }
    )
