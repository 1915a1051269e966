"""The incident form: a participant number as people copy it, and addresses as they type them."""

from __future__ import annotations

import pytest
from django.utils import translation

from connectors.forms.allowlist import IncidentForm

ASKED = {"feature": "general", "profile": "accountant", "participant_number": "12345", "network": "203.0.113.7"}


@pytest.mark.parametrize("typed", ["12345", " 12345 ", "O12345AB", "o12345ab", "T12345XY"])
def test_the_whole_code_is_reduced_to_its_digits(typed: str) -> None:
    form = IncidentForm({**ASKED, "participant_number": typed})

    assert form.is_valid()
    assert form.cleaned_data["participant_number"] == "12345"


@pytest.mark.parametrize("typed", ["1234", "123456", "X12345AB", "O12345", "１２３４５"])  # noqa: RUF001  other digits
def test_what_holds_no_participant_number_is_explained(typed: str) -> None:
    form = IncidentForm({**ASKED, "participant_number": typed})

    with translation.override("en"):
        assert form.errors == {
            "participant_number": [
                "Fill in five digits, such as 12345, or the whole code of the environment, such as O12345AB."
            ]
        }


@pytest.mark.parametrize(
    ("typed", "network"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        ("203.0.113.0/28", "203.0.113.0/28"),
        ("::ffff:203.0.113.7", "203.0.113.7/32"),
        ("2001:db8::/48", "2001:db8::/48"),
    ],
)
def test_an_address_is_read_as_a_network(typed: str, network: str) -> None:
    form = IncidentForm({**ASKED, "network": typed})

    assert form.is_valid()
    assert str(form.cleaned_data["network"]) == network


def test_a_range_that_begins_in_its_middle_gets_a_suggestion() -> None:
    form = IncidentForm({**ASKED, "network": "203.0.113.7/28"})

    with translation.override("en"):
        assert form.errors["network"] == [
            "This range begins at 203.0.113.0/28. Enter that, or the single address without a slash."
        ]


@pytest.mark.parametrize(
    ("address", "asks"), [("127.0.0.1", True), ("203.0.113.7", False), ("geen adres", False), ("", False)]
)
def test_only_an_address_inside_a_network_is_asked_about(address: str, asks: bool) -> None:
    assert IncidentForm(initial={"network": address}).asks_about_local is asks
