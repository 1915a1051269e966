"""How the portal writes values for people: Dutch forms in every language of the screen. Pure, plain text out."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils import dateformat, timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

NOTHING = "–"  # noqa: RUF001  # an en dash stands for "no value", so that an empty cell is not taken for a fault
MINUS = "−"  # noqa: RUF001  # the real minus sign is as wide as a digit; a hyphen is not
NO_BREAK = "\u00a0"


def euro(amount: int | Decimal | None) -> str:
    """Return an amount in euros as `€ 1.234`, negative with the real minus sign, without a value as an en dash.

    Amounts of returns are whole euros; cents are written only when there are any, and nothing is ever rounded away.
    """
    if amount is None or amount == "":
        return NOTHING
    value = Decimal(amount)
    if value == value.to_integral_value():
        digits = f"{abs(int(value)):,}"
    else:
        digits = f"{abs(value):,.2f}" if value == round(value, 2) else f"{abs(value):,f}"
    dutch = digits.translate(str.maketrans(",.", ".,"))
    return f"€{NO_BREAK}{MINUS if value < 0 else ''}{dutch}"


def number(value: int | None) -> str:
    """Return a count as `10.000`."""
    return NOTHING if value is None else f"{value:,}".replace(",", ".")


def datetime_nl(value: dt.datetime | dt.date | None) -> str:
    """Return a moment as `22-11-2026 14:03` in the portal's time zone, and a day as `22-11-2026`."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, dt.datetime):
        moment = timezone.localtime(value) if timezone.is_aware(value) else value
        return moment.strftime("%d-%m-%Y %H:%M")
    return value.strftime("%d-%m-%Y")


def seconds_nl(value: dt.datetime | None) -> str:
    """Return a moment with its seconds, `22-11-2026 14:03:22`, for logs where the order within a minute matters."""
    if value is None:
        return NOTHING
    return f"{datetime_nl(value)}:{value:%S}"


def period(start: dt.date | None, end: dt.date | None) -> str:
    """Return a period in words: a whole year, quarter or month by its name, any other by its first and last day."""
    if start is None or end is None:
        return NOTHING
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    whole = start.day == 1 and (end + dt.timedelta(days=1)).day == 1
    if whole and months == 1:
        return dateformat.format(start, "F Y")
    if whole and months == 3 and start.month % 3 == 1:
        return _("quarter %(quarter)d of %(year)d") % {"quarter": start.month // 3 + 1, "year": start.year}
    if whole and months == 12 and start.month == 1:
        return str(start.year)
    return _("%(start)s to %(end)s") % {"start": datetime_nl(start), "end": datetime_nl(end)}


def groups_of_eight(reference: str | None) -> list[str]:
    """Split a log reference or message id (32 hex characters) into groups of eight, in capitals."""
    plain = (reference or "").replace("-", "").upper()
    return [plain[start : start + 8] for start in range(0, len(plain), 8)]


def duration(value: dt.timedelta | int | float | None) -> str:
    """Return a length of time (a timedelta, or seconds) in words with one unit: `3 hours`."""
    if value is None:
        return NOTHING
    length = value if isinstance(value, dt.timedelta) else dt.timedelta(seconds=value)
    if length < dt.timedelta(minutes=1):
        return _("less than a minute")
    now = timezone.now()
    return timesince(now - length, now, depth=1)


def age(moment: dt.datetime | None) -> str:
    """Return how long ago a moment was, in words with one unit: `3 hours`. Shown beside the exact moment only."""
    return NOTHING if moment is None else duration(timezone.now() - moment)


def printable(text: str, longest: int) -> str:
    """Bound a stranger's text and take out what has no place on a line (PostgreSQL refuses NUL)."""
    text = text[:longest]
    return text if text.isprintable() else "".join(sign if sign.isprintable() else " " for sign in text)
