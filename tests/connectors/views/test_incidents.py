"""The pages of an environment's incidents: submitting one, and reading what became of it."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connectors.actions.allowlist_entries import revoke_entry
from connectors.actions.incident_desk import approve_incident, reject_incident
from connectors.models import AllowlistRequest, Environment
from portal.models import User
from tests.factories import AllowlistEntryFactory, AllowlistRequestFactory, EnvironmentFactory
from tests.messaging.entries import entry_of

BASE = "/O12345AB/allowlist-incidenten/"

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]


@pytest.fixture
def manager(login: Login, beheerder: User) -> Client:
    client = login(beheerder)
    client.cookies["django_language"] = "en"
    return client


def _asked(**changed: str) -> dict[str, str]:
    asked = {"feature": "general", "profile": "accountant", "participant_number": "O12345AB", "network": "203.0.113.7"}
    return {**asked, **changed}


def test_the_form_is_filled_in_as_far_as_it_can_be(manager: Client) -> None:
    page = manager.get(f"{BASE}nieuw/?address=203.0.113.7").content.decode()

    assert 'value="12345"' in page
    assert 'value="203.0.113.7"' in page
    assert "Communication with Accountant" in page
    assert "local_confirmed" not in page


def test_a_local_address_is_asked_about_at_once(manager: Client) -> None:
    page = manager.get(f"{BASE}nieuw/?address=127.0.0.1").content.decode()

    assert "This address only exists inside a network" in page
    assert 'name="local_confirmed"' in page


def test_an_incident_is_submitted(manager: Client, environment: Environment, beheerder: User) -> None:
    answer = manager.post(f"{BASE}nieuw/", _asked(explanation="Nieuwe klant."))

    incident = AllowlistRequest.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"{BASE}{incident.pk}/")
    assert (incident.environment, incident.participant_number, str(incident.network)) == (
        environment,
        "12345",
        "203.0.113.7/32",
    )
    assert (incident.explanation, incident.submitted_by) == ("Nieuwe klant.", beheerder)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"participant_number": "54321"}, "Fill in 12345: the digits of this environment"),
        ({"participant_number": "O54321XY"}, "Fill in 12345: the digits of this environment"),
        ({"participant_number": "klant"}, "Fill in five digits, such as 12345"),
        ({"network": "overal"}, "Enter an address such as 203.0.113.7"),
        ({"network": "203.0.113.7/28"}, "This range begins at 203.0.113.0/28."),
        ({"network": "127.0.0.1"}, "Confirm that you mean this one, or change it."),
        ({"network": "8.8.0.0/16"}, "Explain why so wide a range is needed"),
    ],
)
def test_a_refusal_stands_at_its_field(manager: Client, changed: dict[str, str], words: str) -> None:
    EnvironmentFactory(code="O54321XY")

    answer = manager.post(f"{BASE}nieuw/", _asked(**changed))

    assert answer.status_code == 422
    assert answer.content.decode().count(words) == 2
    assert not AllowlistRequest.objects.exists()


def test_a_confirmed_local_address_is_submitted(manager: Client) -> None:
    manager.post(f"{BASE}nieuw/", _asked(network="127.0.0.1", local_confirmed="on"))

    assert str(AllowlistRequest.objects.get().network) == "127.0.0.1/32"


def test_a_local_address_out_of_the_log_is_submitted_as_it_stands(manager: Client, environment: Environment) -> None:
    entry = entry_of(environment, cause="address_not_allowlisted", address="10.1.2.3")
    form = manager.get(f"{BASE}nieuw/?log={entry.public_reference}").context["form"]
    filled_in = {field.html_name: field.value() for field in form if field.value() not in (None, "", False)}

    manager.post(f"{BASE}nieuw/", filled_in)

    incident = AllowlistRequest.objects.get()
    assert (str(incident.network), incident.log_reference) == ("10.1.2.3/32", entry.reference)
    assert "A customer environment sends with" in incident.explanation


def test_what_is_asked_already_leads_to_its_incident(manager: Client, environment: Environment) -> None:
    incident = AllowlistRequestFactory(environment=environment, network=ip_network("203.0.113.7/32"))

    page = manager.post(f"{BASE}nieuw/", _asked()).content.decode()

    assert f"Incident {incident.pk} asks for this address already" in page
    assert f'href="{BASE}{incident.pk}/"' in page
    assert AllowlistRequest.objects.count() == 1


def test_what_is_allowed_already_leads_to_its_incident(manager: Client, environment: Environment) -> None:
    incident = AllowlistRequestFactory(environment=environment, network=ip_network("203.0.113.0/28"))
    AllowlistEntryFactory(network=incident.network, request=incident)

    page = manager.post(f"{BASE}nieuw/", _asked()).content.decode()

    assert "Messages from this address are let in already: 203.0.113.0/28" in page
    assert f'href="{BASE}{incident.pk}/"' in page


def test_a_sister_environments_incident_is_named_but_not_opened(manager: Client) -> None:
    sister = EnvironmentFactory(code="T12345AB")
    incident = AllowlistRequestFactory(environment=sister, network=ip_network("203.0.113.7/32"))

    answer = manager.post(f"{BASE}nieuw/", _asked())

    assert answer.status_code == 422
    assert f"{BASE}{incident.pk}/" not in answer.content.decode()


def test_the_list_shows_what_was_asked_and_decided(manager: Client, environment: Environment, support: User) -> None:
    rejected = AllowlistRequestFactory(environment=environment, network=ip_network("198.51.100.1/32"))
    reject_incident(incident=rejected, reason="Onbekend adres.", acting_user=support)
    approved = AllowlistRequestFactory(environment=environment, network=ip_network("198.51.100.2/32"))
    approve_incident(incident=approved, acting_user=support)
    AllowlistRequestFactory(environment=environment, network=ip_network("198.51.100.3/32"))
    AllowlistRequestFactory(network=ip_network("192.0.2.99/32"))

    page = manager.get(BASE).content.decode()

    for words in ("198.51.100.1", "Onbekend adres.", "Approved", "198.51.100.3", "Waits for support"):
        assert words in page
    assert "On the allowlist now for 12345" in page
    assert page.count("198.51.100.2") == 2
    assert "192.0.2.99" not in page


def test_an_empty_list_says_what_to_do(manager: Client) -> None:
    page = manager.get(BASE).content.decode()

    assert "No incidents yet" in page
    assert "No address is allowed yet" in page


@pytest.mark.parametrize("incidents", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    manager: Client, environment: Environment, support: User, incidents: int
) -> None:
    for _n in range(incidents):
        incident = AllowlistRequestFactory(environment=environment)
        approve_incident(incident=incident, acting_user=support)
    manager.get(BASE)

    with CaptureQueriesContext(connection) as queries:
        manager.get(BASE)

    assert len(queries) == 7, [query["sql"][:90] for query in queries]


def test_a_page_with_htmx_is_the_list_alone(manager: Client, environment: Environment) -> None:
    AllowlistRequestFactory(environment=environment)

    part = manager.get(BASE, headers={"HX-Request": "true"}).content.decode()

    assert part.lstrip().startswith('<div id="incidents"')


def test_an_open_incident_says_what_happens_next(manager: Client, environment: Environment) -> None:
    incident = AllowlistRequestFactory(environment=environment, explanation="Nieuwe klant.")

    page = manager.get(f"{BASE}{incident.pk}/").content.decode()

    assert "Support staff review this incident" in page
    assert "After approval it works at once" in page
    for words in ("12345", "Communication with Accountant", "Nieuwe klant.", "Incident submitted"):
        assert words in page


def test_a_rejected_incident_says_why_and_leads_on(manager: Client, environment: Environment, support: User) -> None:
    incident = AllowlistRequestFactory(environment=environment, network=ip_network("203.0.113.0/28"))
    reject_incident(incident=incident, reason="Onbekend adres.", acting_user=support)

    page = manager.get(f"{BASE}{incident.pk}/").content.decode()

    assert "Onbekend adres." in page
    assert f"{BASE}nieuw/?address=203.0.113.0/28" in page


def test_an_approved_incident_says_until_when_it_counted(
    manager: Client, environment: Environment, support: User
) -> None:
    incident = AllowlistRequestFactory(environment=environment)
    entry = approve_incident(incident=incident, acting_user=support)
    allowed = manager.get(f"{BASE}{incident.pk}/").content.decode()
    revoke_entry(entry=entry, reason="Verhuisd.", acting_user=support)
    revoked = manager.get(f"{BASE}{incident.pk}/").content.decode()

    assert "Messages from this address are let in" in allowed
    assert "This address is no longer on the allowlist" in revoked
    assert "Taken off the allowlist" in revoked
    assert "Verhuisd." in revoked


def test_who_reads_gets_no_button(login: Login, auditor: User, environment: Environment) -> None:
    client = login(auditor)
    client.cookies["django_language"] = "en"

    page = client.get(BASE).content.decode()

    assert "Allowlist incidents" in page
    assert f"{BASE}nieuw/" not in page
