"""The support desk: every environment's incidents, decided once, and addresses taken off again."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connectors.actions.incident_desk import approve_incident, reject_incident
from connectors.models import AllowlistEntry, AllowlistRequest
from portal.models import User
from tests.factories import AllowlistEntryFactory, AllowlistRequestFactory, UserFactory

BASE = "/support/incidenten/"

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]
Status = AllowlistRequest.Status


@pytest.fixture
def desk(login: Login, support: User) -> Client:
    client = login(support)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def incident(db: None) -> AllowlistRequest:
    made: AllowlistRequest = AllowlistRequestFactory(network=ip_network("203.0.113.7/32"), explanation="Nieuwe klant.")
    return made


@pytest.fixture
def here(incident: AllowlistRequest) -> str:
    return f"{BASE}{incident.pk}/"


@pytest.mark.parametrize("path", ["", "{pk}/", "{pk}/goedkeuren/", "{pk}/afkeuren/", "../allowlist/{entry}/intrekken/"])
def test_for_who_is_not_support_the_desk_does_not_exist(
    login: Login, beheerder: User, superuser: User, incident: AllowlistRequest, path: str
) -> None:
    entry = AllowlistEntryFactory()
    address = (BASE + path.format(pk=incident.pk, entry=entry.pk)).replace("incidenten/../", "")

    for user in (beheerder, superuser):
        client = login(user)
        answers = client.get(address), client.post(address, {"reason": "Nee."})

        assert {answer.status_code for answer in answers} <= {404, 405}
    incident.refresh_from_db()
    entry.refresh_from_db()
    assert (incident.status, entry.revoked_at) == (Status.OPEN, None)


def test_the_queue_shows_what_waits_longest_first(desk: Client, support: User, incident: AllowlistRequest) -> None:
    later = AllowlistRequestFactory(network=ip_network("198.51.100.9/32"))
    decided = AllowlistRequestFactory(network=ip_network("192.0.2.99/32"))
    approve_incident(incident=decided, acting_user=support)

    answer = desk.get(BASE)
    page = answer.content.decode()

    assert [row.pk for row in answer.context["page"].rows] == [incident.pk, later.pk]
    for words in (incident.environment.name, incident.participant_number, "203.0.113.7", "no call seen yet"):
        assert words in page
    assert "192.0.2.99" not in page


@pytest.mark.parametrize("status", ["approved", "rejected", "all", "onzin"])
def test_decided_incidents_stay_to_be_found(
    desk: Client, support: User, incident: AllowlistRequest, status: str
) -> None:
    approved, rejected = AllowlistRequestFactory(), AllowlistRequestFactory()
    approve_incident(incident=approved, acting_user=support)
    reject_incident(incident=rejected, reason="Onbekend.", acting_user=support)
    expected = {
        "approved": [approved.pk],
        "rejected": [rejected.pk],
        "all": [rejected.pk, approved.pk, incident.pk],
        "onzin": [incident.pk],
    }

    answer = desk.get(BASE, {"status": status})

    assert [row.pk for row in answer.context["page"].rows] == expected[status]


@pytest.mark.parametrize("incidents", [1, 3])
def test_the_queue_costs_the_same_for_one_and_three(desk: Client, incidents: int) -> None:
    for _n in range(incidents):
        AllowlistRequestFactory()
    desk.get(BASE)

    with CaptureQueriesContext(connection) as queries:
        desk.get(BASE)

    # Session, user, page, evidence, and the number in the menu.
    assert len(queries) == 5, [query["sql"][:90] for query in queries]


def test_an_empty_queue_says_so(desk: Client) -> None:
    assert "Nothing waits for you" in desk.get(BASE).content.decode()


def test_one_incident_stands_beside_the_queue(desk: Client, incident: AllowlistRequest, here: str) -> None:
    AllowlistEntryFactory(participant_number=incident.participant_number, network=ip_network("192.0.2.0/28"))

    page = desk.get(here).content.decode()

    assert f"Incident {incident.pk}" in page
    assert "Incidents of all environments" in page
    assert "192.0.2.0/28" in page


def test_one_incident_with_htmx_is_queue_and_incident_without_the_frame(desk: Client, here: str) -> None:
    part = desk.get(here, headers={"HX-Request": "true"}).content.decode()

    assert part.lstrip().startswith('<div id="queue"')
    assert 'id="incident"' in part


def test_the_keys_lead_to_the_neighbours(desk: Client, incident: AllowlistRequest) -> None:
    middle, last = AllowlistRequestFactory(), AllowlistRequestFactory()

    page = desk.get(f"{BASE}{middle.pk}/").content.decode()

    assert f'data-key="k" href="{BASE}{incident.pk}/?status=open"' in page
    assert f'data-key="j" href="{BASE}{last.pk}/?status=open"' in page
    for key in ("g", "a"):
        assert f'data-key="{key}"' in page


@pytest.mark.parametrize(
    ("network", "words"),
    [("127.0.0.1/32", "This address only exists inside a network"), ("8.8.0.0/16", "This is a wide range")],
)
def test_what_needs_a_second_look_is_pointed_out(desk: Client, network: str, words: str) -> None:
    incident = AllowlistRequestFactory(network=ip_network(network))

    assert words in desk.get(f"{BASE}{incident.pk}/").content.decode()


def test_after_a_decision_the_incident_stays_and_the_next_is_a_step_away(
    desk: Client, support: User, incident: AllowlistRequest, here: str
) -> None:
    waiting = AllowlistRequestFactory()

    answer = desk.post(f"{here}goedkeuren/")
    shown = desk.get(answer["Location"])

    entry = AllowlistEntry.objects.get()
    incident.refresh_from_db()
    assert (incident.status, incident.decided_by) == (Status.APPROVED, support)
    assert (entry.network, entry.participant_number) == (incident.network, incident.participant_number)
    assert (answer.status_code, answer["Location"]) == (303, f"{here}?status=open")
    assert "Approved: messages from 203.0.113.7 for" in shown.content.decode()
    assert (shown.context["incident"], shown.context["below"]) == (incident, waiting.pk)


def test_after_a_decision_the_keys_go_on_from_there(desk: Client, incident: AllowlistRequest) -> None:
    middle, last = AllowlistRequestFactory(), AllowlistRequestFactory()

    answer = desk.post(f"{BASE}{middle.pk}/goedkeuren/")
    in_the_middle = desk.get(answer["Location"]).context
    desk.post(f"{BASE}{last.pk}/goedkeuren/")
    at_the_end = desk.get(f"{BASE}{last.pk}/?status=open").context

    assert (in_the_middle["above"], in_the_middle["below"]) == (incident.pk, last.pk)
    assert (at_the_end["above"], at_the_end["below"]) == (incident.pk, incident.pk)


def test_rejecting_needs_a_reason_beside_the_field(desk: Client, incident: AllowlistRequest, here: str) -> None:
    answer = desk.post(f"{here}afkeuren/", {"reason": "  "})

    incident.refresh_from_db()
    assert (answer.status_code, incident.status) == (422, Status.OPEN)
    assert answer.content.decode().count("Fill in why; the administrator reads it and must know what to do.") == 2


def test_rejecting_keeps_the_reason(desk: Client, support: User, incident: AllowlistRequest, here: str) -> None:
    desk.post(f"{here}afkeuren/", {"reason": "Onbekend adres."})

    incident.refresh_from_db()
    assert (incident.status, incident.decision_reason, incident.decided_by) == (
        Status.REJECTED,
        "Onbekend adres.",
        support,
    )
    assert not AllowlistEntry.objects.exists()


@pytest.mark.parametrize(("path", "data"), [("goedkeuren/", {}), ("afkeuren/", {"reason": "Nee."})])
def test_who_comes_second_is_told_who_decided_what(
    desk: Client, incident: AllowlistRequest, here: str, path: str, data: dict[str, str]
) -> None:
    colleague = UserFactory(name="Saar Support", is_support=True)
    reject_incident(incident=incident, reason="Onbekend adres.", acting_user=colleague)

    answer = desk.post(here + path, data)

    incident.refresh_from_db()
    page = answer.content.decode()
    assert answer.status_code == 409
    assert f"Saar Support decided about incident {incident.pk} on" in page
    assert "Your decision was not recorded." in page
    assert (incident.decided_by, incident.decision_reason) == (colleague, "Onbekend adres.")
    assert not AllowlistEntry.objects.exists()


def test_taking_off_asks_first_and_wants_a_reason(desk: Client, support: User, incident: AllowlistRequest) -> None:
    entry = approve_incident(incident=incident, acting_user=support)
    address = f"/support/allowlist/{entry.pk}/intrekken/"

    question = desk.get(address).content.decode()
    without = desk.post(address, {"reason": " "})
    entry.refresh_from_db()
    before = entry.revoked_at
    answer = desk.post(address, {"reason": "Verhuisd."})

    entry.refresh_from_db()
    assert ("Messages from 203.0.113.7 are refused within a second" in question, before) == (True, None)
    assert without.status_code == 422
    assert (answer.status_code, answer["Location"]) == (303, f"/support/allowlist/{entry.pk}/")
    assert (entry.revoked_by, entry.revoke_reason) == (support, "Verhuisd.")


def test_taking_off_twice_is_explained(desk: Client) -> None:
    entry = AllowlistEntryFactory()
    address = f"/support/allowlist/{entry.pk}/intrekken/"
    desk.post(address, {"reason": "Verhuisd."})

    again, looked = desk.post(address, {"reason": "Nog eens."}), desk.get(address)

    assert again.status_code == 409
    assert "was taken off the allowlist on" in again.content.decode()
    assert "This address is no longer on the allowlist." in looked.content.decode()


@pytest.mark.parametrize("path", ["999999/", "999999/goedkeuren/", "../allowlist/999999/intrekken/"])
def test_what_does_not_exist_is_not_found(desk: Client, path: str) -> None:
    address = (BASE + path).replace("incidenten/../", "")

    assert desk.post(address).status_code in {404, 405}
    assert desk.get(address).status_code in {404, 405}
