"""Btw-aangifte and btw-suppletie: rubrieken in form order, sums, and the oddities of real files."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from messaging.xbrl import ErrorCode, Finding, ReturnLine, XbrlError, read_document
from messaging.xbrl.document import Contact, Software
from tests.messaging.xbrl.documents import UNIT, context, fact, fixture, vat_return, xbrl

HIGH = "ValueAddedTaxSuppliesServicesGeneralTariff"
OWED = "ValueAddedTaxOwed"
INPUT = "ValueAddedTaxOnInput"
REDUCTION = "SmallEntrepreneurProvisionReduction"
TOTAL = "ValueAddedTaxOwedToBePaidBack"


def test_a_return_of_nt11_with_two_prefixes_and_unit_u0_is_read() -> None:
    document = read_document(fixture("btw-2017-q1-nt11.xbrl"))

    assert (document.kind, document.taxonomy_year, document.generation) == ("BTW", 2017, "NT11")
    assert (document.period_start, document.period_end) == (date(2017, 1, 1), date(2017, 3, 31))
    assert (document.identifier_scheme, document.identifier) == ("btw", "001000067B15")
    assert document.amount == 1330
    assert document.line("1a") == ReturnLine("1a", 8000, 1680)
    assert document.contact == Contact("T.", "", "Vermeer", "0612340000", "BPL")
    assert document.findings == ()


def test_a_refund_is_negative() -> None:
    document = read_document(fixture("btw-2018-q2-refund.xbrl"))

    assert document.amount == -890
    assert document.findings == ()


def test_all_rubrieken_stand_in_the_order_of_the_form() -> None:
    document = read_document(fixture("btw-2025-03-all-rubrieken.xbrl"))

    assert document.lines == (
        ReturnLine("1a", 41250, 8662),
        ReturnLine("1b", 12300, 1107),
        ReturnLine("1c", 2000, 260),
        ReturnLine("1d", 1500, 315),
        ReturnLine("1e", 700, None),
        ReturnLine("2a", 5000, 1050),
        ReturnLine("3a", 3200, None),
        ReturnLine("3b", 18400, None),
        ReturnLine("3c", 950, None),
        ReturnLine("4a", 2400, 504),
        ReturnLine("4b", 7600, 1596),
        ReturnLine("5a", None, 13494),
        ReturnLine("5b", None, 4321),
        ReturnLine("5d", None, 0),
        ReturnLine("5g", None, 9173),
    )
    assert document.findings == ()


def test_the_header_tells_who_made_the_document() -> None:
    document = read_document(fixture("btw-2025-03-all-rubrieken.xbrl"))

    assert document.reference == "OB-2025-03-118"
    assert document.software == Software("Grootboek Online", "12.4", "SWO00417")
    assert document.contact == Contact("M.", "de", "Graaf", "0301230000", "INT")
    assert document.tax_consultant_number == "551122"
    assert document.created_at == datetime(2025, 4, 22, 8, 30)  # noqa: DTZ001  # the document gives no zone


def test_the_number_is_normalised_and_the_stated_one_kept() -> None:
    document = read_document(fixture("btw-2025-03-all-rubrieken.xbrl"))

    assert (document.identifier, document.raw_identifier) == ("001000079B08", "NL 0010.00.079.b08")


def test_a_nil_return_is_zero_which_is_not_the_same_as_not_stated() -> None:
    document = read_document(fixture("btw-2026-q1-nil.xbrl"))

    assert document.amount == 0
    assert document.line("4b") == ReturnLine("4b", 0, 0)
    assert document.line("5d") == ReturnLine("5d", None, None)
    assert document.findings == ()


def test_a_failed_sum_is_a_finding_and_not_a_refusal() -> None:
    document = read_document(fixture("btw-2025-q2-failed-sums.xbrl"))

    assert document.amount == 1600
    assert document.findings == (
        Finding("failed_sum", "5a", expected=2190, found=2200),
        Finding("failed_sum", "5g", expected=1700, found=1600),
    )


def test_one_mistake_gives_one_finding() -> None:
    document = read_document(vat_return({HIGH: 100, OWED: 90, TOTAL: 90}))

    assert document.findings == (Finding("failed_sum", "5a", expected=100, found=90),)


def test_the_small_businesses_scheme_is_subtracted() -> None:
    assert read_document(vat_return({HIGH: 100, OWED: 100, INPUT: 30, REDUCTION: 50, TOTAL: 20})).findings == ()


def test_a_total_that_is_not_stated_while_there_is_something_to_add_is_a_finding() -> None:
    document = read_document(vat_return({HIGH: 100}))

    assert document.amount is None
    assert document.findings == (
        Finding("failed_sum", "5a", expected=100, found=None),
        Finding("failed_sum", "5g", expected=100, found=None),
    )


@pytest.mark.parametrize("entry_point", ["bd-rpt-ob-aangifte-2025.xsd", "bd-rpt-ob-suppletie-2025.xsd"])
def test_a_return_without_any_amount_is_no_nil_return(entry_point: str) -> None:
    document = read_document(vat_return({}, entry_point))

    assert (document.amount, document.findings) == (None, (Finding("no_amounts"),))


def test_one_amount_is_enough_also_when_it_is_zero() -> None:
    assert read_document(vat_return({TOTAL: 0})).findings == ()


def test_base_times_rate_is_never_checked() -> None:
    amounts = {"TaxedTurnoverSuppliesServicesGeneralTariff": 1, HIGH: 999, OWED: 999, TOTAL: 999}

    assert read_document(vat_return(amounts)).findings == ()


def test_a_suppletie_states_new_and_old_total() -> None:
    document = read_document(fixture("sup-2024-additional.xbrl"))

    assert document.kind == "SUP"
    assert document.amount == 2400
    assert [(line.rubriek, line.vat) for line in document.lines[-3:]] == [
        ("total_new", 27520),
        ("total_old", 25120),
        ("additional", 2400),
    ]
    assert document.findings == ()


def test_the_sums_of_a_suppletie_are_checked() -> None:
    amounts = {
        HIGH: 100,
        OWED: 100,
        INPUT: 10,
        "ValueAddedTaxAmountTotalNew": 95,
        "ValueAddedTaxAmountTotalOld": 20,
        "ValueAddedTaxToBePaidAdditionalToBePaidBack": 70,
    }

    document = read_document(vat_return(amounts, "bd-rpt-ob-suppletie-2025.xsd"))

    assert document.findings == (
        Finding("failed_sum", "total_new", expected=90, found=95),
        Finding("failed_sum", "additional", expected=75, found=70),
    )


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("123", 123),
        (" 123 ", 123),
        ("+123", 123),
        ("123.00", 123),
        ("123.", 123),
        ("-5.0", -5),
        ("007", 7),
        ("-0", 0),
        ("", None),
    ],
)
def test_amounts_are_read_tolerantly(text: str, amount: int | None) -> None:
    assert read_document(vat_return({TOTAL: text})).amount == amount


@pytest.mark.parametrize("text", ["12,50", "12.50", "1.234", "1e3", "€ 5", "NaN", "٣", "--1", "1" * 13])
def test_nonsense_amounts_are_refused_by_name(text: str) -> None:
    with pytest.raises(XbrlError) as caught:
        read_document(vat_return({TOTAL: text}))

    assert caught.value.code is ErrorCode.BAD_AMOUNT
    assert caught.value.found.startswith(TOTAL)


def test_a_nil_fact_is_not_stated() -> None:
    document = read_document(xbrl(context(), UNIT, fact(TOTAL, "", more=' xsi:nil="true"')))

    assert document.amount is None


def test_the_same_fact_twice_is_fine_and_a_contradiction_is_a_finding() -> None:
    same = read_document(xbrl(context(), UNIT, fact(INPUT, 0), fact(INPUT, "0.00")))
    other = read_document(xbrl(context(), UNIT, fact(INPUT, 0), fact(INPUT, 7)))

    assert same.findings == ()
    assert other.findings == (Finding("conflicting_values", "5b", expected=0, found=7),)
    assert other.line("5b").vat == 0


def test_amounts_of_another_period_are_left_out_and_shown() -> None:
    content = xbrl(
        context(),
        context("old", start="2024-01-01", end="2024-03-31"),
        UNIT,
        fact(INPUT, 0),
        fact(HIGH, 0),
        fact(HIGH, 55, about="old"),
        fact(INPUT, 6, about="nowhere"),
    )

    document = read_document(content)

    assert document.line("1a").vat == 0
    assert document.findings == (
        Finding("outside_context", "1a", found=55),
        Finding("outside_context", "5b", found=6),
    )


def test_facts_of_a_context_with_a_scenario_are_not_of_the_message() -> None:
    member = '<xbrldi:explicitMember dimension="a:b">c:d</xbrldi:explicitMember>'
    content = xbrl(context("s", scenario=member), context(), UNIT, fact(HIGH, 5, about="s"), fact(HIGH, 0))

    assert read_document(content).line("1a").vat == 0


def test_two_contexts_about_the_same_thing_are_one() -> None:
    content = xbrl(context("a"), context("b"), UNIT, fact(OWED, 0, about="a"), fact(TOTAL, 0, about="b"))

    document = read_document(content)

    assert (document.line("5a").vat, document.amount, document.findings) == (0, 0, ())


def test_another_currency_is_a_finding() -> None:
    dollars = '<xbrli:unit id="USD"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>'

    document = read_document(xbrl(context(), UNIT, dollars, fact(INPUT, 0, unit="USD")))

    assert document.findings == (Finding("other_currency", "5b", found=0),)


def test_another_organisation_in_the_same_document_is_a_finding() -> None:
    document = read_document(xbrl(context(), context("x", identifier="001000067B15"), UNIT, fact(TOTAL, 0)))

    assert document.identifier == "001000079B08"
    assert document.findings == (Finding("several_identifiers", found=2),)


def test_the_country_code_before_the_number_in_one_context_makes_no_other_organisation() -> None:
    document = read_document(xbrl(context(), context("x", identifier="NL001000079B08"), UNIT, fact(TOTAL, 0)))

    assert document.findings == ()


def test_unknown_facts_are_ignored() -> None:
    unknown = fact("SomethingNew", "not a number")

    assert read_document(xbrl(context(), UNIT, unknown, fact(TOTAL, 0))).findings == ()
