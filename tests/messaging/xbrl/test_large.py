"""Very large documents within the bound of a body: nothing of them is lost, and nothing is refused that fits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from messaging.xbrl import Document, read_document
from tests.messaging.xbrl.documents import UNIT, context, fact, fixture, xbrl

CUSTOMERS = 20_000


def _number(at: int) -> str:
    return f"{at:09d}"


def with_dimensions(customers: int) -> bytes:
    """NT20: a context per customer."""
    contexts, facts = [context()], []
    for at in range(customers):
        scenario = (
            '<xbrldi:typedMember dimension="bd-axes:CountryCodeEUDimension">'
            "<bd-domains:CountryCodeTyped>DE</bd-domains:CountryCodeTyped></xbrldi:typedMember>"
            '<xbrldi:typedMember dimension="bd-axes:VATNumberDimension">'
            f"<bd-domains:VATNumberTyped>{_number(at)}</bd-domains:VATNumberTyped></xbrldi:typedMember>"
        )
        contexts.append(context(f"c{at}", scenario=scenario))
        facts.append(fact("SuppliesAmount", at + 1, about=f"c{at}"))
    return xbrl(*contexts, UNIT, *facts, entry_point="bd-rpt-icp-opgaaf-2026.xsd")


def with_tuples(customers: int) -> bytes:
    """Up to NT19: a tuple per customer."""
    rows = (
        '<bd-t:IntraCommunitySupplies><bd-i:CountryCodeISO-EC contextRef="Msg">DE</bd-i:CountryCodeISO-EC>'
        f"{fact('SuppliesAmount', at + 1)}"
        f'<bd-i:VATIdentificationNumberNational contextRef="Msg">{_number(at)}</bd-i:VATIdentificationNumberNational>'
        "</bd-t:IntraCommunitySupplies>"
        for at in range(customers)
    )
    return xbrl(context(), UNIT, *rows, entry_point="bd-rpt-icp-opgaaf-2025.xsd")


@pytest.mark.parametrize("write", [with_dimensions, with_tuples], ids=["dimensions", "tuples"])
def test_a_listing_of_twenty_thousand_customers_is_read_whole(write: Callable[[int], bytes]) -> None:
    document = read_document(write(CUSTOMERS))

    assert [row.vat_number for row in document.rows] == [_number(at) for at in range(CUSTOMERS)]
    assert [row.amount for row in document.rows] == list(range(1, CUSTOMERS + 1))
    assert (document.amount, document.findings) == (CUSTOMERS * (CUSTOMERS + 1) // 2, ())
    assert Document.from_dict(document.as_dict()) == document


def test_annual_accounts_with_pages_of_text_are_read() -> None:
    pages = b"<p>Toelichting op de jaarrekening, met een tabel en een voetnoot.</p>" * 80_000
    content = fixture("kvk-2024-small.xhtml").replace(b"</body>", pages + b"</body>")
    assert len(content) > 5 * 2**20

    document = read_document(content)

    assert document == read_document(fixture("kvk-2024-small.xhtml"))
