"""Who may do what with a message in a step, and why not. Pure: plain values in, an obstacle or nothing out."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from portal.models import Role
from portal.permissions import ASSESS


class Obstacle(enum.Enum):
    """Why somebody may not do something with a message, in the order in which it is looked at."""

    READS_ONLY = "reads_only"  # the person's role never acts
    NOT_WAITING = "not_waiting"  # the message is not in the workflow, or in no step of it
    NOT_OFFERED = "not_offered"  # the step does not know this action: nobody may
    OTHER_ROLE = "other_role"
    OUTSIDE_GROUP = "outside_group"
    FOUR_EYES = "four_eyes"  # the person passed the message on in an earlier step
    QUESTION_OPEN = "question_open"  # the message waits for an answer: nobody may yet


@dataclass(frozen=True)
class Person:
    """Who wants to act. `in_group` and `has_vouched` are about the step: its group, and its earlier steps."""

    role: str
    in_group: bool = False
    has_vouched: bool = False


@dataclass(frozen=True)
class Place:
    """The step in which a message waits; None stands for a message that waits in no step."""

    role: str
    actions: frozenset[str]
    has_group: bool = False
    four_eyes: bool = False
    question_open: bool = False


def obstacle(person: Person, place: Place | None, action: str) -> Obstacle | None:
    """Return what keeps this person from this action; None when they may.

    A step is for one role, and administrators may always act; a group narrows that to its members, administrators too.
    """
    if person.role not in ASSESS:
        return Obstacle.READS_ONLY
    if place is None:
        return Obstacle.NOT_WAITING
    if action not in place.actions:
        return Obstacle.NOT_OFFERED
    if person.role not in (Role.BEHEERDER, place.role):
        return Obstacle.OTHER_ROLE
    if place.has_group and not person.in_group:
        return Obstacle.OUTSIDE_GROUP
    if place.four_eyes and person.has_vouched:
        return Obstacle.FOUR_EYES
    return Obstacle.QUESTION_OPEN if place.question_open else None
