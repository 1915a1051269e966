"""System users: on whose behalf an external application calls."""

from __future__ import annotations

from itertools import chain, count

from django.db import transaction
from django.utils.text import slugify

from connectors.actions.groups import authorise
from connectors.actions.users import lock_environment
from connectors.models import Environment, UserGroup
from portal.models import Membership, Role, User

# Leaves room for a number within the 150 characters of a user name.
_LONGEST = 120
_NAMELESS = "SYSTEM"


@transaction.atomic
def add_system_user(*, environment: Environment, name: str, acting_user: User) -> Membership:
    """Make a user on whose behalf an app connector calls: it owns tokens, has no password and can never sign in."""
    lock_environment(environment)
    user = User(kind=User.Kind.SYSTEM, name=name, username=free_system_username(environment, name))
    user.set_unusable_password()
    user.save()
    return Membership.objects.create(user=user, environment=environment, role=Role.SYSTEM)


@transaction.atomic
def create_system_user(*, group: UserGroup, name: str, acting_user: User) -> User:
    """Make a system user of the group's environment, and put it in the group."""
    membership = add_system_user(environment=group.environment, name=name, acting_user=acting_user)
    authorise(group=group, membership=membership, acting_user=acting_user)
    return membership.user


def free_system_username(environment: Environment, name: str) -> str:
    """Return the first free user name for a system user: the participant number and the name in capitals,
    `12345.SNELSTART-KOPPELING`, with a number behind it when that is taken."""
    stem = f"{environment.participant_number}.{slugify(name).upper()[:_LONGEST].strip('-_') or _NAMELESS}"
    found = User.objects.filter(username__istartswith=stem).values_list("username", flat=True)
    taken = {username.upper() for username in found}
    candidates = chain([stem], (f"{stem}-{number}" for number in count(2)))
    return next(candidate for candidate in candidates if candidate.upper() not in taken)
