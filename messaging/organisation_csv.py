"""A CSV file of organisations: bytes in, lines of plain text out; and the same file written. Pure.

What Excel and bookkeeping programs write is read: semicolon, comma or tab; UTF-8 with or without byte order mark,
UTF-16 with one, Windows-1252; quoted fields; the header names that people use. Nothing is judged here but the shape of
the file: what a line means is decided line by line in `messaging.actions.organisation_import`.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.errors import DomainError

MAX_LINES = 5_000
MAX_BYTES = 2 * 2**20
MAX_CELL = 500  # characters

# Names of columns as people write them, in small letters without anything but letters and digits.
_HEADERS = {
    "name": {"naam", "organisatie", "organisatienaam", "bedrijf", "bedrijfsnaam", "klant", "klantnaam", "handelsnaam"}
    | {"relatie", "relatienaam", "statutairenaam", "name"},
    "btw": {"btw", "btwnummer", "btwnr", "btwid", "btwidnummer", "btwidentificatienummer", "omzetbelastingnummer"}
    | {"obnummer", "vatnumber", "vat"},
    "kvk": {"kvk", "kvknummer", "kvknr", "kamervankoophandelnummer", "handelsregisternummer", "kvknumber"},
}
_OF_PERSONS = {"bsn", "bsnnummer", "burgerservicenummer", "sofinummer", "geboortedatum"}
_DELIMITERS = ";,\t"
# Several numbers in one cell; a space may be within a number.
_BETWEEN_NUMBERS = re.compile(r"[|/;,\n]+")
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)
_COLUMNS = ("Naam", "Btw-nummer", "KvK-nummer")


@dataclass(frozen=True)
class CsvLine:
    """An organisation as it stands in the file; `line` is the line of the file where it begins, from 1."""

    line: int
    name: str
    btw: tuple[str, ...] = ()
    kvk: tuple[str, ...] = ()


def read_csv(content: bytes) -> list[CsvLine]:
    """Read the lines of a file. Raises `DomainError` at `file` for a file that cannot be read as a whole."""
    if len(content) > MAX_BYTES:
        raise _refusal(_("The file is larger than 2 MB. Split it into parts."))
    text = _decode(content)
    rows = _rows(text)
    _begins, header = next(rows, (0, []))
    columns = _columns(header)
    lines = [_line(number, cells, columns) for number, cells in rows if any(cell.strip() for cell in cells)]
    if not lines:
        raise _refusal(_("The file has a header and no lines."))
    return lines


def write_csv(lines: Iterable[CsvLine]) -> Iterator[str]:
    """Write organisations as `read_csv` reads them: semicolons, and no cell that a spreadsheet takes for a formula."""
    yield "\ufeff" + _written(_COLUMNS)
    for line in lines:
        yield _written(_harmless(cell) for cell in (line.name, " | ".join(line.btw), " | ".join(line.kvk)))


def _refusal(text: str) -> DomainError:
    return DomainError(text, field="file")


def _decode(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8-sig", "cp1252"]
    for encoding in candidates:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _refusal(_("This is not a text file. Save the spreadsheet as CSV and choose that file."))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line of the file where it begins; bounded."""
    text = text.lstrip()
    first = text.partition("\n")[0]
    skipped = 0
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        text, skipped = text.partition("\n")[2], 1
        delimiter = first[4]
    else:
        bare = re.sub(r'"[^"]*"', "", first)
        delimiter = max(_DELIMITERS, key=bare.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins, count = skipped + 1, 0
    try:
        for cells in reader:
            if count > MAX_LINES:
                raise _refusal(_("The file has more than %(count)d lines. Split it into parts.") % {"count": MAX_LINES})
            yield begins, cells
            begins, count = skipped + reader.line_num + 1, count + 1
    except csv.Error:
        raise _refusal(
            _("Line %(line)d cannot be read: a quotation mark is not closed, or a cell is too long.") % {"line": begins}
        ) from None


def _columns(header: list[str]) -> dict[str, int]:
    """Return the places of the columns that are known. Others are left aside, but for those of natural persons."""
    plain = [re.sub(r"[^a-z0-9]", "", cell.lower()) for cell in header]
    if found := sorted(_OF_PERSONS & set(plain)):
        raise _refusal(
            _(
                "The file has a column %(column)s. Only organisations are kept here, never natural persons: take the "
                "column out of the file."
            )
            % {"column": header[plain.index(found[0])].strip()}
        )
    columns: dict[str, int] = {}
    for place, name in enumerate(plain):
        for column, names in _HEADERS.items():
            if name in names:
                if column in columns:
                    raise _refusal(
                        _("Two columns are about the same thing: %(one)s and %(other)s.")
                        % {"one": header[columns[column]].strip(), "other": header[place].strip()}
                    )
                columns[column] = place
    if "name" not in columns:
        raise _refusal(
            _("The first line does not name the columns. Call them Naam, Btw-nummer and KvK-nummer; Naam is needed.")
        )
    return columns


def _line(number: int, cells: list[str], columns: dict[str, int]) -> CsvLine:
    def cell(column: str) -> str:
        place = columns.get(column)
        return _plain(cells[place]) if place is not None and place < len(cells) else ""

    return CsvLine(
        line=number,
        name=" ".join(cell("name").split()),
        btw=_numbers(cell("btw")),
        kvk=_numbers(cell("kvk")),
    )


def _numbers(cell: str) -> tuple[str, ...]:
    found = (_plain(part) for part in _BETWEEN_NUMBERS.split(cell))
    return tuple(dict.fromkeys(number for number in found if number))


def _plain(cell: str) -> str:
    """Return the text that a cell means: `="0123"` and `'-x` are ways to keep a spreadsheet from calculating."""
    text = cell.strip()[:MAX_CELL]
    if match := _AS_TEXT.fullmatch(text):
        text = match[1].replace('""', '"').strip()
    if text.startswith("'") and text[1:2] in _FORMULA_SIGNS:
        text = text[1:]
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text).strip()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell


def _written(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerow(list(cells))
    return out.getvalue()
