"""Every code that the readers give has words."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from messaging.xbrl import Finding
from messaging.xbrl.btw import RETURN_RUBRIEKEN, SUPPLETIE_RUBRIEKEN
from messaging.xbrl.kvk import FIGURES as FIGURE_ELEMENTS
from messaging.xbrl.labels import FIGURES, RUBRIEKEN, SECTIONS, describe_finding, describe_place


def test_every_rubriek_has_words_and_stands_in_one_section_in_form_order() -> None:
    codes = [rubriek.code for rubriek in RETURN_RUBRIEKEN] + [rubriek.code for rubriek in SUPPLETIE_RUBRIEKEN[-3:]]

    assert [code for section in SECTIONS for code in section.rubrieken] == codes
    assert list(RUBRIEKEN) == codes


def test_every_key_figure_has_words() -> None:
    assert list(FIGURES) == list(FIGURE_ELEMENTS)


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (Finding("failed_sum", "5a", 12190, -2200), "5a: the sum is 12.190, the document states -2.200."),
        (Finding("failed_sum", "5g", 5), "5g: the sum is 5, the document does not state it."),
        (
            Finding("failed_sum", "total_new", 5, 6),
            "New total amount: the sum is 5, the document states 6.",
        ),
        (
            Finding("conflicting_values", "supplies", 5, 6),
            "Intra-Community supplies: stated twice, as 5 and as 6; the first is shown.",
        ),
        (
            Finding("outside_context", "1a", found=7),
            "1a: an amount of 7 is about another period or organisation; it is left out.",
        ),
        (Finding("other_currency", "1a", found=7), "1a: 7 is not stated in euros."),
        (
            Finding("incomplete_row", "services", found=7),
            "Intra-Community services: a row of 7 lacks the country or the VAT number of the customer.",
        ),
        (Finding("no_amounts"), "The document states not one amount; a nil return states zeros."),
        (Finding("several_identifiers", found=2), "The document mentions 2 different organisations."),
        (Finding("several_reports", found=2), "The report package contains 2 reports; the first is shown."),
    ],
)
def test_a_finding_is_one_sentence(finding: Finding, words: str) -> None:
    with override("en"):
        assert str(describe_finding(finding)) == words


def test_an_unknown_place_is_shown_as_its_code() -> None:
    assert describe_place("9z") == "9z"
