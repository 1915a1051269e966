"""Numbers of organisations as people type them, and what looks like a natural person's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils.translation import override

from messaging.numbers import parse_number
from portal.errors import DomainError


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """What a rule says is told apart by its source text."""
    with override("en"):
        yield


@pytest.mark.parametrize(
    ("scheme", "typed", "kept"),
    [
        ("btw", "001234567B01", "001234567B01"),
        ("btw", " NL 0012.34.567.b01 ", "001234567B01"),
        ("kvk", "0123 4567", "01234567"),
    ],
)
def test_a_number_is_kept_in_one_form(scheme: str, typed: str, kept: str) -> None:
    assert parse_number(scheme, typed) == kept


@pytest.mark.parametrize(
    ("scheme", "typed", "word"),
    [
        ("btw", "123456782", "BSN"),
        ("btw", "12345678", "BSN"),
        ("btw", "NL1234.56.782", "BSN"),
        ("kvk", "123456782", "BSN"),
        ("kvk", "1234567", "spreadsheet"),
        ("btw", "DE811569869", "001234567B01"),
        ("btw", "\u0661\u0662\u0663456789B01", "001234567B01"),
        ("kvk", "", "eight digits"),
    ],
)
def test_another_value_is_refused_in_words_that_help(scheme: str, typed: str, word: str) -> None:
    with pytest.raises(DomainError) as refusal:
        parse_number(scheme, typed)

    assert (refusal.value.field, word in str(refusal.value)) == ("number", True)
