"""An entry of the communication log in words."""

from __future__ import annotations

import pytest

from connectors.explanations import Condition
from connectors.models import Environment
from messaging.refusals import checks, explain
from tests.messaging.entries import entry_of

pytestmark = pytest.mark.django_db


def test_the_checks_stop_at_the_condition_of_the_cause() -> None:
    row = [check.passed for check in checks(Condition.ADDRESS)]

    assert row == [True, True, True, True, False, None, None, None]
    assert [check.passed for check in checks(None)] == [None] * 8


@pytest.mark.parametrize(
    ("cause", "door", "text"),
    [
        ("address_not_allowlisted", "soap", "Er is een fout opgetreden bij het verzenden en ontvangen van berichten."),
        ("address_not_allowlisted", "rest", ""),
        ("token_unknown", "rest", ""),
        ("message_type_blocked", "rest", "De berichtsoort is geblokkeerd."),
        ("message_type_blocked", "soap", "De berichtsoort is geblokkeerd."),
        ("not_processable", "worker", ""),
    ],
)
def test_the_page_says_what_the_sender_saw(cause: str, door: str, text: str, environment: Environment) -> None:
    assert explain(entry_of(environment, cause=cause, door=door)).sender_text == text
