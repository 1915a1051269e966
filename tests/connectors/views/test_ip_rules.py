"""The tab *IP-restricties*."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from connectors.models import AppConnector, Environment, IpRule
from portal.models import User
from tests.factories import AppConnectorFactory, TokenFactory

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]
RULE = {"action": "allow", "network": "192.0.2.0/28", "note": "Kantoor"}


@pytest.fixture
def manager(login: Login, beheerder: User) -> Client:
    client = login(beheerder)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def app_connector(environment: Environment) -> AppConnector:
    made: AppConnector = AppConnectorFactory(environment=environment)
    return made


@pytest.fixture
def here(app_connector: AppConnector) -> str:
    return f"/O12345AB/beheer/app-connectors/{app_connector.pk}/ip-restricties/"


def test_a_rule_is_added_with_and_without_htmx(manager: Client, here: str) -> None:
    plain = manager.post(f"{here}nieuw/", RULE)
    quick = manager.post(f"{here}nieuw/", {**RULE, "network": "192.0.2.99"}, headers={"HX-Request": "true"})

    assert (plain.status_code, plain["Location"]) == (303, here)
    assert "<html" not in quick.content.decode()
    assert "<code>192.0.2.99</code>" in quick.content.decode()
    assert [str(rule.network) for rule in IpRule.objects.order_by("pk")] == ["192.0.2.0/28", "192.0.2.99/32"]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
@pytest.mark.parametrize(
    ("network", "words"),
    [
        ("", "Enter an address such as 203.0.113.7"),
        ("office", "Enter an address such as 203.0.113.7"),
        ("192.0.2.7/24", "This range begins at 192.0.2.0/24"),
        ("192.0.2.0/28", "has a rule already"),
    ],
)
def test_what_cannot_be_an_address_is_said_beside_the_field(
    manager: Client, app_connector: AppConnector, here: str, network: str, words: str, headers: dict[str, str]
) -> None:
    IpRule.objects.create(app_connector=app_connector, network="192.0.2.0/28")

    answer = manager.post(f"{here}nieuw/", {**RULE, "network": network}, headers=headers)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["network"])
    assert words in answer.content.decode()
    assert IpRule.objects.count() == 1


def test_shutting_out_a_sender_is_asked_about(manager: Client, app_connector: AppConnector, here: str) -> None:
    TokenFactory(app_connector=app_connector, last_used_address="203.0.113.7")

    asked = manager.post(f"{here}nieuw/", RULE)
    manager.post(f"{here}nieuw/", {**RULE, "confirmed": "on"})

    assert asked.status_code == 422
    assert '<input type="checkbox" name="confirmed"' in asked.content.decode()
    assert IpRule.objects.count() == 1


@pytest.mark.parametrize(
    ("actions", "words"),
    [
        ([], "There are no restrictions"),
        (["exclude"], "Every address is let in, except those that are excluded."),
        (["exclude", "allow"], "Only the allowed addresses below are let in"),
    ],
)
def test_the_tab_says_what_its_rules_amount_to(
    manager: Client, app_connector: AppConnector, here: str, actions: list[str], words: str
) -> None:
    for number, action in enumerate(actions):
        IpRule.objects.create(app_connector=app_connector, action=action, network=f"192.0.2.{number}/32")

    assert words in manager.get(here).content.decode()


def test_removing_asks_first_and_names_who_is_shut_out(manager: Client, app_connector: AppConnector, here: str) -> None:
    TokenFactory(app_connector=app_connector, last_used_address="203.0.113.7")
    rule = IpRule.objects.create(app_connector=app_connector, network="203.0.113.0/24")
    IpRule.objects.create(app_connector=app_connector, network="192.0.2.0/24")

    question = manager.get(f"{here}{rule.pk}/verwijderen/").content.decode()
    answer = manager.post(f"{here}{rule.pk}/verwijderen/")

    assert "This shuts out a sender" in question
    assert "<code>203.0.113.7</code>" in question
    assert answer["Location"] == here
    assert [str(left.network) for left in IpRule.objects.all()] == ["192.0.2.0/24"]
