"""A refusal is solved by whoever took its cause away, wherever that was done."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from connectors.explanations import Fix
from connectors.models import AppConnector, Environment
from messaging.actions.solving import note_solutions
from messaging.models import LogEntry
from messaging.solutions import Solution, solution_of
from portal.models import User
from tests.factories import MessageFactory, TokenFactory
from tests.messaging.entries import Login, entry_of, page_of

pytestmark = pytest.mark.django_db


def _blocked(environment: Environment) -> tuple[AppConnector, LogEntry]:
    token = TokenFactory(app_connector__environment=environment, app_connector__blocked=True)
    connector = token.app_connector
    return connector, entry_of(environment, cause="connector_blocked", token=token, app_connector=connector)


def _unblock(client: Client, connector: AppConnector) -> None:
    """Do it on the page of the app connector, as somebody who has not seen the log."""
    page = reverse("connectors:app_connector_save", args=[connector.environment.code, connector.pk])
    client.post(page, {"description": connector.description, "group": connector.group_id})


@pytest.mark.django_db(transaction=True)
def test_what_was_mended_elsewhere_is_solved_by_who_did_it(
    environment: Environment, beheerder: User, login: Login
) -> None:
    connector, entry = _blocked(environment)
    client = login(beheerder)
    before = solution_of(entry)

    _unblock(client, connector)
    page = client.get(f"{page_of(environment, entry)}nu/").content.decode()
    found = solution_of(entry)
    written = note_solutions()

    entry.refresh_from_db()
    assert before is None
    assert found is not None
    assert (found.way, found.by) == ("elsewhere", str(beheerder))
    assert (written, entry.resolved_by, entry.resolution) == (1, beheerder, "elsewhere")
    assert connector.description in page
    assert note_solutions() == 0


def test_who_is_refused_still_is_not_solved(environment: Environment) -> None:
    _connector, entry = _blocked(environment)

    assert (solution_of(entry), note_solutions()) == (None, 0)


def test_a_message_that_went_on_solves_its_failure(environment: Environment) -> None:
    message = MessageFactory(token__app_connector__environment=environment, status=40)
    entry = entry_of(environment, cause="not_processable", door="worker", message=message)
    before = solution_of(entry)
    message.events.create(from_status=40, to_status=30, actor_name="Jan", at=message.status_changed_at)
    type(message).objects.filter(pk=message.pk).update(status=30)

    after = solution_of(LogEntry.objects.select_related("message").get(pk=entry.pk))

    assert before is None
    assert after is not None
    assert after.way == "went_on"


@pytest.mark.parametrize("made_up", ["", "ask_support", "drop_table", "new_token"])
def test_a_fix_that_no_press_can_do_changes_nothing(
    made_up: str, environment: Environment, beheerder: User, login: Login
) -> None:
    _connector, entry = _blocked(environment)

    answer = login(beheerder).post(f"{page_of(environment, entry)}oplossen/", {"fix": made_up})

    assert (answer.status_code, answer["Location"]) == (303, page_of(environment, entry))
    assert solution_of(LogEntry.objects.get(pk=entry.pk)) is None


@pytest.mark.parametrize("persona", ["behandelaar", "auditor"])
def test_only_an_administrator_presses(
    persona: str, environment: Environment, login: Login, request: pytest.FixtureRequest
) -> None:
    connector, entry = _blocked(environment)

    answer = login(request.getfixturevalue(persona)).post(
        f"{page_of(environment, entry)}oplossen/", {"fix": "unblock_connector"}
    )

    connector.refresh_from_db()
    assert (answer.status_code, connector.blocked) == (403, True)


@pytest.mark.parametrize("page", ["", "nu/", "oplossen/"])
def test_another_environments_entry_is_not_even_confirmed(
    page: str, environment: Environment, outsider: User, login: Login
) -> None:
    _connector, entry = _blocked(environment)
    client, theirs = login(outsider), f"/O99999ZZ/communicatielogboek/{entry.public_reference}/{page}"
    call: Callable[..., object] = client.post if page == "oplossen/" else client.get

    answers = [call(f"{page_of(environment, entry)}{page}"), call(theirs)]

    assert [answer.status_code for answer in answers] == [404, 404]  # type: ignore[attr-defined]  # answers of a client


def test_what_has_been_done_does_not_read_as_an_order() -> None:
    with override("nl"):
        words = Solution(Fix.ADD_CONNECTOR.name.lower()).words

    assert words == "Gedaan: Voeg de connector CommSvcConnector toe aan de app connector."
