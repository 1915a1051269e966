"""Users of an environment: who is added, what they may be, and who cannot be shut out or sent away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth import authenticate
from django.utils import timezone, translation

from connectors.actions import users as actions
from connectors.models import Environment, GroupMember
from portal.errors import DomainError
from portal.models import Membership, Role, User
from tests.factories import (
    AppConnectorFactory,
    EnvironmentFactory,
    MembershipFactory,
    SystemUserFactory,
    TokenFactory,
    UserFactory,
)
from tests.secrets import places_with

pytestmark = pytest.mark.django_db

ONLY_YOU = "You are the only administrator of this environment. Make somebody else administrator first."


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def _add(environment: Environment, acting_user: User, **given: str) -> actions.AddedPerson:
    person = {"email": "eva@kantoor.test", "name": "Eva Jansen", "username": "eva", "role": Role.BEHANDELAAR, **given}
    return actions.add_person(
        environment=environment,
        email=person["email"],
        name=person["name"],
        username=person["username"],
        role=Role(person["role"]),
        acting_user=acting_user,
    )


def _refusal(**arguments: object) -> DomainError:
    action = arguments.pop("action")
    with pytest.raises(DomainError) as refusal:
        action(**arguments)  # type: ignore[operator]  # one of the actions
    return refusal.value


def test_a_new_person_signs_in_with_the_first_password(environment: Environment, beheerder: User) -> None:
    added = _add(environment, beheerder)

    assert authenticate(username="eva", password=added.password) == added.membership.user
    assert (added.membership.environment, added.membership.role) == (environment, Role.BEHANDELAAR)
    assert (added.membership.user.kind, added.membership.user.email) == (User.Kind.PERSON, "eva@kantoor.test")


def test_the_first_password_is_kept_nowhere(environment: Environment, beheerder: User) -> None:
    added = _add(environment, beheerder)

    assert places_with(added.password) == []
    assert added.password not in repr(added)


def test_who_has_an_account_is_added_by_e_mail_and_nothing_of_it_changes(
    environment: Environment, beheerder: User
) -> None:
    known = UserFactory(username="eva-elders", name="Eva Elders", email="Eva@Kantoor.test")

    added = _add(environment, beheerder, name="Iemand Anders", username="anders")

    known.refresh_from_db()
    assert added == actions.AddedPerson(Membership.objects.get(user=known, environment=environment))
    assert (known.username, known.name) == ("eva-elders", "Eva Elders")
    assert not User.objects.filter(username="anders").exists()


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"name": ""}, "name", "Nobody has an account with this e-mail address yet: fill in the name of the person."),
        ({"username": ""}, "username", "Nobody has an account with this e-mail address yet: fill in a user name."),
        ({"username": "BEHEERDER"}, "username", "Somebody else has this user name. Choose another."),
        (
            {"role": Role.SYSTEM},
            "role",
            "Choose what this person may do: administrator, assessor or auditor.",
        ),
        (
            {"email": "beheerder@example.test"},
            "email",
            "This person is a user of this environment already.",
        ),
    ],
)
def test_a_person_is_not_added(
    environment: Environment, beheerder: User, given: dict[str, str], field: str, words: str
) -> None:
    before = User.objects.count()

    with pytest.raises(DomainError) as refusal:
        _add(environment, beheerder, **given)

    assert (refusal.value.field, str(refusal.value)) == (field, words)
    assert User.objects.count() == before


def test_a_role_is_changed(environment: Environment, beheerder: User, behandelaar: User) -> None:
    membership = behandelaar.memberships.get()

    actions.change_role(membership=membership, role=Role.AUDITOR, acting_user=beheerder)

    membership.refresh_from_db()
    assert membership.role == Role.AUDITOR


def test_a_system_user_gets_no_role(environment: Environment, beheerder: User) -> None:
    membership = MembershipFactory(user=SystemUserFactory(), environment=environment, role=Role.SYSTEM)

    refusal = _refusal(action=actions.change_role, membership=membership, role=Role.BEHEERDER, acting_user=beheerder)

    assert str(refusal) == "A system user has no role: it can only own tokens."


def test_a_person_does_not_become_a_system_user(environment: Environment, beheerder: User, auditor: User) -> None:
    membership = auditor.memberships.get()

    refusal = _refusal(action=actions.change_role, membership=membership, role=Role.SYSTEM, acting_user=beheerder)

    assert refusal.field == "role"


def test_the_last_administrator_keeps_the_role(environment: Environment, beheerder: User) -> None:
    blocked = MembershipFactory(environment=environment, user=UserFactory(is_active=False))
    membership = beheerder.memberships.get()

    refusal = _refusal(action=actions.change_role, membership=membership, role=Role.AUDITOR, acting_user=beheerder)

    assert (refusal.field, str(refusal)) == ("role", ONLY_YOU)
    assert blocked.role == Role.BEHEERDER


def test_the_last_administrator_stays(environment: Environment, beheerder: User) -> None:
    membership = beheerder.memberships.get()

    refusal = _refusal(action=actions.remove_from_environment, membership=membership, acting_user=beheerder)

    assert str(refusal) == ONLY_YOU
    assert beheerder.memberships.count() == 1


def test_the_only_administrator_is_named_to_somebody_else(
    environment: Environment, beheerder: User, superuser: User
) -> None:
    membership = beheerder.memberships.get()

    refusal = _refusal(action=actions.remove_from_environment, membership=membership, acting_user=superuser)

    assert str(refusal).startswith("This is the only administrator of this environment.")


def test_one_of_two_administrators_may_go(environment: Environment, beheerder: User) -> None:
    MembershipFactory(environment=environment)

    actions.remove_from_environment(membership=beheerder.memberships.get(), acting_user=beheerder)

    assert not beheerder.memberships.exists()
    assert User.objects.filter(pk=beheerder.pk).exists()


def test_a_user_is_blocked_and_let_in_again(environment: Environment, beheerder: User, behandelaar: User) -> None:
    membership = behandelaar.memberships.get()

    actions.block_user(membership=membership, acting_user=beheerder)
    blocked = User.objects.get(pk=behandelaar.pk).is_active
    actions.unblock_user(membership=membership, acting_user=beheerder)

    assert (blocked, User.objects.get(pk=behandelaar.pk).is_active) == (False, True)


def test_nobody_blocks_themselves(environment: Environment, beheerder: User) -> None:
    refusal = _refusal(action=actions.block_user, membership=beheerder.memberships.get(), acting_user=beheerder)

    assert str(refusal) == "You cannot block yourself. Ask another administrator."
    assert User.objects.get(pk=beheerder.pk).is_active


@pytest.mark.parametrize("action", [actions.block_user, actions.unblock_user])
def test_an_account_of_other_environments_is_not_switched_by_one_of_them(
    environment: Environment, beheerder: User, behandelaar: User, action: object
) -> None:
    MembershipFactory(user=behandelaar, environment=EnvironmentFactory())
    before = behandelaar.is_active

    refusal = _refusal(
        action=action, membership=behandelaar.memberships.get(environment=environment), acting_user=beheerder
    )

    assert str(refusal) == (
        "This account is used in other environments too, and blocking would shut it out there as well. "
        "You can remove it from this environment."
    )
    assert User.objects.get(pk=behandelaar.pk).is_active == before


@pytest.mark.parametrize("duty", ["is_staff", "is_superuser", "is_support"])
def test_who_works_for_the_portal_is_not_blocked_by_an_office(
    environment: Environment, beheerder: User, duty: str
) -> None:
    membership = MembershipFactory(environment=environment, user=UserFactory(**{duty: True}))

    refusal = _refusal(action=actions.block_user, membership=membership, acting_user=beheerder)

    assert str(refusal) == "This account also works for the portal itself. You can remove it from this environment."


def test_who_leaves_the_environment_leaves_its_groups(environment: Environment, beheerder: User) -> None:
    token = TokenFactory(app_connector=AppConnectorFactory(environment=environment))
    token.deleted_at = timezone.now()
    token.save(update_fields=["deleted_at"])

    actions.remove_from_environment(membership=token.user.memberships.get(), acting_user=beheerder)

    assert not Membership.objects.filter(user=token.user).exists()
    assert not GroupMember.objects.filter(user=token.user).exists()


def test_who_has_live_tokens_stays(environment: Environment, beheerder: User) -> None:
    token = TokenFactory(app_connector=AppConnectorFactory(environment=environment))

    with pytest.raises(actions.LiveTokensError) as refusal:
        actions.remove_from_environment(membership=token.user.memberships.get(), acting_user=beheerder)

    assert refusal.value.tokens == [token]
    assert str(refusal.value) == "This user still has tokens in use. Delete those first; after that the user can go."
    assert GroupMember.objects.filter(user=token.user).exists()


def test_a_membership_that_somebody_ended_meanwhile_is_not_changed(
    environment: Environment, beheerder: User, behandelaar: User
) -> None:
    membership = behandelaar.memberships.get()
    Membership.objects.filter(pk=membership.pk).delete()

    refusal = _refusal(action=actions.change_role, membership=membership, role=Role.AUDITOR, acting_user=beheerder)

    assert str(refusal) == "Somebody else has removed this user from the environment in the meantime."
