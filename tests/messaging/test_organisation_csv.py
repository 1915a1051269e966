"""CSV files as people and spreadsheets write them, and what is refused of a file as a whole."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from messaging.organisation_csv import MAX_LINES, CsvLine, read_csv, write_csv
from portal.errors import DomainError

TEXT = "Naam;Btw-nummer;KvK-nummer\nCafé 't Hoekje B.V.;NL001234567B01;01234567\n"
LINE = CsvLine(2, "Café 't Hoekje B.V.", ("NL001234567B01",), ("01234567",))


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """What a rule says is told apart by its source text."""
    with override("en"):
        yield


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("cp1252"),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        TEXT.replace(";", ",").encode(),
        TEXT.replace(";", "\t").encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("01234567\n", '"01234567"').encode(),
        TEXT.replace("01234567\n", '"=""01234567"""\n').encode(),
        "KvK nummer , bedrijfsnaam , BTW-nr.,Plaats\n01234567,Café 't  Hoekje B.V.,NL001234567B01,Ede".encode(),
    ],
)
def test_the_same_file_in_the_ways_it_is_written(content: bytes) -> None:
    assert read_csv(content) == [LINE]


def test_a_line_that_excel_puts_first_is_skipped_and_counted() -> None:
    assert read_csv(b"sep=,\nnaam,btw\nA,1\n") == [CsvLine(3, "A", ("1",))]


def test_several_numbers_stand_in_one_cell_and_lines_keep_their_numbers() -> None:
    content = b'Naam;Btw-nummer\n"Een\nB.V.";"001 | 002, 002"\n\n;\nTwee;\n'

    assert read_csv(content) == [CsvLine(2, "Een B.V.", ("001", "002")), CsvLine(6, "Twee")]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "columns"),
        (b"Naam;Btw-nummer\n", "no lines"),
        (b"Klant nr;Btw-nummer\n1;2\n", "Naam"),
        (b"Naam;BSN\nA;123456782\n", "BSN"),
        (b"Naam;Btw;Btw-nummer\nA;1;2\n", "Btw-nummer"),
        (b'Naam;Btw\nA;1\n"B;2\n', "3"),
        (b"Naam\n" + b"A\n" * (MAX_LINES + 1), "5000"),
        (b"Naam\n" + b"A" * (2 * 2**20), "2 MB"),
        (b"PK\x03\x04\x00\x00Naam", "CSV"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, word: str) -> None:
    with pytest.raises(DomainError) as refusal:
        read_csv(content)

    assert (refusal.value.field, word in str(refusal.value)) == ("file", True)


@pytest.mark.parametrize("name", ["=1+1", "+31 Media", "-x", "@Home", "=cmd|' /C calc'!A0"])
def test_what_is_written_is_no_formula_and_reads_back(name: str) -> None:
    written = "".join(write_csv([CsvLine(2, name, ("001234567B01", "001234567B02"))]))

    assert f";{name}" not in written.replace("\n", ";")
    assert read_csv(written.encode()) == [CsvLine(2, name, ("001234567B01", "001234567B02"))]


@given(st.binary(max_size=300))
def test_any_bytes_are_lines_or_a_refusal(content: bytes) -> None:
    lines = []
    with suppress(DomainError):
        lines = read_csv(b"Naam;Btw\n" + content)

    assert all(line.line >= 2 for line in lines)
