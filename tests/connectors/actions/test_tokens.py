"""Tokens: one per environment, device and user; the text comes back once and fits the digest that is kept."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from connectors import tokens
from connectors.actions import tokens as actions
from connectors.models import AppConnector, Environment, Token
from portal.errors import ConfirmationNeededError, DomainError
from portal.models import Role, User
from tests.factories import AppConnectorFactory, EnvironmentFactory, SystemUserFactory, TokenFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def app_connector(environment: Environment) -> AppConnector:
    made: AppConnector = AppConnectorFactory(environment=environment, description="SnelStart koppeling")
    return made


@pytest.fixture
def member(app_connector: AppConnector) -> User:
    """A member of the connector's group without a token: the one of another connector with the same group."""
    other = AppConnectorFactory(environment=app_connector.environment, group=app_connector.group)
    user: User = TokenFactory(app_connector=other, customer_environment="").user
    return user


def test_a_token_comes_back_once_as_text_and_stays_as_a_digest(
    app_connector: AppConnector, member: User, beheerder: User
) -> None:
    token, text = actions.create_token(
        app_connector=app_connector,
        user=member,
        device="Server",
        customer_environment="O67890AA",
        acting_user=beheerder,
    )

    data = tokens.read_text(text)
    assert (bytes(token.digest), token.hint) == (tokens.digest(data), data[-4:])
    assert (token.user, token.device, token.customer_environment) == (member, "Server", "O67890AA")
    assert (token.created_by, token.expires_at, token.deleted_at) == (beheerder, None, None)


def test_a_token_expires_after_the_validity_period_of_its_connector(
    app_connector: AppConnector, member: User, beheerder: User
) -> None:
    app_connector.token_validity_days = 365

    token, _text = actions.create_token(
        app_connector=app_connector, user=member, device="Server", acting_user=beheerder
    )

    assert token.expires_at == token.created_at + timedelta(days=365)


def test_one_token_per_device_and_user(app_connector: AppConnector, member: User, beheerder: User) -> None:
    actions.create_token(app_connector=app_connector, user=member, device="Server", acting_user=beheerder)

    with pytest.raises(DomainError) as refusal:
        actions.create_token(app_connector=app_connector, user=member, device="Server", acting_user=beheerder)

    assert refusal.value.field == "device"
    assert app_connector.tokens.count() == 1


def test_a_user_outside_the_group_gets_no_token(app_connector: AppConnector, beheerder: User) -> None:
    with pytest.raises(DomainError) as refusal:
        actions.create_token(
            app_connector=app_connector, user=SystemUserFactory(), device="Server", acting_user=beheerder
        )

    assert refusal.value.field == "user"
    assert app_connector.group.name in str(refusal.value)


def test_a_blocked_user_gets_no_token(app_connector: AppConnector, member: User, beheerder: User) -> None:
    User.objects.filter(pk=member.pk).update(is_active=False)
    member.refresh_from_db()

    with pytest.raises(DomainError) as refusal:
        actions.create_token(app_connector=app_connector, user=member, device="Server", acting_user=beheerder)

    assert refusal.value.field == "user"


def test_a_token_needs_a_device(app_connector: AppConnector, member: User, beheerder: User) -> None:
    with pytest.raises(DomainError) as refusal:
        actions.create_token(app_connector=app_connector, user=member, device=" ", acting_user=beheerder)

    assert refusal.value.field == "device"


@pytest.mark.parametrize("typed", ["O67890AA", "o67890aa", " o67890 aa "])
def test_an_environment_code_is_taken_as_people_type_it(environment: Environment, typed: str) -> None:
    assert actions.clean_customer_environment(typed, accountancy=environment) == "O67890AA"


@pytest.mark.parametrize("typed", ["67890", "O6789AA", "X67890AA", "O67890A1", "O67890AAB", "O67890AA\u0660"])
def test_a_code_of_another_form_is_refused(environment: Environment, typed: str) -> None:
    with pytest.raises(DomainError) as refusal:
        actions.clean_customer_environment(typed, accountancy=environment)

    assert refusal.value.field == "customer_environment"


def test_the_accountancy_environment_is_not_its_own_customer(environment: Environment) -> None:
    with pytest.raises(DomainError, match="O12345AB") as refusal:
        actions.clean_customer_environment("o12345ab", accountancy=environment)

    assert refusal.value.field == "customer_environment"


def test_a_second_live_token_for_a_customer_is_confirmed_first(
    app_connector: AppConnector, member: User, beheerder: User
) -> None:
    existing = TokenFactory(app_connector=app_connector, customer_environment="O67890AA")
    create = partial(
        actions.create_token,
        app_connector=app_connector,
        user=member,
        device="Server",
        customer_environment="O67890AA",
        acting_user=beheerder,
    )

    with pytest.raises(ConfirmationNeededError) as doubt:
        create()
    made, _text = create(confirmed=True)

    assert doubt.value.field == "customer_environment"
    assert existing.hint in str(doubt.value)
    assert made.customer_environment == "O67890AA"


