"""The list of the communication log as support staff have it: all environments, or one, and no organisations."""

from __future__ import annotations

import pytest

from connectors.models import Environment
from portal.models import User
from tests.factories import EnvironmentFactory, MessageFactory, OrganisationFactory
from tests.messaging.entries import SUPPORT, Login, entry_of, list_of, shown

pytestmark = pytest.mark.django_db


def test_support_sees_the_entries_of_all_environments_and_of_none(
    environment: Environment, support: User, login: Login
) -> None:
    entries = [entry_of(environment), entry_of(EnvironmentFactory()), entry_of(None)]

    assert shown(login(support), SUPPORT) == entries[::-1]


@pytest.mark.parametrize("office", ["O12345AB", "o12345ab ", "12345"])
def test_support_finds_the_entries_of_one_environment(
    office: str, environment: Environment, support: User, login: Login
) -> None:
    wanted = entry_of(environment)
    entry_of(EnvironmentFactory(code="O54321XY"))
    entry_of(None)

    assert shown(login(support), SUPPORT, office=office) == [wanted]


def test_an_environment_that_is_not_there_is_said_so(environment: Environment, support: User, login: Login) -> None:
    entry_of(environment)

    answer = login(support).get(SUPPORT, {"office": "99999"})

    assert answer.status_code == 422
    assert "Geen omgeving heeft de code of het deelnemersnummer 99999." in answer.content.decode()


def test_members_cannot_ask_for_another_environment(environment: Environment, beheerder: User, login: Login) -> None:
    own, other = entry_of(environment), EnvironmentFactory(code="O54321XY")
    entry_of(other)

    assert shown(login(beheerder), list_of(environment), office=other.code) == [own]


def test_support_finds_no_organisations(environment: Environment, support: User, login: Login) -> None:
    organisation = OrganisationFactory(environment=environment, name="Timmerbedrijf Van Dalen B.V.")
    message = MessageFactory(token__app_connector__environment=environment, organisation=organisation)
    entry_of(environment, cause="not_processable", door="worker", message=message)

    assert shown(login(support), SUPPORT, sender="van dalen") == []
