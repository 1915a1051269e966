"""The time to fix as support staff see it: by week and by cause, in figures and as a chart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from connectors.causes import Cause
from portal.formats import duration

WEEKS = 12

_FIGURES = """
    SELECT {key} AS key, count(*) AS refused, count(fixed_at) AS fixed,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM fixed_at - refused_at)) AS median,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM fixed_at - refused_at)) AS p90
    FROM messaging_fixtime WHERE refused_at >= %(since)s
    GROUP BY 1 ORDER BY 1
"""
_BY_WEEK = _FIGURES.format(key="date_trunc('week', refused_at AT TIME ZONE %(zone)s)::date")
_BY_CAUSE = _FIGURES.format(key="cause")


@dataclass(frozen=True)
class Figures:
    """Of the refusals of a week or a cause: how many senders were kept out, and how long until they came through."""

    refused: int
    fixed: int
    median: float | None  # seconds
    p90: float | None

    @property
    def open(self) -> int:
        return self.refused - self.fixed


@dataclass(frozen=True)
class Week:
    """A column of the chart, in the units of its drawing."""

    start: date
    figures: Figures
    x: int
    y: int
    height: int

    @property
    def end(self) -> date:
        return self.start + timedelta(days=6)

    @property
    def middle(self) -> int:
        return self.x + COLUMN // 2

    @property
    def label_y(self) -> int:
        return self.y - 6


@dataclass(frozen=True)
class OfCause:
    code: str
    text: str
    figures: Figures


COLUMN, STEP, TALLEST, FLOOR = 40, 60, 150, 180


def first_day() -> date:
    """Return the Monday on which the weeks that are shown begin."""
    today = timezone.localdate()
    return today - timedelta(days=today.weekday(), weeks=WEEKS - 1)


def by_week() -> list[Week]:
    """Return the past twelve weeks, oldest first, those without a refusal too."""
    found = _figures(_BY_WEEK)
    starts = [first_day() + timedelta(weeks=week) for week in range(WEEKS)]
    weeks = [found.get(start, Figures(0, 0, None, None)) for start in starts]
    most = max((week.median or 0 for week in weeks), default=0) or 1
    heights = [max(2, round(TALLEST * week.median / most)) if week.median else 0 for week in weeks]
    return [
        Week(start, week, 10 + STEP * place, FLOOR - height, height)
        for place, (start, week, height) in enumerate(zip(starts, weeks, heights, strict=True))
    ]


def by_cause() -> list[OfCause]:
    """Return the causes of the past twelve weeks, the slowest to be mended first."""
    lines = [OfCause(code, _text(code), figures) for code, figures in _figures(_BY_CAUSE).items()]
    return sorted(lines, key=lambda line: (line.figures.median or 0, line.figures.refused), reverse=True)


def as_text(weeks: list[Week]) -> str:
    """Say what the chart shows, for who does not see it."""
    return "; ".join(f"{week.start:%d-%m}: {duration(week.figures.median)}" for week in weeks if week.figures.fixed)


def _figures(query: str) -> dict[Any, Figures]:
    since = timezone.make_aware(datetime.combine(first_day(), time.min))
    with connection.cursor() as cursor:
        cursor.execute(query, {"since": since, "zone": timezone.get_current_timezone_name()})
        return {key: Figures(refused, fixed, median, p90) for key, refused, fixed, median, p90 in cursor.fetchall()}


def _text(code: str) -> str:
    try:
        return str(Cause.from_code(code).value.text)
    except KeyError:  # a cause of another version of this program
        return code
