"""Whether the period of a message is one that people file over. Pure."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from messaging.kinds import MessageKind

_LONGEST_FINANCIAL_YEAR = 24  # months; the law allows a first year that long


class OddPeriod(StrEnum):
    """What is odd about a period."""

    NOT_OVER = "not_over"
    NOT_USUAL = "not_usual"


def odd_about(kind: str, start: dt.date, end: dt.date, *, received: dt.date) -> list[OddPeriod]:
    """Return what is odd about a period, for a message that was received on a day.

    A VAT return is over a month, a quarter or a year; a listing also over two months of a quarter; a supplement over
    any whole months of one year; annual accounts over a financial year.
    """
    odd = [OddPeriod.NOT_OVER] if end >= received else []
    return odd if _is_usual(kind, start, end) else [*odd, OddPeriod.NOT_USUAL]


def _is_usual(kind: str, start: dt.date, end: dt.date) -> bool:
    if (end + dt.timedelta(days=1)).day != 1 or (start.day != 1 and kind != MessageKind.KVK):
        return False
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    match kind:
        case MessageKind.KVK:
            return months <= _LONGEST_FINANCIAL_YEAR
        case MessageKind.SUP:
            return start.year == end.year
        case MessageKind.ICP if months == 2:
            return start.month % 3 == 1
    return months == 1 or (months == 3 and start.month % 3 == 1) or (months == 12 and start.month == 1)
