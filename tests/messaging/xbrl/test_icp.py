"""ICP-opgaaf: the same rows from tuples (up to 2025) and from typed dimensions (2026 and later)."""

from __future__ import annotations

from datetime import date

import pytest

from messaging.xbrl import ErrorCode, Finding, ListingRow, XbrlError, read_document
from tests.messaging.xbrl.documents import UNIT, context, fact, fixture, xbrl

ENTRY_POINT = "bd-rpt-icp-opgaaf-2025.xsd"


def tuple_of(name: str, *facts: str) -> str:
    return f"<bd-t:{name}>{''.join(facts)}</bd-t:{name}>"


def text(name: str, value: str) -> str:
    return f'<bd-i:{name} contextRef="Msg">{value}</bd-i:{name}>'


def customer(country: str, number: str) -> str:
    return (
        '<xbrldi:typedMember dimension="bd-axes:CountryCodeEUDimension">'
        f"<bd-domains:CountryCodeEUDomain>{country}</bd-domains:CountryCodeEUDomain></xbrldi:typedMember>"
        '<xbrldi:typedMember dimension="bd-axes:VATNumberDimension">'
        f"<bd-domains:VATNumberDomain>{number}</bd-domains:VATNumberDomain></xbrldi:typedMember>"
    )


def test_a_listing_with_tuples_gives_one_row_per_customer_in_document_order() -> None:
    document = read_document(fixture("icp-2025-q1-tuples.xbrl"))

    assert (document.kind, document.reference) == ("ICP", "ICP-2025-K1")
    assert document.rows == (
        ListingRow("supplies", "DE", "999999999", 18400),
        ListingRow("supplies", "EL", "999999991", 2100),
        ListingRow("services", "BE", "0999999922", -640),
        ListingRow("abc_supplies", "FR", "99999999999", 750),
        ListingRow("corrections_supplies", "AT", "U99999999", -300),
    )
    assert document.amount == 20310
    assert document.findings == ()


def test_a_listing_with_typed_dimensions_gives_the_same_kind_of_rows() -> None:
    document = read_document(fixture("icp-2026-q1-dimensions.xbrl"))

    assert (document.generation, document.taxonomy_year) == ("NT20", 2026)
    assert (document.period_start, document.period_end) == (date(2026, 1, 1), date(2026, 3, 31))
    assert document.reference == "ICP-2026-K1"
    assert document.rows == (
        ListingRow("supplies", "DE", "999999999", 9200),
        ListingRow("supplies", "BE", "0999999922", 1300),
        ListingRow("services", "BE", "0999999922", -450),
        ListingRow("abc_supplies", "FR", "99999999999", 600),
    )
    assert document.amount == 10650
    assert document.findings == ()


def test_a_listing_without_customers_is_a_nil_listing() -> None:
    document = read_document(xbrl(context(), UNIT, entry_point=ENTRY_POINT))

    assert (document.rows, document.amount, document.findings) == ((), 0, ())


def test_two_tuples_of_one_customer_stay_two_rows() -> None:
    row = tuple_of(
        "IntraCommunitySupplies",
        text("CountryCodeISO-EC", "DE"),
        fact("SuppliesAmount", 5),
        text("VATIdentificationNumberNational", "999999999"),
    )

    document = read_document(xbrl(context(), UNIT, row, row, entry_point=ENTRY_POINT))

    assert document.rows == (ListingRow("supplies", "DE", "999999999", 5),) * 2
    assert document.amount == 10


def test_tuples_inside_a_tuple_are_found() -> None:
    row = tuple_of(
        "IntraCommunityServices",
        text("CountryCodeISO-EC", "be"),
        fact("ServicesAmount", 7),
        text("VATIdentificationNumberNational", "BE0999999922"),
    )

    document = read_document(xbrl(context(), UNIT, tuple_of("Outer", row), entry_point=ENTRY_POINT))

    assert document.rows == (ListingRow("services", "BE", "0999999922", 7),)


def test_greece_is_el_whatever_the_program_calls_it() -> None:
    dimensions = context("K1", scenario=customer("GR", "GR 999.999.991"))

    document = read_document(
        xbrl(context(), dimensions, UNIT, fact("SuppliesAmount", 1, about="K1"), entry_point=ENTRY_POINT)
    )

    assert document.rows == (ListingRow("supplies", "EL", "999999991", 1),)


def test_call_off_stock_is_listed_without_an_amount() -> None:
    row = tuple_of(
        "CallOffStock",
        text("VATNumberCountryCodeOriginal", "DE"),
        text("VATNumberOriginal", "999999999"),
        text("VATNumberCountryCodeNew", "FR"),
        text("VATNumberNew", "99999999999"),
    )

    document = read_document(xbrl(context(), UNIT, row, entry_point=ENTRY_POINT))

    assert document.rows == (
        ListingRow("call_off_original", "DE", "999999999", None),
        ListingRow("call_off_new", "FR", "99999999999", None),
    )
    assert (document.amount, document.findings) == (0, ())


def test_a_row_without_its_customer_is_a_finding() -> None:
    row = tuple_of("IntraCommunitySupplies", text("CountryCodeISO-EC", "DE"), fact("SuppliesAmount", 5))

    document = read_document(xbrl(context(), UNIT, row, entry_point=ENTRY_POINT))

    assert document.rows == (ListingRow("supplies", "DE", "", 5),)
    assert document.findings == (Finding("incomplete_row", "supplies", found=5),)


def test_a_customer_stated_twice_with_dimensions_counts_once() -> None:
    facts = (fact("SuppliesAmount", 5, about="K1"), fact("SuppliesAmount", "5.0", about="K1"))
    other = fact("SuppliesAmount", 6, about="K1")
    head = (context(), context("K1", scenario=customer("DE", "999999999")), UNIT)

    same = read_document(xbrl(*head, *facts, entry_point=ENTRY_POINT))
    contradiction = read_document(xbrl(*head, *facts, other, entry_point=ENTRY_POINT))

    assert (same.amount, same.findings) == (5, ())
    assert (contradiction.amount, contradiction.findings) == (
        5,
        (Finding("conflicting_values", "supplies", expected=5, found=6),),
    )


def test_another_currency_is_a_finding() -> None:
    pounds = '<xbrli:unit id="P"><xbrli:measure>iso4217:GBP</xbrli:measure></xbrli:unit>'
    head = (context(), context("K1", scenario=customer("DE", "999999999")), pounds)

    document = read_document(xbrl(*head, fact("ServicesAmount", 5, about="K1", unit="P"), entry_point=ENTRY_POINT))

    assert document.findings == (Finding("other_currency", "services", found=5),)


def test_a_nonsense_amount_is_refused() -> None:
    with pytest.raises(XbrlError) as caught:
        read_document(xbrl(context(), UNIT, fact("SuppliesAmount", "veel"), entry_point=ENTRY_POINT))

    assert (caught.value.code, caught.value.found) == (ErrorCode.BAD_AMOUNT, "SuppliesAmount veel")
