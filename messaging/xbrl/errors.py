"""Why a document could not be read: one error type, one code per reason, one explanation per code.

A message whose document cannot be read goes to status 40. What is stored beside it is the code and `found`;
the words are made when a person looks at them, in that person's language.
"""

from __future__ import annotations

import re
from enum import StrEnum

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

_MAX_FOUND = 100
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\u00a1-\u024f\u20ac]+")


class ErrorCode(StrEnum):
    """The reasons, stable: they are stored."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNSAFE_XML = "unsafe_xml"
    NOT_XML = "not_xml"
    NOT_XBRL = "not_xbrl"
    NO_ENTRY_POINT = "no_entry_point"
    OTHER_KIND = "other_kind"
    NO_PERIOD = "no_period"
    BAD_PERIOD = "bad_period"
    NO_IDENTIFIER = "no_identifier"
    BAD_IDENTIFIER = "bad_identifier"
    BAD_AMOUNT = "bad_amount"
    BAD_PACKAGE = "bad_package"
    PACKAGE_TOO_LARGE = "package_too_large"
    NO_REPORT = "no_report"


EXPLANATIONS: dict[ErrorCode, StrPromise] = {
    ErrorCode.EMPTY: _("The message contains no document."),
    ErrorCode.TOO_LARGE: _("The document is too large or too complex to read ({found})."),
    ErrorCode.UNSAFE_XML: _(
        "The document contains a DOCTYPE. That is never part of an XBRL document and is refused because it can "
        "be used to attack the reader."
    ),
    ErrorCode.NOT_XML: _("The document is not readable XML ({found})."),
    ErrorCode.NOT_XBRL: _("This is not an XBRL document, but: {found}."),
    ErrorCode.NO_ENTRY_POINT: _("The document does not say of what kind it is: the schemaRef is missing."),
    ErrorCode.OTHER_KIND: _("This is another kind of document, which cannot be processed here: {found}."),
    ErrorCode.NO_PERIOD: _("The document does not state a period with a start date and an end date."),
    ErrorCode.BAD_PERIOD: _("The period in the document is not readable: {found}."),
    ErrorCode.NO_IDENTIFIER: _("The document does not state the number of the organisation ({found})."),
    ErrorCode.BAD_IDENTIFIER: _("The number of the organisation is not readable: {found}."),
    ErrorCode.BAD_AMOUNT: _("An amount in the document is not a whole number of euros: {found}."),
    ErrorCode.BAD_PACKAGE: _("The ZIP file is not a readable report package ({found})."),
    ErrorCode.PACKAGE_TOO_LARGE: _("The ZIP file unpacks to more than can be processed ({found})."),
    ErrorCode.NO_REPORT: _("The report package contains no report in its folder reports."),
}


class XbrlError(Exception):
    """The document cannot be read. `found` is a bounded, printable trace of what was there instead."""

    def __init__(self, code: ErrorCode, found: str = "") -> None:
        self.code = code
        self.found = printable(found)
        super().__init__(f"{code}: {self.found}" if self.found else str(code))

    @property
    def explanation(self) -> StrPromise:
        """The reason in words for the assessor, translated when it is shown."""
        return explain(self.code, self.found)


def explain(code: str, found: str = "") -> StrPromise:
    """The words for a stored code and `found`. ValueError for a code that does not exist."""
    return format_lazy(EXPLANATIONS[ErrorCode(code)], found=found or _("nothing"))


def printable(text: str, limit: int = _MAX_FOUND) -> str:
    """Foreign text fit for a screen or a log line: one line, no control or direction signs, bounded."""
    cleaned = _UNPRINTABLE.sub(" ", text[: limit * 4])
    cleaned = " ".join(cleaned.split())
    return cleaned if len(cleaned) <= limit else f"{cleaned[: limit - 1].rstrip()}…"
