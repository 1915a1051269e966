"""The wizard *App connector* as a browser walks through it, with every field and button of DOMAIN 1b."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from connectors import tokens
from connectors.models import AppConnector, ConnectorGrant, Environment, Token, UserGroup
from portal.models import User
from tests.factories import AppConnectorFactory, EnvironmentFactory, UserGroupFactory

BASE = "/O12345AB/beheer/app-connectors/"
ANSWERS = {
    "description": "SnelStart koppeling",
    "automatic_token": "on",
    "group": "new",
    "customer_environment": "o67890aa",
}

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]


@pytest.fixture
def manager(login: Login, beheerder: User) -> Client:
    client = login(beheerder)
    client.cookies["django_language"] = "en"
    return client


def _fill_in(client: Client, **changes: str) -> str:
    """Send step 1 and return the address of the run."""
    answer = client.post(f"{BASE}nieuw/", {**ANSWERS, **changes})
    assert answer.status_code == 303, answer.content.decode()
    return str(answer["Location"]).removesuffix("controleren/")


def _complete(client: Client, **changes: str) -> tuple[str, Any]:
    run = _fill_in(client, **changes)
    return run, client.post(f"{run}voltooien/")


def test_nothing_is_made_before_voltooien(manager: Client) -> None:
    run = _fill_in(manager)

    page = manager.get(f"{run}controleren/").content.decode()

    assert "Nothing has been made yet." in page
    assert "12345.SNELSTART-KOPPELING" in page
    assert "O67890AA" in page
    assert page.count(f'href="{run}#id_') == 5
    assert (AppConnector.objects.count(), UserGroup.objects.count(), Token.objects.count()) == (0, 0, 0)


def test_voltooien_makes_everything_and_shows_the_token_in_its_answer(manager: Client, beheerder: User) -> None:
    _run, answer = _complete(manager)

    token, connector = Token.objects.get(), AppConnector.objects.get()
    page = answer.content.decode()
    shown = tokens.read_text(_text_of(page))
    assert tokens.digest(shown) == bytes(token.digest)
    assert "no-store" in answer["Cache-Control"]
    assert (token.customer_environment, token.created_by, connector.blocked) == ("O67890AA", beheerder, False)
    assert "You are seeing this token for the last time." in page
    assert f'action="{BASE}{connector.pk}/connectoren/nieuw/"' in page
    assert "AfasToken $(base64 -w0 token.xml)" in page


def _text_of(page: str) -> str:
    """Read the token as it stands on the page, for people."""
    start = page.index("&lt;token&gt;")
    end = page.index("&lt;/token&gt;") + len("&lt;/token&gt;")
    return page[start:end].replace("&lt;", "<").replace("&gt;", ">")


def test_the_token_is_nowhere_after_its_answer(
    manager: Client, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    run, answer = _complete(manager)
    data = tokens.read_text(_text_of(answer.content.decode()))

    later = [
        manager.get(f"{run}voltooien/", follow=True),
        manager.post(f"{run}voltooien/", follow=True),
        manager.get(f"{BASE}{AppConnector.objects.get().pk}/"),
        manager.get(f"{BASE}{AppConnector.objects.get().pk}/gebruikerstokens/"),
    ]

    written = capsys.readouterr()
    kept = [*_everything_stored(), str([session.get_decoded() for session in Session.objects.all()])]
    kept += [caplog.text, written.out, written.err, str(manager.cookies)]
    kept += [page.content.decode() for page in later]
    assert [place for place in kept if data.lower() in place.lower()] == []


def _everything_stored() -> list[str]:
    """Return every column of every table as text; the tables hold little in a test."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        rows: list[str] = []
        for table in tables:
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t")  # noqa: S608  # names from the catalogue
            rows += [row[0] for row in cursor.fetchall()]
    assert any("app_connector" in row for row in rows)
    return rows


def test_voltooien_twice_makes_one_and_goes_to_what_was_made(manager: Client) -> None:
    run, _answer = _complete(manager)

    again = manager.post(f"{run}voltooien/")

    connector = AppConnector.objects.get()
    assert (again.status_code, again["Location"]) == (303, f"{BASE}{connector.pk}/")
    assert Token.objects.count() == 1


@pytest.mark.parametrize("step", ["", "controleren/", "voltooien/"])
def test_back_into_a_completed_wizard_leads_to_what_it_made(manager: Client, step: str) -> None:
    run, _answer = _complete(manager)

    answer = manager.get(f"{run}{step}")

    assert (answer.status_code, answer["Location"]) == (303, f"{BASE}{AppConnector.objects.get().pk}/")


def test_a_reload_of_voltooien_without_sending_goes_back_to_the_check(manager: Client) -> None:
    run = _fill_in(manager)

    answer = manager.get(f"{run}voltooien/")

    assert (answer.status_code, answer["Location"]) == (303, f"{run}controleren/")
    assert not AppConnector.objects.exists()


