from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from portal import formats


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (1234, "€\u00a01.234"),
        (-1234, "€\u00a0\u22121.234"),
        (0, "€\u00a00"),
        (1234567, "€\u00a01.234.567"),
        (Decimal("12.50"), "€\u00a012,50"),
        (Decimal("-0.5"), "€\u00a0\u22120,50"),
        (Decimal("0.125"), "€\u00a00,125"),
        (None, "\u2013"),
    ],
)
def test_amounts_are_written_in_dutch_form_and_never_rounded(amount: int | Decimal | None, text: str) -> None:
    assert formats.euro(amount) == text


def test_moments_are_shown_in_the_time_of_amsterdam() -> None:
    moment = dt.datetime(2026, 7, 1, 22, 30, 5, tzinfo=dt.UTC)

    assert formats.datetime_nl(moment) == "02-07-2026 00:30"
    assert formats.seconds_nl(moment) == "02-07-2026 00:30:05"
    assert formats.datetime_nl(dt.date(2026, 7, 1)) == "01-07-2026"
    assert formats.datetime_nl(None) == "\u2013"


def test_log_references_are_split_in_groups_of_eight() -> None:
    assert formats.groups_of_eight("3a4c91f00b7d4e2a9c5510e8d1a0f3d1") == [
        "3A4C91F0",
        "0B7D4E2A",
        "9C5510E8",
        "D1A0F3D1",
    ]
    assert formats.groups_of_eight(None) == []


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (dt.date(2026, 7, 1), dt.date(2026, 9, 30), "quarter 3 of 2026"),
        (dt.date(2024, 2, 1), dt.date(2024, 2, 29), "February 2024"),
        (dt.date(2026, 1, 1), dt.date(2026, 12, 31), "2026"),
        (dt.date(2026, 2, 1), dt.date(2026, 4, 30), "01-02-2026 to 30-04-2026"),
        (dt.date(2026, 7, 2), dt.date(2026, 9, 30), "02-07-2026 to 30-09-2026"),
        (None, dt.date(2026, 9, 30), "\u2013"),
    ],
)
def test_periods_are_named_only_when_they_are_whole(start: dt.date | None, end: dt.date, text: str) -> None:
    with translation.override("en"):
        assert formats.period(start, end) == text


def test_durations_are_words_with_one_unit() -> None:
    with translation.override("en"):
        assert formats.duration(dt.timedelta(hours=3, minutes=20)) == "3\u00a0hours"
        assert formats.duration(59) == "less than a minute"
        assert formats.duration(None) == "\u2013"
