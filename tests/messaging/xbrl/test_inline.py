"""Inline XBRL in the ways in which programs tag a page: continued, nested, scaled, and as numbers are written."""

from __future__ import annotations

import pytest

from messaging.xbrl import read_document
from messaging.xbrl.document import AnnualAccounts

PAGE = """<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"
 xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:link="http://www.xbrl.org/2003/linkbase"
 xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:k="https://www.nltaxonomie.nl/kvk/2024-12-31/own">
<body><div style="display:none"><ix:header>
<ix:references><link:schemaRef xlink:type="simple" xlink:href="own.xsd"/></ix:references><ix:resources>
<xbrli:context id="c"><xbrli:entity><xbrli:identifier scheme="http://www.kvk.nl/kvk-id">00000123</xbrli:identifier>
</xbrli:entity><xbrli:period><xbrli:startDate>2024-01-01</xbrli:startDate><xbrli:endDate>2024-12-31</xbrli:endDate>
</xbrli:period></xbrli:context>
<xbrli:unit id="E"><xbrli:measure>EUR</xbrli:measure></xbrli:unit></ix:resources></ix:header></div>
{body}</body></html>"""


def _read(body: str) -> AnnualAccounts:
    accounts = read_document(PAGE.format(body=body).encode()).accounts
    assert accounts is not None
    return accounts


def _name(text: str, more: str = "") -> str:
    return f'<ix:nonNumeric name="k:LegalEntityName" contextRef="c"{more}>{text}</ix:nonNumeric>'


def _equity(text: str, attributes: str) -> str:
    return f'<ix:nonFraction name="k:Equity" contextRef="c" unitRef="E" {attributes}>{text}</ix:nonFraction>'


def test_a_text_that_goes_on_elsewhere_is_read_whole() -> None:
    body = (
        _name("Zeilmakerij ", ' continuedAt="b"')
        + '<p><ix:continuation id="c2">B.V.</ix:continuation></p>'
        + '<p>pagina 2 <ix:continuation id="b" continuedAt="c2"><b>Noord</b> </ix:continuation></p>'
    )

    assert _read(body).name == "Zeilmakerij Noord B.V."


@pytest.mark.parametrize("target", ["b", "nowhere"])
def test_a_text_that_goes_on_in_a_circle_or_nowhere_ends(target: str) -> None:
    body = _name("A", ' continuedAt="b"') + f'<ix:continuation id="b" continuedAt="{target}">B</ix:continuation>'

    assert _read(body).name.startswith("AB")
    assert len(_read(body).name) <= 200


@pytest.mark.parametrize(
    ("text", "attributes", "value"),
    [
        ("1.234.567", 'format="ixt:num-comma-decimal"', 1_234_567),
        ("1.234.567,00", 'format="ixt:numcommadecimal"', 1_234_567),
        ("1,234,567", 'format="ixt:num-dot-decimal"', 1_234_567),
        ("1'234'567.00", 'format="ixt:num-dot-decimal-apos"', 1_234_567),
        ("1 234 567", 'format="ixt:num-comma-decimal"', 1_234_567),
        ("1.234", 'format="ixt:num-comma-decimal" scale="3" sign="-"', -1_234_000),
        ("nihil", 'format="ixt:fixed-zero"', 0),
        ("-", 'format="ixt:num-dash"', 0),
        ("500", "", 500),
    ],
)
def test_numbers_as_they_stand_on_the_page(text: str, attributes: str, value: int) -> None:
    (figure,) = _read(_equity(text, attributes)).figures

    assert (figure.code, figure.current) == ("equity", value)


def test_a_number_within_a_number_counts_for_both() -> None:
    inner = '<ix:nonFraction name="k:Assets" contextRef="c" unitRef="E">500</ix:nonFraction>'

    assert {figure.code: figure.current for figure in _read(_equity(inner, "")).figures} == {
        "assets": 500,
        "equity": 500,
    }
