"""The list and the properties of app connectors: who sees what, and what the buttons do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.models import AppConnector, ConnectorGrant, Environment
from portal.models import User
from tests.factories import AppConnectorFactory, TokenFactory, UserFactory, UserGroupFactory

BASE = "/O12345AB/beheer/app-connectors/"

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]


@pytest.fixture
def manager(login: Login, beheerder: User) -> Client:
    client = login(beheerder)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def app_connector(environment: Environment) -> AppConnector:
    made: AppConnector = AppConnectorFactory(environment=environment, description="SnelStart")
    return made


@pytest.fixture
def here(app_connector: AppConnector) -> str:
    return f"{BASE}{app_connector.pk}/"


def test_an_empty_list_says_what_to_do(manager: Client) -> None:
    page = manager.get(BASE).content.decode()

    assert "No app connectors yet" in page
    assert f'href="{BASE}nieuw/"' in page


def test_the_list_shows_state_connector_tokens_and_last_use(manager: Client, app_connector: AppConnector) -> None:
    used = timezone.make_aware(datetime(2026, 11, 22, 14, 3))  # noqa: DTZ001  # made aware in the same breath
    TokenFactory(app_connector=app_connector, last_used_at=used)
    TokenFactory(app_connector=app_connector, deleted_at=timezone.now())
    TokenFactory(
        app_connector=app_connector,
        created_at=timezone.now() - timedelta(days=2),
        expires_at=timezone.now() - timedelta(days=1),
    )

    page = manager.get(BASE)

    (row,) = page.context["app_connectors"]
    assert (row.live_tokens, row.has_comm_svc, row.last_used_at) == (1, False, used)
    assert "Missing" in page.content.decode()
    assert "22-11-2026 14:03" in page.content.decode()


def _queries(client: Client, address: str) -> int:
    client.get(address)  # what is remembered between requests is remembered now
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


def test_the_list_costs_the_same_for_many_rows(manager: Client, environment: Environment) -> None:
    TokenFactory(app_connector__environment=environment)
    with_one = _queries(manager, BASE)
    TokenFactory.create_batch(2, app_connector__environment=environment)

    assert _queries(manager, BASE) == with_one


def test_the_tab_of_tokens_costs_the_same_for_many_rows(
    manager: Client, app_connector: AppConnector, here: str
) -> None:
    rows = {"app_connector": app_connector, "created_by": UserFactory(), "deleted_by": UserFactory()}
    TokenFactory(**rows)
    TokenFactory(**rows, deleted_at=timezone.now())
    with_one = _queries(manager, f"{here}gebruikerstokens/")
    TokenFactory.create_batch(2, **rows)
    TokenFactory.create_batch(2, **rows, deleted_at=timezone.now())

    assert _queries(manager, f"{here}gebruikerstokens/") == with_one


@pytest.mark.parametrize("tab", ["", "connectoren/", "gebruikerstokens/", "ip-restricties/"])
def test_an_auditor_reads_every_tab_without_buttons_and_is_told_who_may(
    login: Login, auditor: User, beheerder: User, app_connector: AppConnector, here: str, tab: str
) -> None:
    TokenFactory(app_connector=app_connector)
    ConnectorGrant.objects.create(app_connector=app_connector, connector="CommSvcConnector")

    page = login(auditor).get(f"{here}{tab}").content.decode()

    main = page[page.index("<main") :]
    assert beheerder.name in main
    assert "<form" not in main
    assert "/verwijderen/" not in main
    assert "/vervangen/" not in main


def test_an_assessor_does_not_see_the_set_up(login: Login, behandelaar: User, here: str) -> None:
    manager = login(behandelaar)

    assert [manager.get(BASE).status_code, manager.get(here).status_code] == [403, 403]


@pytest.mark.parametrize(("address", "then"), [("opslaan/", "{here}"), ("opslaan-en-sluiten/", BASE)])
def test_saving_stays_and_saving_and_closing_goes_to_the_list(
    manager: Client, app_connector: AppConnector, here: str, address: str, then: str
) -> None:
    values = {"description": "Exact", "group": app_connector.group.pk, "blocked": "on", "token_validity_days": "90"}

    answer = manager.post(f"{here}{address}", values)

    saved = AppConnector.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, then.format(here=here))
    assert (saved.description, saved.blocked, saved.token_validity_days) == ("Exact", True, 90)


def test_a_group_that_shuts_tokens_out_is_asked_about_beside_the_field(
    manager: Client, app_connector: AppConnector, here: str
) -> None:
    TokenFactory(app_connector=app_connector)
    group = UserGroupFactory(environment=app_connector.environment)
    values = {"description": "SnelStart", "group": group.pk}

    asked = manager.post(f"{here}opslaan/", values)
    saved = manager.post(f"{here}opslaan/", {**values, "confirmed": "on"})

    assert (asked.status_code, list(asked.context["form"].errors)) == (422, ["group"])
    assert '<input type="checkbox" name="confirmed"' in asked.content.decode()
    assert saved.status_code == 303
    assert AppConnector.objects.get().group == group


def test_a_validity_period_is_at_least_a_day(manager: Client, app_connector: AppConnector, here: str) -> None:
    values = {"description": "SnelStart", "group": app_connector.group.pk, "token_validity_days": "0"}

    answer = manager.post(f"{here}opslaan/", values)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["token_validity_days"])


def test_a_connector_is_added_from_the_tab_and_once(manager: Client, here: str) -> None:
    offered = manager.get(f"{here}connectoren/").content.decode()
    form = manager.get(f"{here}connectoren/nieuw/").content.decode()
    answers = [manager.post(f"{here}connectoren/nieuw/", {"connector": "CommSvcConnector"}) for _press in range(2)]

    assert f'href="{here}connectoren/nieuw/"' in offered
    assert '<option value="CommSvcConnector" selected>' in form
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(303, f"{here}connectoren/")}
    assert ConnectorGrant.objects.count() == 1


def test_an_unknown_connector_is_refused(manager: Client, here: str) -> None:
    answer = manager.post(f"{here}connectoren/nieuw/", {"connector": "Other"})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["connector"])
    assert not ConnectorGrant.objects.exists()


def test_removing_a_connector_asks_first(manager: Client, app_connector: AppConnector, here: str) -> None:
    grant = ConnectorGrant.objects.create(app_connector=app_connector, connector="CommSvcConnector")
    address = f"{here}connectoren/{grant.pk}/verwijderen/"

    question = manager.get(address).content.decode()
    still_there = ConnectorGrant.objects.count()
    answer = manager.post(address)

    assert "calls of SnelStart to CommSvcConnector are refused" in question
    assert (still_there, ConnectorGrant.objects.count()) == (1, 0)
    assert answer["Location"] == f"{here}connectoren/"


def test_deleting_asks_first_and_is_offered_only_without_tokens(
    manager: Client, app_connector: AppConnector, here: str
) -> None:
    offered = f'href="{here}verwijderen/"' in manager.get(here).content.decode()
    token = TokenFactory(app_connector=app_connector)
    afterwards = f'href="{here}verwijderen/"' in manager.get(here).content.decode()

    refused = manager.post(f"{here}verwijderen/")

    assert (offered, afterwards) == (True, False)
    assert refused["Location"] == here
    assert AppConnector.objects.get() == token.app_connector


def test_a_connector_without_tokens_is_deleted(manager: Client, here: str) -> None:
    answer = manager.post(f"{here}verwijderen/")

    assert answer["Location"] == BASE
    assert not AppConnector.objects.exists()


def test_what_keeps_it_from_working_stands_on_every_tab(
    manager: Client, app_connector: AppConnector, here: str
) -> None:
    AppConnector.objects.update(blocked=True)

    page = manager.get(here).content.decode()

    assert "CommSvcConnector is missing" in page
    assert "It has no token that works" in page
    assert "It is blocked" in page
