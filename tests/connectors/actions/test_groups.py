"""User groups: a name once, and authorising is putting in a group."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from connectors.actions import groups as actions
from connectors.models import Environment, GroupMember, UserGroup
from portal.errors import DomainError
from portal.models import User
from tests.factories import UserGroupFactory

pytestmark = pytest.mark.django_db


def test_a_group_begins_empty(environment: Environment, beheerder: User) -> None:
    group = actions.create_group(environment=environment, name="Koppelingen", acting_user=beheerder)

    assert (group.environment, group.name, group.members.count()) == (environment, "Koppelingen", 0)


def test_a_name_is_used_once_in_an_environment(environment: Environment, beheerder: User) -> None:
    UserGroupFactory(environment=environment, name="koppelingen")

    with pytest.raises(DomainError) as refusal:
        actions.create_group(environment=environment, name="Koppelingen", acting_user=beheerder)

    assert refusal.value.field == "name"
    assert UserGroup.objects.count() == 1


def test_another_environment_may_use_the_same_name(environment: Environment, beheerder: User) -> None:
    UserGroupFactory(name="Koppelingen")

    actions.create_group(environment=environment, name="Koppelingen", acting_user=beheerder)

    assert environment.user_groups.count() == 1


def test_a_group_is_renamed_also_in_letter_case_only(environment: Environment, beheerder: User) -> None:
    group = UserGroupFactory(environment=environment, name="koppelingen")

    actions.rename_group(group=group, name="Koppelingen", acting_user=beheerder)

    group.refresh_from_db()
    assert group.name == "Koppelingen"


def test_a_group_does_not_take_the_name_of_another(environment: Environment, beheerder: User) -> None:
    UserGroupFactory(environment=environment, name="Bezet")
    group = UserGroupFactory(environment=environment, name="Koppelingen")

    with pytest.raises(DomainError) as refusal:
        actions.rename_group(group=group, name="bezet", acting_user=beheerder)

    assert refusal.value.field == "name"
    assert UserGroup.objects.get(pk=group.pk).name == "Koppelingen"


def test_authorising_twice_is_authorising_once(environment: Environment, beheerder: User, behandelaar: User) -> None:
    group, membership = UserGroupFactory(environment=environment), behandelaar.memberships.get()

    first = actions.authorise(group=group, membership=membership, acting_user=beheerder)
    second = actions.authorise(group=group, membership=membership, acting_user=beheerder)

    assert first == second == GroupMember.objects.get(group=group)


def test_the_database_keeps_another_environments_user_out(
    environment: Environment, beheerder: User, outsider: User
) -> None:
    group = UserGroupFactory(environment=environment)

    def authorise_and_finish() -> None:
        actions.authorise(group=group, membership=outsider.memberships.get(), acting_user=beheerder)
        transaction.get_connection().check_constraints()

    with pytest.raises(IntegrityError), transaction.atomic():
        authorise_and_finish()

    assert not group.members.exists()


def test_a_user_leaves_the_group_and_stays_a_user(environment: Environment, beheerder: User) -> None:
    group = UserGroupFactory(environment=environment)
    member = actions.authorise(group=group, membership=beheerder.memberships.get(), acting_user=beheerder)

    actions.withdraw(member=member, acting_user=beheerder)

    assert (group.members.count(), beheerder.memberships.count()) == (0, 1)
