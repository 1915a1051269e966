"""User groups: who is in them decides which app connectors take their tokens (DOMAIN 1b)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from connectors.actions.users import lock_environment
from connectors.models import Environment, GroupMember, UserGroup
from portal.errors import DomainError
from portal.models import Membership, User


@transaction.atomic
def create_group(*, environment: Environment, name: str, acting_user: User) -> UserGroup:
    """Make an empty group. Raises `DomainError` when the environment has one of this name."""
    _check_name_is_free(environment, name)
    return UserGroup.objects.create(environment=environment, name=name)


@transaction.atomic
def rename_group(*, group: UserGroup, name: str, acting_user: User) -> UserGroup:
    """Give a group another name. Raises `DomainError` when the environment has one of this name."""
    _check_name_is_free(group.environment, name, besides=group)
    group.name = name
    group.save(update_fields=["name"])
    return group


@transaction.atomic
def authorise(*, group: UserGroup, membership: Membership, acting_user: User) -> GroupMember:
    """Put a user in a group: the app connectors of the group take the user's tokens from now on.

    Who is in it already stays in it. The database holds both to one environment.
    """
    member, _created = GroupMember.objects.get_or_create(
        group=group, user_id=membership.user_id, defaults={"environment_id": membership.environment_id}
    )
    return member


@transaction.atomic
def withdraw(*, member: GroupMember, acting_user: User) -> None:
    """Take a user out of a group: its app connectors refuse the user's tokens from now on."""
    member.delete()


def _check_name_is_free(environment: Environment, name: str, *, besides: UserGroup | None = None) -> None:
    lock_environment(environment)
    same = UserGroup.objects.filter(environment=environment, name__iexact=name)
    if besides:
        same = same.exclude(pk=besides.pk)
    if same.exists():
        raise DomainError(_("This environment has a group of this name already. Choose another name."), field="name")
