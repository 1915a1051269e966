"""The search field leads straight to what it names, within the environment only."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from connectors.models import Environment
from messaging.models import LogEntry, Message, MessageReading
from portal.models import User
from tests.factories import AppConnectorFactory, MessageFactory, OrganisationFactory, TokenFactory

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]


@pytest.fixture
def message(environment: Environment) -> Message:
    token = TokenFactory(app_connector=AppConnectorFactory(environment=environment))
    organisation = OrganisationFactory(environment=environment, name="Bakkerij Het Goudkorst B.V.")
    message: Message = MessageFactory(token=token, external_message_id="BTW-2026-17", organisation=organisation)
    MessageReading.objects.create(message=message, kind="BTW", number_scheme="btw", number="001234567B01", document={})
    return message


def _search(client: Client, text: str) -> tuple[int, str]:
    response = client.get("/O12345AB/zoeken/", {"q": text})
    return response.status_code, response.get("Location", "")


def _with_hyphens(text: str) -> str:
    return "-".join(text[start : start + 8] for start in range(0, 32, 8)).lower()


def test_a_message_is_found_by_everything_that_names_it(login: Login, behandelaar: User, message: Message) -> None:
    client, page = login(behandelaar), f"/O12345AB/berichten/{message.public_id}/"

    for text in (
        message.public_id,
        f" {_with_hyphens(message.public_id)} ",
        "BTW-2026-17",
        "NL001234567B01",
        "0012.34.567.B01",
        "goudkorst",
    ):
        assert _search(client, text) == (302, page)


def test_several_messages_are_shown_as_the_filtered_list(login: Login, beheerder: User, message: Message) -> None:
    MessageFactory(token=message.token, organisation=message.organisation)

    assert _search(login(beheerder), "Goudkorst") == (302, "/O12345AB/berichten/?organisation=Goudkorst")


def test_a_log_reference_leads_to_the_communication_log(
    login: Login, beheerder: User, environment: Environment
) -> None:
    entry = LogEntry.objects.create(
        cause="token_expired", door="soap", environment=environment, keep_until="2099-01-01"
    )

    found = _search(login(beheerder), _with_hyphens(entry.public_reference))

    assert found == (302, f"/O12345AB/communicatielogboek/{entry.public_reference}/")


@pytest.mark.parametrize("text", ["", "   ", "0" * 32, "nobody", "'; DROP TABLE x", "\x00", "x" * 5000])
def test_what_names_nothing_is_told_what_can_be_searched_for(
    login: Login, beheerder: User, message: Message, text: str
) -> None:
    response = login(beheerder).get("/O12345AB/zoeken/", {"q": text})

    assert (response.status_code, response.templates[0].name) == (200, "portal/search.html")


def test_another_environments_message_is_not_found(login: Login, beheerder: User) -> None:
    elsewhere = MessageFactory(external_message_id="ELSEWHERE")

    client = login(beheerder)

    assert _search(client, elsewhere.public_id) == (200, "")
    assert _search(client, "ELSEWHERE") == (200, "")
    assert client.get(f"/{elsewhere.environment.code}/zoeken/").status_code == 404
