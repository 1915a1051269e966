"""The ZIP report package (XBRL Report Package 1.0): bounded, and only what a report needs is unpacked.

Nothing is written to disk. Of the archive only `META-INF/reportPackage.json` and the files under `reports/`
are ever read, each through a bounded read: the sizes that an archive states about itself are not believed.
"""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath

from messaging.xbrl.errors import ErrorCode, XbrlError

MAX_ENTRIES = 1_000
MAX_TOTAL_BYTES = 50 * 2**20
MAX_REPORTS = 10
MAX_RATIO = 200  # XHTML compresses 10 to 20 times; a bomb a thousand times
_RATIO_FREE_BYTES = 2**20  # small files may be as repetitive as they like

_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")  # of a first entry; of an archive without entries
_DIRECTORY_SIGNATURE = b"PK\x01\x02"
_REPORT_SUFFIXES = frozenset({".xhtml", ".html", ".htm", ".xbrl", ".xml"})
_COMPRESSIONS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_MAX_MANIFEST_BYTES = 64 * 1024
# zipfile lets all of these through for archives that are damaged, encrypted or of an unknown version.
_ARCHIVE_ERRORS = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError)


def is_package(content: bytes) -> bool:
    """Whether the content is a ZIP file."""
    return content.startswith(_SIGNATURES)


def read_reports(content: bytes, *, max_report_bytes: int) -> Iterator[bytes]:
    """The reports of the package in the order of their names. Raises `XbrlError`."""
    # Counted before zipfile builds an object for every entry.
    if content.count(_DIRECTORY_SIGNATURE) > MAX_ENTRIES:
        raise XbrlError(ErrorCode.PACKAGE_TOO_LARGE, f"> {MAX_ENTRIES} files")
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = _checked_entries(archive)
            _check_manifest(archive, entries)
            for entry in _report_entries(entries):
                yield _read(archive, entry, max_report_bytes)
    except _ARCHIVE_ERRORS as error:
        raise XbrlError(ErrorCode.BAD_PACKAGE, type(error).__name__) from None


def _checked_entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise XbrlError(ErrorCode.BAD_PACKAGE, "duplicate names")
    for entry in entries:
        if _is_path_trick(entry):
            raise XbrlError(ErrorCode.BAD_PACKAGE, f"path {entry.filename}")
        if entry.flag_bits & 0x1:
            raise XbrlError(ErrorCode.BAD_PACKAGE, "encrypted")
        if entry.file_size > _RATIO_FREE_BYTES and entry.file_size > MAX_RATIO * entry.compress_size:
            raise XbrlError(ErrorCode.PACKAGE_TOO_LARGE, f"{entry.file_size} bytes")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL_BYTES:
        raise XbrlError(ErrorCode.PACKAGE_TOO_LARGE, f"{total} bytes")
    return entries


def _is_path_trick(entry: zipfile.ZipInfo) -> bool:
    """A name that leaves the archive when somebody unpacks it. We do not, but its sender is not honest."""
    name = getattr(entry, "orig_filename", entry.filename)
    return (
        name.startswith("/")
        or any(sign in name for sign in ("\\", ":", "\0"))
        or ".." in PurePosixPath(name).parts
        or (entry.external_attr >> 16) & 0o170000 == 0o120000  # a symbolic link
    )


def _check_manifest(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """`META-INF/reportPackage.json` may be missing (a plain `.zip` package), but must not say something else."""
    for entry in entries:
        if _inside(entry) == ("meta-inf", "reportpackage.json"):
            try:
                manifest = json.loads(_read(archive, entry, _MAX_MANIFEST_BYTES))
                document_type = manifest["documentInfo"]["documentType"]
            except (ValueError, KeyError, TypeError, RecursionError):
                raise XbrlError(ErrorCode.BAD_PACKAGE, "reportPackage.json") from None
            if "report-package" not in str(document_type):
                raise XbrlError(ErrorCode.BAD_PACKAGE, str(document_type)[:200])


def _report_entries(entries: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    reports = [entry for entry in entries if _is_report(entry)]
    if not reports:
        raise XbrlError(ErrorCode.NO_REPORT)
    if len(reports) > MAX_REPORTS:
        raise XbrlError(ErrorCode.PACKAGE_TOO_LARGE, f"{len(reports)} reports")
    return sorted(reports, key=lambda entry: entry.filename)


def _is_report(entry: zipfile.ZipInfo) -> bool:
    """`reports/x.xhtml`, or one folder deeper (the set of one report); not what lies deeper still."""
    inside = _inside(entry)
    return 2 <= len(inside) <= 3 and inside[0] == "reports" and PurePosixPath(inside[-1]).suffix in _REPORT_SUFFIXES


def _inside(entry: zipfile.ZipInfo) -> tuple[str, ...]:
    """The path below the package's one top folder, in lower case; some programs leave that folder out.

    The standard spells the names as we do, but programs that pack on Windows write `Reports/` too.
    """
    parts = PurePosixPath(entry.filename.lower()).parts
    return parts if parts[:1] in (("meta-inf",), ("reports",)) else parts[1:]


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    if entry.compress_type not in _COMPRESSIONS:
        raise XbrlError(ErrorCode.BAD_PACKAGE, "compression")
    with archive.open(entry) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise XbrlError(ErrorCode.PACKAGE_TOO_LARGE, f"> {limit} bytes")
    return content
