"""The page for the customer's side: this environment's own values, as a page and as text, and never a secret."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from connectors.models import Environment
from portal.models import User
from tests.factories import AppConnectorFactory, TokenFactory

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]
PAGE = "/O12345AB/klantpagina/"


@pytest.fixture(autouse=True)
def _address(settings: Settings) -> None:
    settings.PORTAL_URL = "https://poort.example"


def test_the_values_are_filled_in(login: Login, beheerder: User, environment: Environment) -> None:
    connector = AppConnectorFactory(environment=environment)
    tokens = [TokenFactory(app_connector=connector, customer_environment=code) for code in ("O67890AA", "O67891BB")]

    answer = login(beheerder).get(PAGE, {"klant": "O67891BB"})

    page, text = answer.content.decode(), answer.context["text"]
    values = ["https://poort.example/ProfitServices/AppConnectorCommSvc.asmx?WSDL", "O12345AB", "12345", "O67891BB"]
    values.append("https://poort.example/ProfitRestServices")
    assert [value for value in values if value not in page or value not in text] == []
    assert [token for token in tokens if token.hint in text] == []


def test_without_a_customer_it_says_what_to_fill_in(login: Login, auditor: User) -> None:
    answer = login(auditor).get(PAGE, {"klant": "O99999ZZ"})

    assert (answer.status_code, answer.context["customer"]) == (200, "")


def test_customers_of_others_are_not_named(login: Login, beheerder: User, outsider: User) -> None:
    TokenFactory(app_connector__environment=outsider.memberships.get().environment, customer_environment="O67890AA")

    assert login(beheerder).get(PAGE).context["customers"] == []
    assert login(outsider).get(PAGE).status_code == 404
