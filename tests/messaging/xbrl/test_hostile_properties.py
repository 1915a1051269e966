"""Properties of the readers of pages and packages: whatever comes in, a bounded document or the named error."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.xbrl import Document, ErrorCode, XbrlError, read_document
from messaging.xbrl.document import AnnualAccounts
from messaging.xbrl.values import MAX_TEXT
from tests.messaging.xbrl.documents import fixture
from tests.messaging.xbrl.test_inline import PAGE
from tests.messaging.xbrl.test_properties import assert_read_or_refused

INLINE = fixture("kvk-2024-small.xhtml")

# What an attribute or a text may hold in a page that was made to break the reader, or by a program that is odd.
texts = st.one_of(
    st.sampled_from(["", "0", "-", "1,240", "1.240,50", "9" * 40, "31 februari 2024", "nan", "1e9", "\u202e", "١٢٣"]),
    st.text(st.characters(codec="utf-8", exclude_characters="<>&\"'", exclude_categories=("Cc", "Cs")), max_size=30),
)
names = st.sampled_from(
    ["k:LegalEntityName", "k:Equity", "k:Assets", "Equity", ":", "k:DocumentAdoptionDate", "k:DocumentAdoptionStatus"]
)
formats = st.sampled_from(
    ["ixt:num-dot-decimal", "ixt:num-comma-decimal", "ixt:fixed-zero", "ixt:date-day-monthname-year-nl", "x", ""]
)
ids = st.sampled_from(["a", "b", "c", "", "-"])


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> str:
    """Draw a tagged figure or text, nested and continued in any way, also in circles."""
    inside = draw(texts) if depth == 0 else draw(st.one_of(texts, elements(depth=depth - 1)))
    tag = draw(st.sampled_from(["nonFraction", "nonNumeric", "continuation", "exclude"]))
    attributes = {
        "name": draw(names),
        "contextRef": draw(st.sampled_from(["c", "none", ""])),
        "unitRef": draw(st.sampled_from(["E", ""])),
        "format": draw(formats),
        "scale": draw(st.one_of(st.integers(-(10**12), 10**12).map(str), st.sampled_from(["", "x", "1.5"]))),
        "sign": draw(st.sampled_from(["-", "+", ""])),
        "id": draw(ids),
        "continuedAt": draw(ids),
    }
    written = " ".join(f'{name}="{value}"' for name, value in attributes.items() if value)
    return f"<ix:{tag} {written}>{inside}</ix:{tag}>{draw(texts)}"


@settings(max_examples=400, deadline=None)
@given(st.lists(elements(), min_size=1, max_size=6))
def test_a_page_tagged_in_any_way_is_read_within_bounds(found: list[str]) -> None:
    # A text of its own, so that the page is of the KvK whatever was drawn.
    content = PAGE.format(body='<ix:nonNumeric name="k:X" contextRef="c">x</ix:nonNumeric>' + "".join(found)).encode()

    document = read_document(content)

    assert document.accounts is not None
    assert max(len(text) for text in _texts_of(document.accounts)) <= MAX_TEXT
    assert all(abs(amount) < 10**40 for amount in _amounts_of(document.accounts))
    assert Document.from_dict(json.loads(json.dumps(document.as_dict()))) == document


def _texts_of(accounts: AnnualAccounts) -> list[str]:
    return [accounts.name, accounts.legal_form, accounts.registered_office, accounts.size_class]


def _amounts_of(accounts: AnnualAccounts) -> list[int]:
    return [amount for figure in accounts.figures for amount in (figure.current, figure.previous) if amount is not None]


file_names = st.one_of(
    st.sampled_from(
        [
            "reports/a.html",
            "top/reports/set/a.xhtml",
            "Reports/A.XBRL",
            "META-INF/reportPackage.json",
            "top/META-INF/reportPackage.json",
            "../reports/a.html",
            "reports/../../a.html",
            "/reports/a.html",
            "reports/",
            "reports",
            ".",
            "..",
        ]
    ),
    st.text(st.sampled_from("ab./\\:é\u202e \n"), min_size=1, max_size=20),
)
file_contents = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([INLINE, b"", b"<html/>", b"{}", b'{"documentInfo": {"documentType": "report-package"}}']),
)


def _archive(files: list[tuple[str, bytes]], *, stored: bool) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, data in dict(files).items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return content.getvalue()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(file_names, file_contents), max_size=6), st.booleans())
def test_a_package_of_any_files_is_read_or_refused(files: list[tuple[str, bytes]], stored: bool) -> None:
    assert_read_or_refused(_archive(files, stored=stored))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_package_with_any_byte_of_its_frame_changed_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(
        _archive([("top/META-INF/reportPackage.json", b"{}"), ("top/reports/a.html", INLINE)], stored=False)
    )
    # The frame is what lies around the packed report: local headers in front, the directory behind.
    frame = [*range(140), *range(len(content) - 260, len(content))]
    for at in data.draw(st.lists(st.sampled_from(frame), min_size=1, max_size=4)):
        content[at] = data.draw(st.integers(0, 255))

    assert_read_or_refused(bytes(content))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["..", "../..", "a/..", "/", "C:", "a\\..", "..\\", "a:b", "nul\0"]),
    st.sampled_from(["/reports/a.html", "/x.txt", "/META-INF/reportPackage.json"]),
)
def test_a_name_that_leads_elsewhere_refuses_the_whole_package(way: str, rest: str) -> None:
    content = _archive([("reports/a.html", INLINE), ("x" * len(way) + rest, b"x")], stored=True)
    content = content.replace(b"x" * len(way) + rest.encode(), way.encode() + rest.encode())

    with pytest.raises(XbrlError) as caught:
        read_document(content)

    assert caught.value.code is ErrorCode.BAD_PACKAGE
