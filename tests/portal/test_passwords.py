"""Passwords that the portal makes are held to the rules for people's own."""

from __future__ import annotations

from itertools import repeat

import pytest
from django.core.exceptions import ValidationError

from portal.models import User
from portal.passwords import first_acceptable

BEA = User(username="bea", email="beatrijs.handelaar@kantoor.example")


def test_the_first_that_the_rules_take_is_chosen() -> None:
    fitting = "K7QW-9XPM-H4DZ-T6GB"

    assert first_acceptable(["password", "beatrijs.handelaar@kantoor", fitting, "V3RT-8LKD-C2WF-N5YH"], BEA) == fitting


def test_rules_that_take_none_are_not_asked_for_ever() -> None:
    with pytest.raises(ValidationError):
        first_acceptable(repeat("password"), BEA)
