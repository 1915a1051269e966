"""Inrichting: each step is done when it has taken effect, and names the page that does it until then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from connectors.models import AppConnector, ConnectorGrant, Environment, Token
from messaging.models import MessageType
from portal.models import User
from portal.setup import Step, facts_of, steps_of
from tests.factories import (
    AllowlistEntryFactory,
    AllowlistRequestFactory,
    AppConnectorFactory,
    MessageFactory,
    TokenFactory,
)

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def app_connector(environment: Environment) -> AppConnector:
    made: AppConnector = AppConnectorFactory(environment=environment)
    return made


def _steps(environment: Environment) -> dict[str, Step]:
    return {step.key: step for step in steps_of(environment, facts_of(environment))}


def _done(environment: Environment) -> set[str]:
    steps = _steps(environment)
    assert [step.done for step in steps.values()] == [*facts_of(environment).done]
    return {key for key, step in steps.items() if step.done}


def _open_a_type(environment: Environment) -> None:
    message_type = MessageType.objects.get(environment=environment, code="BTW")
    message_type.workflow, message_type.blocked = environment.workflows.get(name="Accorderen"), False
    message_type.save(update_fields=["workflow", "blocked"])


def test_a_new_environment_has_everything_to_do(environment: Environment) -> None:
    steps = _steps(environment)

    assert _done(environment) == set()
    assert {key: step.url for key, step in steps.items()} == {
        "message-type": "/O12345AB/beheer/communicatieconnector/",
        "app-connector": "/O12345AB/beheer/app-connectors/nieuw/",
        "grant": "",
        "tokens": "",
        "address": "/O12345AB/allowlist-incidenten/nieuw/",
        "first-message": "/O12345AB/communicatielogboek/",
    }
    assert {step.state for step in steps.values()} == {"", "Not possible yet"}


def test_an_open_type_is_a_step(environment: Environment) -> None:
    _open_a_type(environment)

    assert _done(environment) == {"message-type"}


def test_a_connector_with_a_token_of_a_system_user_is_a_step(
    environment: Environment, app_connector: AppConnector
) -> None:
    before = _done(environment)
    TokenFactory(app_connector=app_connector)

    assert (before, _done(environment)) == (set(), {"app-connector"})


@pytest.mark.parametrize("fault", ["connector blocked", "user blocked", "out of group", "deleted", "expired"])
def test_a_connector_that_lets_nothing_through_is_not_done(
    environment: Environment, app_connector: AppConnector, fault: str
) -> None:
    past = timezone.now() - timedelta(days=2)
    given = {
        "deleted": {"deleted_at": timezone.now()},
        "expired": {"created_at": past, "expires_at": past + timedelta(days=1)},
    }
    token = TokenFactory(app_connector=app_connector, **given.get(fault, {}))
    if fault == "connector blocked":
        AppConnector.objects.update(blocked=True)
    elif fault == "user blocked":
        User.objects.filter(pk=token.user_id).update(is_active=False)
    elif fault == "out of group":
        token.user.group_members.all().delete()

    step = _steps(environment)["app-connector"]

    assert (step.done, step.state) == (False, "Not usable")
    assert step.url == f"/O12345AB/beheer/app-connectors/{app_connector.pk}/"


def test_the_granted_connector_is_a_step(environment: Environment, app_connector: AppConnector) -> None:
    before = _steps(environment)["grant"]
    ConnectorGrant.objects.create(app_connector=app_connector, connector="CommSvcConnector")

    assert before.url == f"/O12345AB/beheer/app-connectors/{app_connector.pk}/connectoren/nieuw/"
    assert (before.done, _steps(environment)["grant"].done) == (False, True)


def test_every_token_has_to_be_used(environment: Environment, app_connector: AppConnector) -> None:
    TokenFactory(app_connector=app_connector, last_used_at=timezone.now())
    unused = TokenFactory(app_connector=app_connector)
    before = _steps(environment)["tokens"]
    Token.objects.filter(pk=unused.pk).update(last_used_at=timezone.now())

    assert before.url == f"/O12345AB/beheer/app-connectors/{app_connector.pk}/gebruikerstokens/"
    assert (before.done, _steps(environment)["tokens"].done) == (False, True)


def test_an_open_incident_waits_for_support(environment: Environment) -> None:
    AllowlistRequestFactory(environment=environment)

    step = _steps(environment)["address"]

    assert (step.done, step.state, step.url) == (False, "Waits for support", "/O12345AB/allowlist-incidenten/")


@pytest.mark.parametrize(
    ("ended", "done"),
    [
        ({}, True),
        ({"revoked_at": timezone.now()}, False),
        ({"expires_at": timezone.now() - timedelta(hours=1)}, False),
        ({"participant_number": "54321"}, False),
    ],
)
def test_an_address_on_the_allowlist_is_a_step(environment: Environment, ended: dict[str, object], done: bool) -> None:
    AllowlistEntryFactory(network=ip_network("203.0.113.7/32"), **ended)

    assert _steps(environment)["address"].done is done


def test_a_message_is_the_last_step(environment: Environment, app_connector: AppConnector) -> None:
    MessageFactory(token=TokenFactory(app_connector=app_connector))

    assert _steps(environment)["first-message"].done


def test_another_environment_changes_nothing(environment: Environment) -> None:
    token = TokenFactory(last_used_at=timezone.now())
    ConnectorGrant.objects.create(app_connector=token.app_connector, connector="CommSvcConnector")
    MessageFactory(token=token)
    _open_a_type(token.environment)

    assert _done(environment) == set()


@pytest.fixture
def page(login: Login, beheerder: User) -> Callable[[], str]:
    client = login(beheerder)
    client.cookies["django_language"] = "en"
    return lambda: client.get("/O12345AB/").content.decode()


def test_the_page_counts_and_shows_the_button_of_each_open_step(
    environment: Environment, page: Callable[[], str]
) -> None:
    _open_a_type(environment)

    shown = page()

    assert "1 of 6" in shown
    assert "1/6" in shown
    assert "Every message type starts blocked." not in shown
    assert 'class="btn btn-primary" href="/O12345AB/beheer/app-connectors/nieuw/"' in shown
    assert 'class="btn btn-secondary" href="/O12345AB/allowlist-incidenten/nieuw/"' in shown


def test_who_reads_is_told_who_can(login: Login, auditor: User) -> None:
    client = login(auditor)
    client.cookies["django_language"] = "en"

    shown = client.get("/O12345AB/").content.decode()

    assert "An administrator of this environment can do this." in shown
    assert "/O12345AB/beheer/app-connectors/nieuw/" not in shown


@pytest.mark.parametrize("tokens", [1, 3])
def test_the_page_costs_the_same_for_one_and_three(
    login: Login, beheerder: User, app_connector: AppConnector, tokens: int
) -> None:
    for _n in range(tokens):
        TokenFactory(app_connector=app_connector)
    client = login(beheerder)
    client.get("/O12345AB/")

    with CaptureQueriesContext(connection) as queries:
        client.get("/O12345AB/")

    assert len(queries) == 14, [query["sql"][:90] for query in queries]


def test_tokens_are_named_with_their_customer_environment(app_connector: AppConnector, page: Callable[[], str]) -> None:
    TokenFactory(app_connector=app_connector, customer_environment="O67890AA", last_used_at=timezone.now())
    TokenFactory(app_connector=app_connector, customer_environment="")

    shown = page()

    assert "O67890AA" in shown
    assert "not bound to a customer environment yet" in shown
    assert "Never used" in shown
