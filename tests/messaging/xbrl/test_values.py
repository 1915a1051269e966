"""From the text of a fact to a value."""

from __future__ import annotations

from datetime import datetime

import pytest

from messaging.xbrl.values import (
    clean_text,
    normalise_customer_number,
    normalise_kvk_number,
    normalise_vat_number,
    parse_created_at,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("202011151254", datetime(2020, 11, 15, 12, 54)),  # noqa: DTZ001  # the document gives no zone
        (" 20201115125430 ", datetime(2020, 11, 15, 12, 54, 30)),  # noqa: DTZ001
        ("2020-11-15T12:54:00+01:00", datetime(2020, 11, 15, 12, 54)),  # noqa: DTZ001
        ("202013151254", None),
        ("gisteren", None),
        ("", None),
    ],
)
def test_the_time_of_creation_is_naive_or_left_out(text: str, expected: datetime | None) -> None:
    assert parse_created_at(text) == expected


@pytest.mark.parametrize("text", ["001000044B37", "NL001000044B37", "nl 0010.00.044.b37", "NL-001000044-B37"])
def test_deviating_forms_of_a_vat_number_are_one_number(text: str) -> None:
    assert normalise_vat_number(text) == "001000044B37"


@pytest.mark.parametrize("text", ["00000123", " 0000.0123 ", "0000 0123"])
def test_deviating_forms_of_a_kvk_number_are_one_number(text: str) -> None:
    assert normalise_kvk_number(text) == "00000123"


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("DE999999999", "DE", "999999999"),
        ("DE999999999", "BE", "DE999999999"),
        ("gr 999.999.991", "EL", "999999991"),
        ("ATU99999999", "AT", "U99999999"),
        ("x" * 90, "", "X" * 20),
    ],
)
def test_a_customers_number_goes_without_its_country(text: str, country: str, expected: str) -> None:
    assert normalise_customer_number(text, country) == expected


def test_names_are_one_bounded_line_without_control_signs() -> None:
    assert clean_text(" De \n Graaf\u202e\x00 ") == "De Graaf"
    assert clean_text("é" * 999) == "é" * 200
