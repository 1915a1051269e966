"""The administrator's side: an incident out of a refusal, answers to support, and the allowlist to read."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network

import pytest
from django.test import Client

from connectors.actions.incident_desk import ask_about_incident, reject_incident
from connectors.causes import Cause
from connectors.models import AllowlistRequest, Connector, Environment, Token
from messaging.actions.log import Circumstances, record_refusal
from messaging.models import LogEntry
from portal.models import User
from tests.factories import AllowlistEntryFactory, AllowlistRequestFactory, TokenFactory

BASE = "/O12345AB/allowlist-incidenten/"

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]


@pytest.fixture
def manager(login: Login, beheerder: User) -> Client:
    client = login(beheerder)
    client.cookies["django_language"] = "en"
    return client


def _refused(token: Token) -> str:
    circumstances = Circumstances(
        door=LogEntry.Door.SOAP,
        address="203.0.113.7",
        environment_id=token.environment_id,
        app_connector_id=token.app_connector_id,
        token_id=token.pk,
    )
    return record_refusal(Cause.ADDRESS_NOT_ALLOWLISTED, circumstances).hex.upper()


def test_from_a_refusal_it_is_two_clicks(manager: Client, environment: Environment) -> None:
    token = TokenFactory(app_connector__environment=environment)
    token.app_connector.grants.create(connector=Connector.COMM_SVC)
    reference = _refused(token)
    entry_page = manager.get(f"/O12345AB/communicatielogboek/{reference}/").content.decode()
    assert f'href="{BASE}nieuw/?log={reference}"' in entry_page

    form = manager.get(f"{BASE}nieuw/", {"log": reference})
    filled_in = {field.name: field.value() for field in form.context["form"] if field.value() is not None}
    answer = manager.post(f"{BASE}nieuw/", filled_in)

    incident = AllowlistRequest.objects.get()
    assert (answer.status_code, str(incident.network), incident.participant_number) == (303, "203.0.113.7/32", "12345")
    assert (incident.feature, incident.profile) == ("general", "accountant")
    assert token.customer_environment in incident.explanation
    assert incident.log_reference is not None
    assert incident.log_reference.hex.upper() == reference
    assert (incident.evidence["refused"], incident.evidence["token_valid"]) == (1, True)
    assert "1 refused since" in form.content.decode()


@pytest.mark.parametrize("log", ["onzin", "0" * 32, "%00"])
def test_a_reference_that_is_none_of_ours_fills_nothing_in(manager: Client, log: str) -> None:
    _refused(TokenFactory())

    form = manager.get(f"{BASE}nieuw/", {"log": log}).context["form"]

    assert form["network"].value() == ""


def test_another_offices_refusal_fills_nothing_in(manager: Client) -> None:
    reference = _refused(TokenFactory())

    assert manager.get(f"{BASE}nieuw/", {"log": reference}).context["refusal"] is None


def test_a_range_with_host_bits_is_put_right_with_a_button(manager: Client) -> None:
    data = {"feature": "general", "profile": "accountant", "participant_number": "12345", "network": "203.0.113.9/28"}

    offered = manager.post(f"{BASE}nieuw/", data).content.decode()
    manager.post(f"{BASE}nieuw/", {**data, "corrected": "203.0.113.0/28"})

    assert 'name="corrected" value="203.0.113.0/28"' in offered
    assert str(AllowlistRequest.objects.get().network) == "203.0.113.0/28"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("64:ff9b::203.0.113.7", "The gateway sees it as 203.0.113.7: ask for that."),
        ("::ffff:10.0.0.1", "This address only exists inside a network"),
        ("64:ff9b:1::1", "This address only exists inside a network"),
        ("2002::/15", "Ask for a smaller range"),
    ],
)
def test_addresses_that_nobody_sends_from_are_pointed_out(manager: Client, address: str, words: str) -> None:
    data = {"feature": "general", "profile": "accountant", "participant_number": "12345", "network": address}

    answer = manager.post(f"{BASE}nieuw/", data)

    assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_a_question_is_answered_on_its_page(manager: Client, environment: Environment, support: User) -> None:
    incident = AllowlistRequestFactory(environment=environment)
    ask_about_incident(incident=incident, question="Van wie is dit?", acting_user=support)
    asked = manager.get(f"{BASE}{incident.pk}/").content.decode()

    answer = manager.post(f"{BASE}{incident.pk}/antwoorden/", {"answer": "Van <b>ons</b>."})

    page = manager.get(answer["Location"]).content.decode()
    incident.refresh_from_db()
    assert "Support staff ask you something" in asked
    assert "Van wie is dit?" in asked
    assert (incident.awaits_answer, "Van &lt;b&gt;ons&lt;/b&gt;." in page) == (False, True)


def test_an_answer_without_words_or_after_the_decision_is_refused(
    manager: Client, environment: Environment, support: User
) -> None:
    incident = AllowlistRequestFactory(environment=environment)
    empty = manager.post(f"{BASE}{incident.pk}/antwoorden/", {"answer": " "})
    reject_incident(incident=incident, reason="Nee.", acting_user=support)

    late = manager.post(f"{BASE}{incident.pk}/antwoorden/", {"answer": "Toch?"})

    assert (empty.status_code, late.status_code, incident.remarks.count()) == (422, 422, 0)


def test_who_reads_answers_nothing(login: Login, auditor: User, environment: Environment) -> None:
    incident = AllowlistRequestFactory(environment=environment)

    assert login(auditor).post(f"{BASE}{incident.pk}/antwoorden/", {"answer": "x"}).status_code == 403


def test_the_allowlist_shows_ones_own_addresses(manager: Client) -> None:
    AllowlistEntryFactory(network=ip_network("203.0.113.7/32"))
    AllowlistEntryFactory(network=ip_network("198.51.100.9/32"), participant_number="54321")

    page = manager.get("/O12345AB/allowlist/").content.decode()

    assert ("203.0.113.7" in page, "198.51.100.9" in page) == (True, False)


def test_an_empty_allowlist_says_what_to_do(manager: Client) -> None:
    assert f"{BASE}nieuw/" in manager.get("/O12345AB/allowlist/").content.decode()


def test_another_environments_allowlist_is_not_found(login: Login, outsider: User, environment: Environment) -> None:
    assert login(outsider).get("/O12345AB/allowlist/").status_code == 404