def test_a_deleted_token_does_not_stand_in_the_way(app_connector: AppConnector, member: User, beheerder: User) -> None:
    first, _text = actions.create_token(
        app_connector=app_connector,
        user=member,
        device="Server",
        customer_environment="O67890AA",
        acting_user=beheerder,
    )
    actions.delete_token(token=first, acting_user=beheerder)

    second, _text = actions.create_token(
        app_connector=app_connector,
        user=member,
        device="Server",
        customer_environment="O67890AA",
        acting_user=beheerder,
    )

    assert second.pk != first.pk


def test_deleting_keeps_the_row_with_when_and_by_whom(app_connector: AppConnector, beheerder: User) -> None:
    token = TokenFactory(app_connector=app_connector)

    deleted = actions.delete_token(token=token, acting_user=beheerder)

    kept = Token.objects.get(pk=token.pk)
    assert kept.deleted_at == deleted.deleted_at is not None
    assert kept.deleted_by == beheerder
    assert bytes(kept.digest) == bytes(token.digest)


def test_deleting_twice_says_who_did_it_first(app_connector: AppConnector, beheerder: User) -> None:
    token = TokenFactory(app_connector=app_connector)
    actions.delete_token(token=token, acting_user=beheerder)

    with pytest.raises(DomainError, match=beheerder.name):
        actions.delete_token(token=token, acting_user=beheerder)


def test_replacing_deletes_the_old_and_makes_its_successor(app_connector: AppConnector, beheerder: User) -> None:
    old = TokenFactory(app_connector=app_connector)

    new, text = actions.replace_token(token=old, acting_user=beheerder)

    old.refresh_from_db()
    assert old.deleted_at is not None
    assert (new.user, new.device, new.customer_environment) == (old.user, old.device, old.customer_environment)
    assert bytes(new.digest) == tokens.digest(tokens.read_text(text)) != bytes(old.digest)


def test_a_token_that_cannot_be_replaced_is_not_deleted(app_connector: AppConnector, beheerder: User) -> None:
    token = TokenFactory(app_connector=app_connector)
    app_connector.group.members.filter(user=token.user).delete()

    with pytest.raises(DomainError) as refusal:
        actions.replace_token(token=token, acting_user=beheerder)

    token.refresh_from_db()
    assert (refusal.value.field, token.deleted_at) == ("user", None)


def test_a_second_customer_environment_gets_a_user_and_a_token_of_its_own(
    app_connector: AppConnector, beheerder: User
) -> None:
    first = TokenFactory(app_connector=app_connector, customer_environment="O67890AA")

    second, text = actions.create_second_customer_environment(
        app_connector=app_connector, customer_environment="o55555bb", acting_user=beheerder
    )

    assert second.customer_environment == "O55555BB"
    assert second.user != first.user
    assert second.user.username == "12345.SNELSTART-KOPPELING-O55555BB"
    assert second.user.memberships.get().role == Role.SYSTEM
    assert app_connector.group.members.filter(user=second.user).exists()
    assert bytes(second.digest) == tokens.digest(tokens.read_text(text))


@pytest.mark.parametrize("code", ["", "12345", "O12345AB"])
def test_a_second_customer_environment_needs_a_code_of_its_own(
    app_connector: AppConnector, beheerder: User, code: str
) -> None:
    before = User.objects.count()

    with pytest.raises(DomainError) as refusal:
        actions.create_second_customer_environment(
            app_connector=app_connector, customer_environment=code, acting_user=beheerder
        )

    assert refusal.value.field == "customer_environment"
    assert User.objects.count() == before


def test_a_customer_that_has_a_token_is_no_second_one(app_connector: AppConnector, beheerder: User) -> None:
    TokenFactory(app_connector=app_connector, customer_environment="O67890AA")

    with pytest.raises(ConfirmationNeededError):
        actions.create_second_customer_environment(
            app_connector=app_connector, customer_environment="O67890AA", acting_user=beheerder
        )

    assert app_connector.tokens.count() == 1


def test_a_token_of_another_environment_is_no_obstacle(app_connector: AppConnector, beheerder: User) -> None:
    TokenFactory(app_connector__environment=EnvironmentFactory(), customer_environment="O67890AA")

    made, _text = actions.create_second_customer_environment(
        app_connector=app_connector, customer_environment="O67890AA", acting_user=beheerder
    )

    assert made.environment == app_connector.environment
