"""The wizard's Voltooien: everything or nothing."""

from __future__ import annotations

import pytest

from connectors import tokens
from connectors.actions.one_go import check_in_one_go, create_connector_in_one_go
from connectors.models import AppConnector, Environment, Token, UserGroup
from portal.errors import DomainError
from portal.models import Membership, Role, User
from tests.factories import AppConnectorFactory, UserGroupFactory

pytestmark = pytest.mark.django_db


def test_connector_group_system_user_and_token_are_made_in_one_go(environment: Environment, beheerder: User) -> None:
    made = create_connector_in_one_go(
        environment=environment,
        description="SnelStart koppeling",
        customer_environment="o67890aa",
        acting_user=beheerder,
    )

    connector, token = AppConnector.objects.get(), Token.objects.get()
    assert (connector.description, connector.blocked, connector.group.name) == (
        "SnelStart koppeling",
        False,
        "SnelStart koppeling",
    )
    assert (made.app_connector, made.group, made.group_is_new, made.token) == (connector, connector.group, True, token)
    assert (made.user.username, made.user.kind) == ("12345.SNELSTART-KOPPELING", User.Kind.SYSTEM)
    assert not made.user.has_usable_password()
    assert Membership.objects.get(user=made.user).role == Role.SYSTEM
    assert [member.user for member in connector.group.members.all()] == [made.user]
    assert (token.user, token.device, token.customer_environment) == (made.user, "SnelStart koppeling", "O67890AA")
    assert bytes(token.digest) == tokens.digest(tokens.read_text(made.secret))


def test_without_a_token_the_connector_starts_blocked(environment: Environment, beheerder: User) -> None:
    made = create_connector_in_one_go(
        environment=environment, description="SnelStart", with_token=False, acting_user=beheerder
    )

    assert (made.app_connector.blocked, made.token, made.secret) == (True, None, "")
    assert not Token.objects.exists()


def test_an_existing_group_is_joined(environment: Environment, beheerder: User) -> None:
    group = UserGroupFactory(environment=environment)

    made = create_connector_in_one_go(
        environment=environment, description="SnelStart", group=group, acting_user=beheerder
    )

    assert (made.group, made.group_is_new) == (group, False)
    assert group.members.get().user == made.user


def test_the_user_name_is_kept_unique(environment: Environment, beheerder: User) -> None:
    names = [
        create_connector_in_one_go(
            environment=environment, description=description, acting_user=beheerder
        ).user.username
        for description in ("Snel Start", "Snel-Start", "会計")
    ]

    assert names == ["12345.SNEL-START", "12345.SNEL-START-2", "12345.SYSTEM"]


@pytest.mark.parametrize(
    ("description", "customer_environment", "field"),
    [("Bestaat al", "", "description"), ("Groep", "", "group"), ("Nieuw", "O12345AB", "customer_environment")],
)
def test_what_is_refused_leaves_nothing_behind(
    environment: Environment, beheerder: User, description: str, customer_environment: str, field: str
) -> None:
    AppConnectorFactory(environment=environment, description="Bestaat al")
    UserGroupFactory(environment=environment, name="Groep")
    before = (AppConnector.objects.count(), UserGroup.objects.count(), User.objects.count())
    wanted = {"environment": environment, "description": description, "customer_environment": customer_environment}

    with pytest.raises(DomainError) as early:
        check_in_one_go(**wanted, group=None)  # type: ignore[arg-type]  # a mix of types by name
    with pytest.raises(DomainError) as refusal:
        create_connector_in_one_go(**wanted, acting_user=beheerder)  # type: ignore[arg-type]  # a mix of types by name

    assert early.value.field == refusal.value.field == field
    assert (AppConnector.objects.count(), UserGroup.objects.count(), User.objects.count()) == before


def test_the_result_never_writes_the_token_in_a_log(environment: Environment, beheerder: User) -> None:
    made = create_connector_in_one_go(environment=environment, description="SnelStart", acting_user=beheerder)

    assert tokens.read_text(made.secret) not in repr(made)
