"""App connectors: what is made, and what is refused with which words beside which field."""

from __future__ import annotations

import pytest

from connectors.actions import app_connectors as actions
from connectors.models import AppConnector, Connector, ConnectorGrant, Environment, UserGroup
from portal.errors import ConfirmationNeededError, DomainError
from portal.models import User
from tests.factories import AppConnectorFactory, EnvironmentFactory, TokenFactory, UserGroupFactory

pytestmark = pytest.mark.django_db


def test_made_by_hand_it_starts_blocked_with_a_group_of_its_own_name(environment: Environment, beheerder: User) -> None:
    made = actions.create_app_connector(environment=environment, description="SnelStart", acting_user=beheerder)

    assert (made.description, made.blocked, made.group.name) == ("SnelStart", True, "SnelStart")
    assert made.environment == made.group.environment == environment


def test_it_can_use_a_group_that_exists(environment: Environment, beheerder: User) -> None:
    group = UserGroupFactory(environment=environment)

    made = actions.create_app_connector(
        environment=environment, description="SnelStart", group=group, acting_user=beheerder
    )

    assert made.group == group
    assert [*UserGroup.objects.all()] == [group]


@pytest.mark.parametrize("taken", ["SnelStart", "snelstart"])
def test_a_description_is_used_once_in_an_environment(environment: Environment, beheerder: User, taken: str) -> None:
    AppConnectorFactory(environment=environment, description=taken)

    with pytest.raises(DomainError) as refusal:
        actions.create_app_connector(environment=environment, description="SnelStart", acting_user=beheerder)

    assert refusal.value.field == "description"
    assert AppConnector.objects.count() == 1


def test_another_environment_may_use_the_same_description(environment: Environment, beheerder: User) -> None:
    AppConnectorFactory(description="SnelStart")

    actions.create_app_connector(environment=environment, description="SnelStart", acting_user=beheerder)

    assert environment.app_connectors.count() == 1


def test_a_new_group_does_not_take_the_name_of_another(environment: Environment, beheerder: User) -> None:
    UserGroupFactory(environment=environment, name="SnelStart")

    with pytest.raises(DomainError) as refusal:
        actions.create_app_connector(environment=environment, description="SnelStart", acting_user=beheerder)

    assert refusal.value.field == "group"
    assert not AppConnector.objects.exists()


def test_a_group_of_another_environment_is_refused(environment: Environment, beheerder: User) -> None:
    with pytest.raises(DomainError) as refusal:
        actions.create_app_connector(
            environment=environment, description="SnelStart", group=UserGroupFactory(), acting_user=beheerder
        )

    assert refusal.value.field == "group"


def test_an_empty_description_is_refused(environment: Environment, beheerder: User) -> None:
    with pytest.raises(DomainError) as refusal:
        actions.create_app_connector(environment=environment, description=" ", acting_user=beheerder)

    assert refusal.value.field == "description"


def _update(app_connector: AppConnector, acting_user: User, **changes: object) -> AppConnector:
    values = {
        "description": app_connector.description,
        "group": app_connector.group,
        "blocked": app_connector.blocked,
        "token_validity_days": app_connector.token_validity_days,
        **changes,
    }
    return actions.update_app_connector(app_connector=app_connector, acting_user=acting_user, **values)  # type: ignore[arg-type]  # a mix of types by name


def test_the_tab_general_is_saved(environment: Environment, beheerder: User) -> None:
    app_connector = AppConnectorFactory(environment=environment)

    _update(app_connector, beheerder, description="Exact", blocked=True, token_validity_days=365)

    saved = AppConnector.objects.get(pk=app_connector.pk)
    assert (saved.description, saved.blocked, saved.token_validity_days) == ("Exact", True, 365)


def test_a_connector_may_keep_its_own_description_but_not_take_anothers(
    environment: Environment, beheerder: User
) -> None:
    AppConnectorFactory(environment=environment, description="Exact")
    app_connector = AppConnectorFactory(environment=environment, description="SnelStart")

    _update(app_connector, beheerder, description="Snelstart")
    with pytest.raises(DomainError) as refusal:
        _update(app_connector, beheerder, description="Exact")

    assert refusal.value.field == "description"
    assert AppConnector.objects.get(pk=app_connector.pk).description == "Snelstart"


def test_a_group_that_would_shut_out_live_tokens_is_confirmed_first(beheerder: User, environment: Environment) -> None:
    token = TokenFactory(app_connector__environment=environment)
    group = UserGroupFactory(environment=environment)

    with pytest.raises(ConfirmationNeededError) as doubt:
        _update(token.app_connector, beheerder, group=group)
    _update(token.app_connector, beheerder, group=group, confirmed=True)

    assert doubt.value.field == "group"
    assert token.user.username in str(doubt.value)
    assert AppConnector.objects.get(pk=token.app_connector.pk).group == group


def test_a_connector_that_never_had_a_token_can_go(environment: Environment, beheerder: User) -> None:
    app_connector = AppConnectorFactory(environment=environment)

    actions.delete_app_connector(app_connector=app_connector, acting_user=beheerder)

    assert not AppConnector.objects.exists()
    assert UserGroup.objects.filter(environment=environment).count() == 1


def test_a_connector_that_ever_had_a_token_stays(environment: Environment, beheerder: User) -> None:
    token = TokenFactory(app_connector__environment=environment)

    with pytest.raises(DomainError):
        actions.delete_app_connector(app_connector=token.app_connector, acting_user=beheerder)

    assert AppConnector.objects.count() == 1


def test_a_connector_is_granted_once_however_often_it_is_asked(environment: Environment, beheerder: User) -> None:
    app_connector = AppConnectorFactory(environment=environment)

    for _attempt in range(2):
        actions.grant_connector(app_connector=app_connector, connector=Connector.COMM_SVC, acting_user=beheerder)

    assert [grant.connector for grant in app_connector.grants.all()] == ["CommSvcConnector"]


def test_a_granted_connector_is_taken_off_the_list(environment: Environment, beheerder: User) -> None:
    app_connector = AppConnectorFactory(environment=environment)
    grant = actions.grant_connector(app_connector=app_connector, connector=Connector.COMM_SVC, acting_user=beheerder)

    actions.revoke_connector(grant=grant, acting_user=beheerder)

    assert not ConnectorGrant.objects.exists()


def test_two_environments_do_not_see_each_others_names(beheerder: User, environment: Environment) -> None:
    other = EnvironmentFactory()
    UserGroupFactory(environment=other, name="SnelStart")

    made = actions.create_app_connector(environment=environment, description="SnelStart", acting_user=beheerder)

    assert made.group.environment == environment
