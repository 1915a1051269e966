"""IP restrictions: what a rule does to who is calling already is said before it does it."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from connectors.actions.ip_rules import add_ip_rule, locked_out_without, remove_ip_rule
from connectors.models import AppConnector, Environment, IpRule, Token
from portal.errors import ConfirmationNeededError, DomainError
from portal.models import User
from tests.factories import AppConnectorFactory, TokenFactory

ALLOW, EXCLUDE = IpRule.Action.ALLOW, IpRule.Action.EXCLUDE

pytestmark = pytest.mark.django_db


@pytest.fixture
def app_connector(environment: Environment) -> AppConnector:
    made: AppConnector = AppConnectorFactory(environment=environment)
    return made


def _add(
    app_connector: AppConnector, user: User, action: IpRule.Action, network: str, *, confirmed: bool = False
) -> IpRule:
    return add_ip_rule(
        app_connector=app_connector,
        action=action,
        network=ip_network(network),
        acting_user=user,
        confirmed=confirmed,
    )


def _use(app_connector: AppConnector, address: str) -> Token:
    token: Token = TokenFactory(app_connector=app_connector, last_used_address=address)
    return token


def test_a_rule_is_added_with_its_note(app_connector: AppConnector, beheerder: User) -> None:
    add_ip_rule(
        app_connector=app_connector,
        action=ALLOW,
        network=ip_network("192.0.2.0/28"),
        note="Kantoor",
        acting_user=beheerder,
    )

    rule = app_connector.ip_rules.get()
    assert (rule.action, str(rule.network), rule.note) == ("allow", "192.0.2.0/28", "Kantoor")


@pytest.mark.parametrize("action", [ALLOW, EXCLUDE])
def test_an_address_has_one_rule(app_connector: AppConnector, beheerder: User, action: IpRule.Action) -> None:
    _add(app_connector, beheerder, EXCLUDE, "192.0.2.7/32")

    with pytest.raises(DomainError) as refusal:
        _add(app_connector, beheerder, action, "192.0.2.7/32")

    assert refusal.value.field == "network"
    assert app_connector.ip_rules.count() == 1


def test_an_allow_rule_inside_an_exclusion_would_do_nothing(app_connector: AppConnector, beheerder: User) -> None:
    _add(app_connector, beheerder, EXCLUDE, "192.0.2.0/24")

    with pytest.raises(DomainError, match=r"192\.0\.2\.0/24"):
        _add(app_connector, beheerder, ALLOW, "192.0.2.7/32")

    assert app_connector.ip_rules.count() == 1


@pytest.mark.parametrize(
    ("action", "network"), [(ALLOW, "192.0.2.0/24"), (ALLOW, "2001:db8::/32"), (EXCLUDE, "203.0.113.0/24")]
)
def test_a_rule_that_shuts_out_an_address_in_use_is_confirmed_first(
    app_connector: AppConnector, beheerder: User, action: IpRule.Action, network: str
) -> None:
    _use(app_connector, "203.0.113.7")

    with pytest.raises(ConfirmationNeededError, match=r"203\.0\.113\.7"):
        _add(app_connector, beheerder, action, network)
    _add(app_connector, beheerder, action, network, confirmed=True)

    assert app_connector.ip_rules.count() == 1


def test_a_rule_that_lets_in_who_is_calling_needs_no_confirmation(app_connector: AppConnector, beheerder: User) -> None:
    _use(app_connector, "203.0.113.7")

    _add(app_connector, beheerder, ALLOW, "203.0.113.0/24")
    _add(app_connector, beheerder, EXCLUDE, "198.51.100.0/24")

    assert app_connector.ip_rules.count() == 2


def test_taking_a_rule_away_tells_first_who_is_shut_out(app_connector: AppConnector, beheerder: User) -> None:
    _use(app_connector, "203.0.113.7")
    kept = _add(app_connector, beheerder, ALLOW, "203.0.113.0/24")
    other = _add(app_connector, beheerder, ALLOW, "192.0.2.0/24")

    assert locked_out_without(kept) == [ip_address("203.0.113.7")]
    assert locked_out_without(other) == []


def test_a_rule_is_taken_away(app_connector: AppConnector, beheerder: User) -> None:
    rule = _add(app_connector, beheerder, ALLOW, "192.0.2.0/24")

    remove_ip_rule(rule=rule, acting_user=beheerder)

    assert not app_connector.ip_rules.exists()
