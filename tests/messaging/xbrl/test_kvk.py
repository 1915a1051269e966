"""KvK-stukken as plain XBRL and as inline XBRL: who, which year, a few key figures."""

from __future__ import annotations

from datetime import date

import pytest

from messaging.safe_xml import parse_xml
from messaging.xbrl import ErrorCode, XbrlError, read_document
from messaging.xbrl.document import AnnualAccounts, Figure
from messaging.xbrl.inline import read_inline_instance
from tests.messaging.xbrl.documents import context, fixture, xbrl

INLINE = fixture("kvk-2024-small.xhtml")


def test_plain_annual_accounts_are_read() -> None:
    document = read_document(fixture("kvk-2024-micro.xbrl"))

    assert (document.kind, document.taxonomy_year, document.generation) == ("KVK", 2024, "NT19")
    assert (document.period_start, document.period_end) == (date(2024, 1, 1), date(2024, 12, 31))
    assert (document.identifier_scheme, document.identifier) == ("kvk", "00000123")
    assert document.amount is None
    assert document.accounts == AnnualAccounts(
        name="Rietdekkersbedrijf Het Lage Land B.V.",
        legal_form="Besloten vennootschap",
        registered_office="Giethoorn",
        size_class="micro",
        financial_year=2024,
        adopted=True,
        adoption_date=date(2025, 5, 12),
        figures=(
            Figure("assets", 184320, 171050),
            Figure("equity", 61200, 52780),
            Figure("liabilities_noncurrent", 80000, 90000),
            Figure("liabilities_current", 43120, 28270),
            Figure("revenue", 402119, 388900),
            Figure("result_after_tax", 8420, -1260),
        ),
    )


def test_inline_annual_accounts_are_read_from_the_page() -> None:
    document = read_document(INLINE)

    assert document.kind == "KVK"
    assert document.entry_point.endswith("zeilmakerij-2024-12-31.xsd")
    assert (document.identifier, document.taxonomy_year, document.generation) == ("00000123", 2024, "")
    assert document.accounts == AnnualAccounts(
        name="Zeilmakerij Noord B.V.",
        legal_form="B.V.",
        registered_office="Makkum",
        size_class="small",
        financial_year=2024,
        adopted=True,
        adoption_date=date(2025, 3, 3),
        figures=(
            Figure("assets", 1_240_000, 1_105_000),
            Figure("equity", 512_301, 0),
            Figure("result_after_tax", -18_750, None),
        ),
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [("03-02-2025", date(2025, 2, 3)), ("1 mrt. 2025", date(2025, 3, 1)), ("31 februari 2025", None), ("ooit", None)],
)
def test_dates_on_the_page_are_understood_or_left_out(written: str, read: date | None) -> None:
    document = read_document(INLINE.replace(b"3 maart 2025", written.encode()))

    assert document.accounts is not None
    assert document.accounts.adoption_date == read


@pytest.mark.parametrize(
    ("written", "read"),
    [("1,240", 1_240_000), ("n.v.t.", None), ("", None), ("9" * 30, None)],
)
def test_figures_that_are_no_number_are_left_out(written: str, read: int | None) -> None:
    document = read_document(INLINE.replace(b">1,240<", f">{written}<".encode()))

    assert document.accounts is not None
    assert {figure.code: figure.current for figure in document.accounts.figures}["assets"] == read


def test_an_absurd_scale_is_not_applied() -> None:
    document = read_document(INLINE.replace(b'scale="3"', b'scale="999999999"'))

    assert document.accounts is not None
    assert document.accounts.figures[0] == Figure("assets", 1240, 1105)


def test_facts_that_nest_without_end_are_left_out() -> None:
    opening = b'<ix:nonNumeric contextRef="FY" name="x:LegalEntitySize">'
    page = INLINE.replace(b"<table>", opening * 90 + b"x" * 9_000 + b"</ix:nonNumeric>" * 90 + b"<table>")

    facts = read_inline_instance(parse_xml(page, max_bytes=len(page))).facts

    assert [len(fact.value) for fact in facts if fact.name == "LegalEntitySize"] == [4_000] * 4


def test_the_number_may_stand_on_the_page_instead_of_in_the_context() -> None:
    document = read_document(INLINE.replace(b"http://www.kvk.nl/kvk-id", b"http://standards.iso.org/iso/17442"))

    assert (document.identifier_scheme, document.identifier) == ("kvk", "00000123")


def test_a_number_that_is_no_kvk_number_is_refused() -> None:
    with pytest.raises(XbrlError) as caught:
        read_document(fixture("kvk-2024-micro.xbrl").replace(b">00000123<", b">123<"))

    assert (caught.value.code, caught.value.found) == (ErrorCode.BAD_IDENTIFIER, "123")


def test_inline_xbrl_that_is_not_for_kvk_is_another_kind() -> None:
    with pytest.raises(XbrlError) as caught:
        read_document(INLINE.replace(b"www.nltaxonomie.nl/kvk", b"www.esma.europa.eu/kvk"))

    assert caught.value.code is ErrorCode.OTHER_KIND


def test_a_web_page_is_not_xbrl() -> None:
    with pytest.raises(XbrlError) as caught:
        read_document(b'<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>')

    assert (caught.value.code, caught.value.found) == (ErrorCode.NOT_XBRL, "html (http://www.w3.org/1999/xhtml)")


def test_the_latest_year_is_the_financial_year() -> None:
    years = (
        context("PY", start="2023-01-01", end="2023-12-31", identifier="00000123", scheme="http://www.kvk.nl/kvk-id"),
        context("FY", start="2024-01-01", end="2024-12-31", identifier="00000123", scheme="http://www.kvk.nl/kvk-id"),
    )

    document = read_document(xbrl(*years, entry_point="kvk-rpt-jaarverantwoording-2024-nlgaap-groot.xsd"))

    assert document.period_end == date(2024, 12, 31)
    assert document.accounts == AnnualAccounts(size_class="large", financial_year=2024)
