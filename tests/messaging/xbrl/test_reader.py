"""What is not a document of ours is refused with a reason that a person understands."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.translation import override

from messaging.xbrl import ErrorCode, XbrlError, explain, read_document
from messaging.xbrl.errors import EXPLANATIONS, printable
from tests.messaging.xbrl.documents import context, fixture, vat_return, xbrl


def refusal(content: bytes) -> XbrlError:
    with pytest.raises(XbrlError) as caught:
        read_document(content)
    return caught.value


@pytest.mark.parametrize(
    ("name", "code", "found"),
    [
        ("other-audit-opinion.xbrl", ErrorCode.OTHER_KIND, "nba-rpt-controleverklaring.xsd"),
        (
            "other-invoice.xml",
            ErrorCode.NOT_XBRL,
            "Invoice (urn:oasis:names:specification:ubl:schema:xsd:Invoice-2)",
        ),
    ],
)
def test_another_kind_of_document_is_named(name: str, code: ErrorCode, found: str) -> None:
    error = refusal(fixture(name))

    assert (error.code, error.found) == (code, found)


@pytest.mark.parametrize(
    ("content", "code", "found"),
    [
        (b"", ErrorCode.EMPTY, ""),
        (b" \n", ErrorCode.EMPTY, ""),
        (b"%PDF-1.7", ErrorCode.NOT_XML, "PDF"),
        (b'{"a": 1}', ErrorCode.NOT_XML, "JSON"),
        (b"\x1f\x8b\x08\x00", ErrorCode.NOT_XML, "gzip"),
        (b"<a></b>", ErrorCode.NOT_XML, "line 1, column 8: libxml2 error 76"),
        (b"<!DOCTYPE a><a/>", ErrorCode.UNSAFE_XML, ""),
        (b"<a>" * 5000, ErrorCode.TOO_LARGE, "elements are nested deeper than 128"),
        (b"<a/>", ErrorCode.NOT_XBRL, "a"),
        (b"<xbrl/>", ErrorCode.NO_ENTRY_POINT, ""),
        (xbrl(entry_point="x").replace(b'xlink:href="', b'href="'), ErrorCode.NO_ENTRY_POINT, ""),
        (xbrl(entry_point="bd-rpt-ihz-aangifte-2025.xsd"), ErrorCode.OTHER_KIND, "bd-rpt-ihz-aangifte-2025.xsd"),
        (xbrl(), ErrorCode.NO_PERIOD, ""),
        (xbrl(context(start="2025-02-30")), ErrorCode.BAD_PERIOD, "2025-02-30"),
        (xbrl(context(start="Q1")), ErrorCode.BAD_PERIOD, "Q1"),
        (xbrl(context(end="2024-12-31")), ErrorCode.BAD_PERIOD, "2025-01-01 - 2024-12-31"),
        (xbrl(context(start="0001-01-01")), ErrorCode.BAD_PERIOD, "0001-01-01 - 2025-03-31"),
        (xbrl(context(identifier=" ")), ErrorCode.NO_IDENTIFIER, "www.belastingdienst.nl/omzetbelastingnummer"),
        (xbrl(context(scheme="http://www.kvk.nl/kvk-id")), ErrorCode.NO_IDENTIFIER, "http://www.kvk.nl/kvk-id"),
        (xbrl(context(identifier="1" * 21)), ErrorCode.BAD_IDENTIFIER, "1" * 21),
    ],
)
def test_what_cannot_be_read_has_its_own_code(content: bytes, code: ErrorCode, found: str) -> None:
    error = refusal(content)

    assert (error.code, error.found) == (code, found)


def test_a_document_above_the_bound_is_refused() -> None:
    with pytest.raises(XbrlError) as caught:
        read_document(vat_return({}), max_bytes=10)

    assert caught.value.code is ErrorCode.TOO_LARGE


@pytest.mark.parametrize(
    "entry_point",
    ["bd-rpt-ob-aangifte-2031.xsd", "BD-RPT-OB-AANGIFTE-2020.XSD", "bd-rpt-ob-aangifte.xsd"],
)
def test_the_kind_follows_from_the_entry_point(entry_point: str) -> None:
    assert read_document(xbrl(context(), entry_point=entry_point)).kind == "BTW"


def test_a_second_schema_reference_may_be_the_one_of_ours() -> None:
    content = xbrl(context()).replace(b"<link:schemaRef", b'<link:schemaRef xlink:href="a/own.xsd"/><link:schemaRef', 1)

    assert read_document(content).kind == "BTW"


@pytest.mark.parametrize(
    ("end", "read"),
    [
        ("2025-03-31T23:59:59", date(2025, 3, 31)),
        ("2025-04-01T00:00:00", date(2025, 3, 31)),  # midnight at the end of a period closes the day before
        (" 2025-03-31 ", date(2025, 3, 31)),
        ("2025-03-31Z", date(2025, 3, 31)),
    ],
)
def test_a_period_may_carry_a_time(end: str, read: date) -> None:
    assert read_document(xbrl(context(end=end))).period_end == read


@pytest.mark.parametrize("scheme", ["", "http://www.belastingdienst.nl/omzetbelastingnummer", "x"])
def test_deviating_schemes_of_the_vat_number_are_tolerated(scheme: str) -> None:
    assert read_document(xbrl(context(scheme=scheme))).identifier == "001000079B08"


def test_encodings_and_byte_order_marks_make_no_difference() -> None:
    text = fixture("btw-2026-q1-nil.xbrl").decode()
    expected = read_document(text.encode())

    assert read_document(text.encode("utf-8-sig")) == expected
    assert read_document(text.replace('"UTF-8"', '"UTF-16"').encode("utf-16")) == expected
    assert read_document(text.replace('"UTF-8"', '"ISO-8859-1"').encode("iso-8859-1")) == expected


def test_every_code_has_its_own_explanation() -> None:
    assert set(EXPLANATIONS) == set(ErrorCode)
    with override("en"):
        texts = {str(explain(code, "X")) for code in ErrorCode}
    assert len(texts) == len(ErrorCode)
    assert not any("{" in text for text in texts)


def test_the_explanation_names_what_was_found() -> None:
    with override("en"):
        text = str(refusal(fixture("other-audit-opinion.xbrl")).explanation)

    assert text == ("This is another kind of document, which cannot be processed here: nba-rpt-controleverklaring.xsd.")


def test_foreign_text_is_bounded_and_printable() -> None:
    name = "x" * 500

    assert printable("a\u202e\x07\n b{found}%s") == "a b{found}%s"
    assert printable(name) == f"{'x' * 99}…"
    assert len(refusal(f"<{name}/>".encode()).found) == 100
