"""From the text of a fact to a value: amounts, dates, numbers, names. Tolerant where real files are odd."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from messaging.xbrl.errors import ErrorCode, XbrlError, printable

MAX_TEXT = 200  # characters that are kept of a name or reference; the taxonomy's longest is 200

# Twelve digits: the taxonomy allows ten, and the total of the longest listing still fits a bigint.
_AMOUNT = re.compile(r"([+-]?)([0-9]{1,12})(?:\.0{0,10})?", re.ASCII)
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T([0-9:.]{5,15})(?:Z|[+-][0-9]{2}:[0-9]{2})?|Z)?", re.ASCII)
_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Z]+")
_CREATED_AT_FORMS = {12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


def parse_amount(text: str, name: str) -> int | None:
    """Whole euros; None for an empty fact. `123.00`, `123.` and `+123` are 123; anything else is `BAD_AMOUNT`.

    Cents are refused, not rounded: the form asks for whole euros, and what is approved must be what is sent.
    """
    stripped = text.strip()
    if not stripped:
        return None
    match = _AMOUNT.fullmatch(stripped)
    if match is None:
        raise XbrlError(ErrorCode.BAD_AMOUNT, f"{name} {printable(stripped, 40)}")
    return -int(match[2]) if match[1] == "-" else int(match[2])


def parse_date(text: str, *, end: bool = False) -> date:
    """A date of a period. XBRL 2.1 allows a time too; as the end, midnight closes the day before."""
    match = _DATE.fullmatch(text.strip())
    try:
        day = date.fromisoformat(match[1] if match else "")
    except ValueError:
        raise XbrlError(ErrorCode.BAD_PERIOD, text) from None
    closes_day_before = end and match is not None and match[2] and not match[2].strip("0:.")
    return day - timedelta(days=1) if closes_day_before and day > date.min else day


def parse_created_at(text: str) -> datetime | None:
    """`DateTimeCreation`: `yyyymmddHHMM` (also with seconds, or ISO 8601), naive. None when unreadable."""
    stripped = text.strip()
    form = _CREATED_AT_FORMS.get(len(stripped))
    try:
        if form and stripped.isdecimal() and stripped.isascii():
            return datetime.strptime(stripped, form)  # noqa: DTZ007  # the document gives no zone
        return datetime.fromisoformat(stripped).replace(tzinfo=None)
    except ValueError:
        return None


def clean_text(text: str, limit: int = MAX_TEXT) -> str:
    """A name, a number or a reference on one line, without control characters, bounded."""
    line = " ".join(text[: limit * 4].split())
    if not line.isprintable():
        line = "".join(character for character in line if character.isprintable())
    return line[:limit]


def normalise_vat_number(text: str) -> str:
    """A Dutch btw-nummer as organisations are matched by it: `NL 0010.00.044.b37` is `001000044B37`."""
    compact = _NOT_ALPHANUMERIC.sub("", text.upper()[: MAX_TEXT * 4])
    return compact.removeprefix("NL")


def normalise_kvk_number(text: str) -> str:
    """A KvK-nummer: digits, without the spaces and dots that people put in."""
    return _NOT_ALPHANUMERIC.sub("", text.upper()[: MAX_TEXT * 4])


def normalise_country(text: str) -> str:
    """An EU country code. Greece is `EL` for VAT; programs that know ISO 3166 only say `GR`."""
    code = _NOT_ALPHANUMERIC.sub("", text.upper()[:MAX_TEXT])[:2]
    return "EL" if code == "GR" else code


def normalise_customer_number(text: str, country: str) -> str:
    """A customer's VAT number without its country code, spaces, dots and dashes; bounded."""
    compact = _NOT_ALPHANUMERIC.sub("", text.upper()[:MAX_TEXT])[:20]
    prefixes = ("EL", "GR") if country == "EL" else (country,)
    for prefix in prefixes:
        if prefix and compact.startswith(prefix):
            return compact[len(prefix) :]
    return compact