def test_the_answers_survive_vorige_and_can_be_changed(manager: Client) -> None:
    run = _fill_in(manager)

    before = manager.get(run).content.decode()
    manager.post(run, {**ANSWERS, "description": "Exact"})
    review = manager.get(f"{run}controleren/").content.decode()

    assert 'value="SnelStart koppeling"' in before
    assert 'value="O67890AA"' in before
    assert "12345.EXACT" in review


def test_two_runs_do_not_mix(manager: Client) -> None:
    first, second = _fill_in(manager), _fill_in(manager, description="Exact")

    assert "SNELSTART" in manager.get(f"{first}controleren/").content.decode()
    assert "EXACT" in manager.get(f"{second}controleren/").content.decode()


def test_annuleren_forgets_the_answers_and_makes_nothing(manager: Client) -> None:
    run = _fill_in(manager)

    answer = manager.post(f"{run}annuleren/")
    after = manager.get(f"{run}controleren/")

    assert answer["Location"] == BASE
    assert after["Location"] == f"{BASE}nieuw/"
    assert not AppConnector.objects.exists()


def test_an_existing_group_can_be_chosen(manager: Client, environment: Environment) -> None:
    group = UserGroupFactory(environment=environment)

    _complete(manager, group="existing", existing_group=str(group.pk))

    assert AppConnector.objects.get().group == group


def test_without_a_token_it_starts_blocked_and_says_where_to_go(manager: Client) -> None:
    run = _fill_in(manager, automatic_token="")

    page = manager.post(f"{run}voltooien/").content.decode()

    connector = AppConnector.objects.get()
    assert connector.blocked
    assert "&lt;token&gt;" not in page
    assert "It is blocked and has no token yet" in page
    assert f'href="{BASE}{connector.pk}/gebruikerstokens/"' in page


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"description": ""}, "description", "Enter a description"),
        ({"description": "Bestaat al"}, "description", "There is already an app connector named Bestaat al"),
        ({"description": "Groep"}, "group", "There is already a user group named Groep"),
        ({"group": "existing"}, "existing_group", "Choose a user group, or have a new one made."),
        ({"customer_environment": "67890"}, "customer_environment", "Enter an environment code such as O67890AA"),
        ({"customer_environment": "o12345ab"}, "customer_environment", "this accountancy environment itself"),
    ],
)
def test_an_error_stands_beside_its_field_and_the_answers_stay(
    manager: Client, environment: Environment, changes: dict[str, str], field: str, words: str
) -> None:
    AppConnectorFactory(environment=environment, description="Bestaat al")
    UserGroupFactory(environment=environment, name="Groep")

    answer = manager.post(f"{BASE}nieuw/", {**ANSWERS, **changes})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert page.count(words) == 2  # in the summary, and beside the field
    assert f'id="id_{field}_error"' in page


def test_what_somebody_else_took_meanwhile_is_said_at_voltooien(manager: Client, environment: Environment) -> None:
    run = _fill_in(manager)
    AppConnectorFactory(environment=environment, description="SnelStart koppeling")

    answer = manager.post(f"{run}voltooien/")

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["description"]
    assert Token.objects.count() == 0


def test_another_environments_group_is_no_choice(manager: Client) -> None:
    foreign = UserGroupFactory(environment=EnvironmentFactory())

    answer = manager.post(f"{BASE}nieuw/", {**ANSWERS, "group": "existing", "existing_group": foreign.pk})

    assert list(answer.context["form"].errors) == ["existing_group"]


def test_the_next_step_adds_the_connector(manager: Client) -> None:
    _complete(manager)
    connector = AppConnector.objects.get()

    answer = manager.post(f"{BASE}{connector.pk}/connectoren/nieuw/", {"connector": "CommSvcConnector"})

    assert answer["Location"] == f"{BASE}{connector.pk}/connectoren/"
    assert ConnectorGrant.objects.get().app_connector == connector


def test_the_token_can_be_saved_as_a_file_from_its_page(manager: Client) -> None:
    _run, answer = _complete(manager)
    text = _text_of(answer.content.decode())

    file = manager.post(f"{BASE}{AppConnector.objects.get().pk}/gebruikerstokens/bestand/", {"token": text})

    assert file.content.decode() == text
    assert file["Content-Disposition"] == 'attachment; filename="token.xml"'
    assert (file["Content-Type"], file["Cache-Control"]) == ("application/xml", "no-store")


def test_in_dutch_the_wizard_carries_the_labels_of_the_manual(login: Login, beheerder: User) -> None:
    client = login(beheerder)
    details = client.get(f"{BASE}nieuw/").content.decode()
    run = _fill_in(client)
    review = client.get(f"{run}controleren/").content.decode()
    result = client.post(f"{run}voltooien/").content.decode()

    for label in (
        "Omschrijving",
        "Automatisch token genereren",
        "Maak een nieuwe gebruikersgroep op basis van App connector-naam",
        "Bestaande gebruikersgroep",
        "Klantomgeving",
        ">Volgende<",
        ">Annuleren<",
    ):
        assert label in details
    assert "Er is nog niets aangemaakt." in review
    assert ">Vorige<" in review
    assert ">Voltooien<" in review
    assert "U ziet dit token nu voor het laatst." in result
    assert "CommSvcConnector toevoegen" in result
