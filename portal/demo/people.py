"""The people of the demo, with passwords of this installation's own."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from itertools import count

from django.conf import settings

from connectors.models import Environment
from portal.models import Membership, Role, User
from portal.passwords import first_acceptable

_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"


@dataclass(frozen=True)
class Person:
    """A demo login; `role` as it is reported, a member's role or what the person is on the whole platform."""

    role: str
    username: str
    name: str
    is_support: bool = False
    is_staff: bool = False
    is_superuser: bool = False


PEOPLE = (
    Person("beheerder", "beheerder", "Jan de Beheerder"),
    Person("behandelaar", "behandelaar", "Bea Handelaar"),
    Person("support", "support", "Sam Support", is_support=True),
    Person("auditor", "auditor", "Aukje Auditor", is_staff=True),
    Person("superuser", "superuser", "Sofie Superuser", is_staff=True, is_superuser=True),
)


def ensure_people() -> dict[str, User]:
    """Make the demo's people where they are missing, and return them by role."""
    return {person.role: _ensure(person) for person in PEOPLE}


def add_members(environment: Environment, people: dict[str, User]) -> None:
    """Give the demo's people their roles in an environment."""
    for role in (Role.BEHEERDER, Role.BEHANDELAAR, Role.AUDITOR):
        Membership.objects.get_or_create(user=people[role], environment=environment, defaults={"role": role})


def demo_password(person: Person) -> str:
    """Return a demo user's password: the same each time on this installation, another on any other.

    It is derived from the installation's secret key, so that nothing has to keep it.
    """
    user = User(username=person.username, name=person.name, email=_email(person))
    return first_acceptable((_derive(f"demo password of {person.username}" + "." * turn) for turn in count()), user)


def _derive(purpose: str) -> str:
    digest = hmac.digest(settings.SECRET_KEY.encode(), purpose.encode(), "sha256")
    syllables = [
        _CONSONANTS[high % len(_CONSONANTS)] + _VOWELS[low % len(_VOWELS)]
        for high, low in zip(digest[0:18:2], digest[1:18:2], strict=True)
    ]
    return "-".join("".join(syllables[start : start + 3]) for start in range(0, 9, 3))


def _email(person: Person) -> str:
    return f"{person.username}@example.test"


def _ensure(person: Person) -> User:
    user, _made = User.objects.get_or_create(
        username=person.username,
        defaults={
            "name": person.name,
            "email": _email(person),
            "is_support": person.is_support,
            "is_staff": person.is_staff,
            "is_superuser": person.is_superuser,
        },
    )
    password = demo_password(person)
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password", "password_changed_at"])
    return user
