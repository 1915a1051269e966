"""Every action, by every role, in every kind of step: who may, and what keeps the others."""

from __future__ import annotations

import itertools

import pytest

from messaging.models.workflows import StepAction
from messaging.rights import Obstacle, Person, Place, obstacle
from portal.models import Role
from portal.permissions import ASSESS

ROLES = [Role.BEHEERDER, Role.BEHANDELAAR, Role.AUDITOR]
FLAGS = [*itertools.product([False, True], repeat=5)]


def _expected(person: Person, place: Place, action: StepAction) -> Obstacle | None:
    """Say the rule in other words: the first of these that holds."""
    holds = {
        Obstacle.READS_ONLY: person.role == Role.AUDITOR,
        Obstacle.NOT_OFFERED: action not in place.actions,
        Obstacle.OTHER_ROLE: (person.role, place.role) == (Role.BEHANDELAAR, Role.BEHEERDER),
        Obstacle.OUTSIDE_GROUP: place.has_group and not person.in_group,
        Obstacle.FOUR_EYES: place.four_eyes and person.has_vouched,
        Obstacle.QUESTION_OPEN: place.question_open,
    }
    return next((found for found, it_does in holds.items() if it_does), None)


@pytest.mark.parametrize("action", StepAction)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("for_role", sorted(ASSESS))
@pytest.mark.parametrize("offered", [True, False])
def test_who_may_do_what(action: StepAction, role: Role, for_role: Role, offered: bool) -> None:
    actions = frozenset({action}) if offered else frozenset(StepAction) - {action}
    for has_group, in_group, four_eyes, has_vouched, question_open in FLAGS:
        person = Person(role, in_group=in_group, has_vouched=has_vouched)
        place = Place(for_role, actions, has_group=has_group, four_eyes=four_eyes, question_open=question_open)

        assert obstacle(person, place, action) is _expected(person, place, action)


@pytest.mark.parametrize("action", StepAction)
@pytest.mark.parametrize("role", ROLES)
def test_nobody_acts_on_what_waits_nowhere(action: StepAction, role: Role) -> None:
    keeps = obstacle(Person(role), None, action)

    assert keeps is (Obstacle.READS_ONLY if role == Role.AUDITOR else Obstacle.NOT_WAITING)
