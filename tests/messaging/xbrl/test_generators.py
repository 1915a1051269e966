"""Documents of other programs and years than the samples: another dress, the same facts (DOMAIN 4)."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import replace

import pytest

from messaging.xbrl import Document, read_document
from tests.messaging.xbrl.generators import (
    RETURN,
    Dress,
    listing_of_dimensions,
    listing_of_tuples,
    suppletie,
    vat_return,
)

YEARS = [
    Dress("nt11", "20161207", 2017, data="bd-ob", header="bd-alg", context_id="c1", unit_id="u0"),
    Dress("nt12", "20171213", 2018),
    Dress("nt13", "20181212", 2019),
    Dress("nt14", "20191211", 2020),
    Dress("nt15", "20201209", 2021),
    Dress("nt16", "20211208", 2022),
    Dress("nt17", "20221214", 2023),
    Dress("nt18", "20231213", 2024),
    Dress("nt19", "20241211", 2025),
    Dress("nt20", "20251210", 2026, scheme="https"),
]
PLAIN = YEARS[-2]
HABITS = {
    "default namespace": replace(PLAIN, instance=""),
    "odd prefixes": replace(PLAIN, instance="ns0", data="_x.1-y", header="Ä"),
    "https": replace(PLAIN, scheme="https"),
    "odd ids": replace(PLAIN, context_id="C_2025-01-01_ë.1", unit_id="_0"),
    "facts before contexts": replace(PLAIN, facts_first=True),
    "no decimals": replace(PLAIN, decimals=""),
    "precision": replace(PLAIN, decimals=' precision="INF"'),
    "decimals zero": replace(PLAIN, decimals=' decimals="0"'),
    "measure without prefix": replace(PLAIN, measure="EUR"),
    "measure on a line of its own": replace(PLAIN, measure="\n  iso4217:EUR\n"),
    "scheme with http": replace(PLAIN, identifier_scheme="http://www.belastingdienst.nl/omzetbelastingnummer"),
    "number with country": replace(PLAIN, number="NL001000079B08"),
    "number with dots and spaces": replace(PLAIN, number=" nl 0010.00.079.b08 "),
    "dates with a time": replace(PLAIN, time="T00:00:00"),
    "dates with a zone": replace(PLAIN, time="T00:00:00+01:00"),
    "comments and instructions": replace(PLAIN, clutter="<!-- made by a program --><?program 1.2?>"),
    "a fact that is not ours": replace(PLAIN, clutter='<o:X xmlns:o="urn:own" contextRef="Msg">9</o:X>'),
    "a footnote": replace(
        PLAIN,
        clutter='<link:footnoteLink xlink:type="extended" xlink:role="r"><link:footnote xlink:type="resource" '
        'xlink:label="l" xml:lang="nl">zie bijlage</link:footnote></link:footnoteLink>',
    ),
}


def _facts(document: Document) -> tuple[object, ...]:
    """Return what must not depend on the dress."""
    return (document.kind, document.identifier, document.contact.surname, document.amount, document.findings)


@pytest.mark.parametrize("dress", YEARS, ids=lambda dress: dress.taxonomy)
def test_the_return_of_every_year(dress: Dress) -> None:
    document = read_document(vat_return(dress).encode())

    assert _facts(document) == ("BTW", "001000079B08", "Café & Zoën", -500, ())
    assert (document.generation, document.taxonomy_year) == (dress.taxonomy.upper(), dress.year)
    assert (document.period_start.isoformat(), document.period_end.isoformat()) == (
        f"{dress.year}-01-01",
        f"{dress.year}-03-31",
    )
    assert document.line("1a").vat == RETURN["ValueAddedTaxSuppliesServicesGeneralTariff"]
    assert (document.line("3b").turnover, document.line("1b").vat) == (700, None)


@pytest.mark.parametrize("dress", YEARS, ids=lambda dress: dress.taxonomy)
def test_the_suppletie_of_every_year(dress: Dress) -> None:
    document = read_document(suppletie(dress).encode())

    assert _facts(document) == ("SUP", "001000079B08", "Café & Zoën", 300, ())
    assert (document.line("total_new").vat, document.line("total_old").vat) == (1_500, 1_200)


@pytest.mark.parametrize("dress", YEARS, ids=lambda dress: dress.taxonomy)
def test_the_listing_of_every_year(dress: Dress) -> None:
    write = listing_of_dimensions if dress.year >= 2026 else listing_of_tuples

    document = read_document(write(dress).encode())

    assert _facts(document) == ("ICP", "001000079B08", "Café & Zoën", 700, ())
    rows = [(row.country, row.vat_number, row.amount) for row in document.rows]
    assert rows == [("DE", "999999999", 500), ("EL", "999999999", 200)]


@pytest.mark.parametrize("dress", HABITS.values(), ids=HABITS.keys())
@pytest.mark.parametrize("write", [vat_return, suppletie, listing_of_tuples, listing_of_dimensions])
def test_the_habits_of_programs_change_nothing(write: Callable[[Dress], str], dress: Dress) -> None:
    document = read_document(write(dress).encode())

    usual = read_document(write(PLAIN).encode())
    assert _facts(document) == _facts(usual)
    assert (document.period_start, document.lines, document.rows) == (usual.period_start, usual.lines, usual.rows)


def _declared(encoding: str) -> str:
    return vat_return(PLAIN).replace('encoding="UTF-8"', f'encoding="{encoding}"')


@pytest.mark.parametrize(
    "content",
    [
        vat_return(PLAIN).encode("utf-8-sig"),
        vat_return(PLAIN).partition("?>\n")[2].encode(),
        b"\r\n  " + vat_return(PLAIN).partition("?>\n")[2].encode(),
        _declared("UTF-16").encode("utf-16"),
        codecs.BOM_UTF16_BE + _declared("UTF-16").encode("utf-16-be"),
        _declared("UTF-16LE").encode("utf-16-le"),
        _declared("utf-16").encode(),
        _declared("ISO-8859-1").encode("iso-8859-1"),
        _declared("iso-8859-1").replace("'", '"').encode("iso-8859-1"),
        _declared("windows-1252").encode("windows-1252"),
        _declared("US-ASCII").encode("ascii", "xmlcharrefreplace"),
        vat_return(PLAIN).replace("\n", "\r\n").encode(),
        vat_return(PLAIN).replace("Café &amp; Zoën", "<![CDATA[Café & Zoën]]>").encode(),
    ],
    ids=[
        "mark of UTF-8",
        "no declaration",
        "space in front",
        "UTF-16 with its mark",
        "UTF-16 of the other order",
        "UTF-16 without a mark",
        "UTF-8 that says UTF-16",
        "ISO-8859-1",
        "iso-8859-1",
        "windows-1252",
        "references to characters",
        "lines of Windows",
        "CDATA",
    ],
)
def test_the_ways_of_writing_characters_change_nothing(content: bytes) -> None:
    assert read_document(content) == read_document(vat_return(PLAIN).encode())


def test_a_period_before_and_a_balance_date_beside_the_message_change_nothing() -> None:
    other = (
        '<xbrli:context id="{id}"><xbrli:entity><xbrli:identifier scheme="www.belastingdienst.nl/omzetbelastingnummer">'
        "001000079B08</xbrli:identifier></xbrli:entity><xbrli:period>{period}</xbrli:period></xbrli:context>"
    )
    before = "<xbrli:startDate>2024-10-01</xbrli:startDate><xbrli:endDate>2024-12-31</xbrli:endDate>"
    at = "<xbrli:instant>2025-03-31</xbrli:instant>"
    clutter = other.format(id="before", period=before) + other.format(id="at", period=at)

    document = read_document(vat_return(replace(PLAIN, clutter=clutter)).encode())

    assert document == read_document(vat_return(PLAIN).encode())
