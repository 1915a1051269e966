"""The ZIP report package: bounded, no path tricks, only reports are read."""

from __future__ import annotations

import json
import zipfile

import pytest

from messaging.xbrl import ErrorCode, Finding, XbrlError, read_document
from tests.messaging.xbrl.documents import fixture, package, vat_return

INLINE = fixture("kvk-2024-small.xhtml")
TOP = "zeilmakerij-2024"
MANIFEST = json.dumps({"documentInfo": {"documentType": "https://xbrl.org/report-package/2023/xbri"}}).encode()
FILES = {
    f"{TOP}/META-INF/reportPackage.json": MANIFEST,
    f"{TOP}/META-INF/catalog.xml": b"<never-read",
    f"{TOP}/www.zeilmakerij-noord.test/schema.xsd": b"<never-read",
    f"{TOP}/reports/jaarrekening/zeilmakerij.html": INLINE,
}


def refusal(content: bytes) -> XbrlError:
    with pytest.raises(XbrlError) as caught:
        read_document(content)
    return caught.value


def test_the_report_in_the_package_is_read() -> None:
    assert read_document(package(FILES)) == read_document(INLINE)


@pytest.mark.parametrize(
    "name",
    [
        f"{TOP}/reports/a.xhtml",
        "reports/a.xhtml",
        f"{TOP}/reports/set/a.XBRL",
        f"{TOP}/Reports/a.XHTML",
        "REPORTS/a.html",
    ],
)
def test_the_report_may_lie_in_reports_or_one_folder_deeper(name: str) -> None:
    assert read_document(package({name: INLINE})).identifier == "00000123"


@pytest.mark.parametrize("name", ["a.xhtml", f"{TOP}/a.xhtml", f"{TOP}/reports/a/b/c.xhtml", f"{TOP}/reports/a.css"])
def test_a_package_without_a_report_is_refused(name: str) -> None:
    assert refusal(package({name: INLINE})).code is ErrorCode.NO_REPORT


def test_an_empty_archive_is_refused() -> None:
    assert refusal(package({})).code is ErrorCode.NO_REPORT


def test_of_two_reports_the_first_is_shown_and_a_finding_says_so() -> None:
    document = read_document(package({**FILES, f"{TOP}/reports/z.xbrl": fixture("kvk-2024-micro.xbrl")}))

    assert document.findings == (Finding("several_reports", found=2),)
    assert document.accounts is not None
    assert document.accounts.name == "Zeilmakerij Noord B.V."


def test_a_page_of_the_set_without_tags_does_not_hide_the_report() -> None:
    cover = b'<html xmlns="http://www.w3.org/1999/xhtml"/>'

    assert read_document(package({f"{TOP}/reports/a.html": cover, f"{TOP}/reports/b.html": INLINE})).findings == ()


def test_when_no_report_can_be_read_the_first_reason_is_given() -> None:
    assert refusal(package({f"{TOP}/reports/a.html": b"<!DOCTYPE html><html/>"})).code is ErrorCode.UNSAFE_XML


def test_a_tax_return_does_not_come_in_a_package() -> None:
    assert refusal(package({"reports/a.xbrl": vat_return({})})).code is ErrorCode.OTHER_KIND


@pytest.mark.parametrize(
    "manifest",
    [b"{", b"[]", b'{"documentInfo": {"documentType": "https://example.test/other"}}', b"[" * 60_000, b"\xff"],
)
def test_a_manifest_that_says_something_else_is_refused(manifest: bytes) -> None:
    error = refusal(package({**FILES, f"{TOP}/META-INF/reportPackage.json": manifest}))

    assert error.code is ErrorCode.BAD_PACKAGE


def test_a_manifest_in_other_letters_is_looked_at_too() -> None:
    files = {"meta-inf/REPORTPACKAGE.json": b"{", "reports/a.html": INLINE}

    assert refusal(package(files)).code is ErrorCode.BAD_PACKAGE


@pytest.mark.parametrize(
    "name",
    ["../reports/a.html", "/reports/a.html", "x/../../reports/a.html", "C:/reports/a.html", "x\\..\\a.html"],
)
def test_names_that_lead_out_of_the_archive_are_refused(name: str) -> None:
    error = refusal(package({**FILES, name: INLINE}))

    assert (error.code, error.found) == (ErrorCode.BAD_PACKAGE, f"path {name}")


def test_a_symbolic_link_is_refused() -> None:
    link = zipfile.ZipInfo(f"{TOP}/reports/link.html")
    link.external_attr = 0o120777 << 16

    assert refusal(package({**FILES, link: b"/etc/hostname"})).code is ErrorCode.BAD_PACKAGE  # type: ignore[dict-item]  # writestr takes both


def test_a_bomb_is_refused_by_its_ratio() -> None:
    assert refusal(package({"reports/a.html": b" " * (20 * 2**20)})).code is ErrorCode.PACKAGE_TOO_LARGE


def test_a_bomb_beside_the_report_is_refused_too() -> None:
    error = refusal(package({**FILES, f"{TOP}/big.bin": b"\0" * (2 * 2**20)}))

    assert error.code is ErrorCode.PACKAGE_TOO_LARGE


def test_a_size_that_lies_is_not_believed() -> None:
    content = package({"reports/a.html": b" " * (3 * 2**20)})
    size = (3 * 2**20).to_bytes(4, "little")

    assert refusal(content.replace(size, (100).to_bytes(4, "little"))).code in {
        ErrorCode.BAD_PACKAGE,
        ErrorCode.EMPTY,
    }


def test_a_report_above_the_bound_of_documents_is_refused() -> None:
    content = package({"reports/a.html": INLINE})

    with pytest.raises(XbrlError) as caught:
        read_document(content, max_bytes=len(content))

    assert caught.value.code is ErrorCode.PACKAGE_TOO_LARGE


def test_thousands_of_entries_are_refused_before_they_are_listed() -> None:
    error = refusal(package({f"x/{number}": b"" for number in range(1_001)}, zipfile.ZIP_STORED))

    assert (error.code, error.found) == (ErrorCode.PACKAGE_TOO_LARGE, "> 1000 files")


def test_many_reports_are_refused() -> None:
    error = refusal(package({f"reports/{number}.html": INLINE for number in range(11)}))

    assert (error.code, error.found) == (ErrorCode.PACKAGE_TOO_LARGE, "11 reports")


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_compression_is_refused(compression: int) -> None:
    assert refusal(package({"reports/a.html": INLINE}, compression)).code is ErrorCode.BAD_PACKAGE


def test_an_encrypted_package_is_refused() -> None:
    content = bytearray(package({"reports/a.html": INLINE}))
    content[content.index(b"PK\x01\x02") + 8] |= 1

    assert refusal(bytes(content)).code is ErrorCode.BAD_PACKAGE


def test_a_truncated_package_is_refused() -> None:
    assert refusal(package(FILES)[:-30]).code is ErrorCode.BAD_PACKAGE


def test_a_damaged_report_is_refused() -> None:
    content = bytearray(package(FILES))
    content[content.index(b"zeilmakerij.html") + 60] ^= 0xFF

    assert refusal(bytes(content)).code in {ErrorCode.BAD_PACKAGE, ErrorCode.NOT_XML}


def test_duplicate_names_are_refused() -> None:
    content = package({"reports/a.html": INLINE, "reports/b.html": INLINE}).replace(b"b.html", b"a.html")

    assert refusal(content).code is ErrorCode.BAD_PACKAGE
