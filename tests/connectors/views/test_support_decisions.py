"""What support does on its pages: asking, assigning, approving less, several at once, and keeping the allowlist."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connectors import urls
from connectors.actions.incident_desk import approve_incident, assign_incident, reject_incident
from connectors.models import AllowlistEntry, AllowlistRequest
from portal.models import User
from tests.factories import AllowlistEntryFactory, AllowlistRequestFactory, MessageFactory, TokenFactory, UserFactory

QUEUE, LIST = "/support/incidenten/", "/support/allowlist/"
SUPPORT = sorted(str(pattern.name) for pattern in urls.urlpatterns if str(pattern.pattern).startswith("support/"))

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
    made: AllowlistRequest = AllowlistRequestFactory(network=ip_network("203.0.113.0/28"))
    return made


@pytest.fixture
def here(incident: AllowlistRequest) -> str:
    return f"{QUEUE}{incident.pk}/"


def test_the_loop_knows_every_address() -> None:
    assert len(SUPPORT) == 16


@pytest.mark.parametrize("name", SUPPORT)
def test_for_who_is_not_support_no_address_exists(
    login: Login, beheerder: User, superuser: User, incident: AllowlistRequest, name: str
) -> None:
    pattern = next(pattern for pattern in urls.urlpatterns if pattern.name == name)
    entry = AllowlistEntryFactory()
    pk = entry.pk if name.startswith(("entry", "support_entry")) else incident.pk
    address = reverse(f"connectors:{name}", kwargs={"pk": pk} if "pk" in pattern.pattern.converters else None)
    data = {
        "reason": "x",
        "question": "x",
        "network": "203.0.113.1",
        "review_on": "2099-01-01",
        "incident": incident.pk,
    }

    for user in (beheerder, superuser):
        client = login(user)

        answers = {client.get(address).status_code, client.post(address, data).status_code}

        assert 404 in answers
        assert answers <= {404, 405}
    incident.refresh_from_db()
    entry.refresh_from_db()
    assert (incident.status, incident.assigned_to, entry.revoked_at) == (Status.OPEN, None, None)


def test_less_is_approved_until_the_end_of_a_day(desk: Client, here: str) -> None:
    day = timezone.localdate() + timedelta(days=10)

    answer = desk.post(f"{here}beperkt-goedkeuren/", {"network": "203.0.113.4", "expires_on": f"{day:%Y-%m-%d}"})

    entry = AllowlistEntry.objects.get()
    assert (answer.status_code, str(entry.network)) == (303, "203.0.113.4/32")
    assert entry.expires_at is not None
    assert timezone.localtime(entry.expires_at).date() == day + timedelta(days=1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"network": "198.51.100.1"}, "no more was asked for"),
        ({"network": "203.0.113.4", "expires_on": "2020-01-01"}, "Choose a day after today"),
        ({"network": "overal"}, "Enter an address such as"),
    ],
)
def test_what_cannot_be_approved_is_said_beside_it(desk: Client, here: str, data: dict[str, str], words: str) -> None:
    answer = desk.post(f"{here}beperkt-goedkeuren/", data)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not AllowlistEntry.objects.exists()


def test_a_question_stands_in_the_queue_and_in_the_history(desk: Client, here: str) -> None:
    desk.post(f"{here}vragen/", {"question": "Van wie is dit adres?"})

    page = desk.get(here).content.decode()

    assert page.count("Waits for an answer") == 2
    assert "Van wie is dit adres?" in page
    assert desk.post(f"{here}vragen/", {"question": " "}).status_code == 422


def test_an_incident_is_taken_on_and_found_again(desk: Client, support: User, incident: AllowlistRequest) -> None:
    AllowlistRequestFactory()

    desk.post(f"{QUEUE}{incident.pk}/toewijzen/", {"to": support.pk, "was": ""})

    mine = desk.get(QUEUE, {"status": "mine"})
    assert [line.incident for line in mine.context["lines"]] == [incident]


def test_of_two_who_assign_one_is_told(desk: Client, support: User, incident: AllowlistRequest) -> None:
    colleague = UserFactory(name="Saar Support", is_support=True)
    assign_incident(incident=incident, to=colleague, was=None, acting_user=colleague)

    answer = desk.post(f"{QUEUE}{incident.pk}/toewijzen/", {"to": support.pk, "was": ""})

    assert answer.status_code == 409
    assert "was assigned to Saar Support meanwhile" in answer.content.decode()


def test_several_are_named_before_they_are_decided(desk: Client, support: User, incident: AllowlistRequest) -> None:
    other, decided = AllowlistRequestFactory(), AllowlistRequestFactory()
    reject_incident(incident=decided, reason="Nee.", acting_user=support)
    chosen = [incident.pk, other.pk, decided.pk]

    question = desk.get(f"{QUEUE}meerdere/", {"incident": chosen}).content.decode()
    before = AllowlistEntry.objects.count()
    desk.post(f"{QUEUE}meerdere/goedkeuren/", {"incident": chosen})

    assert "Approve 2 incidents" in question
    assert "1 of the ticked incidents has been decided already" in question
    assert (before, AllowlistEntry.objects.count()) == (0, 2)


def test_more_than_can_be_decided_at_once_is_said_beforehand(desk: Client, incident: AllowlistRequest) -> None:
    others = [AllowlistRequestFactory(network=ip_network(f"198.51.100.{n}/32")).pk for n in range(50)]

    page = desk.get(f"{QUEUE}meerdere/", {"incident": [incident.pk, *others]})
    just_enough = desk.get(f"{QUEUE}meerdere/", {"incident": others})

    words = "At most 50 incidents are decided at once."
    assert [line.incident.pk for line in page.context["lines"]] == [incident.pk, *others[:49]]
    assert words in page.content.decode()
    assert words not in just_enough.content.decode()


def test_several_are_rejected_with_one_reason(desk: Client, incident: AllowlistRequest) -> None:
    other = AllowlistRequestFactory()
    chosen = {"incident": [incident.pk, other.pk]}

    without = desk.post(f"{QUEUE}meerdere/afkeuren/", {**chosen, "reason": ""})
    desk.post(f"{QUEUE}meerdere/afkeuren/", {**chosen, "reason": "Onbekend."})

    assert without.status_code == 422
    assert [*AllowlistRequest.objects.values_list("status", "decision_reason")] == [("rejected", "Onbekend.")] * 2


def test_an_approved_incident_says_that_it_works(desk: Client, support: User, incident: AllowlistRequest) -> None:
    approve_incident(incident=incident, acting_user=support)
    waiting = desk.get(f"{QUEUE}{incident.pk}/").content.decode()
    token = TokenFactory(app_connector__environment=incident.environment)
    MessageFactory(token=token, source_address="203.0.113.5", received_at=timezone.now())

    page = desk.get(f"{QUEUE}{incident.pk}/").content.decode()
    listed = desk.get(QUEUE, {"status": "approved"}).content.decode()

    assert "Let in, but no call has come through since." in waiting
    assert "It works" in page
    assert f"with token …{token.hint}" in page
    assert "Works" in listed


def test_the_same_address_of_others_is_shown(desk: Client, here: str) -> None:
    AllowlistEntryFactory(participant_number="55555", network=ip_network("203.0.113.5/32"))
    AllowlistEntryFactory(participant_number="55555", network=ip_network("198.51.100.1/32"))

    page = desk.get(here).content.decode()

    assert "for 55555, since" in page
    assert "198.51.100.1" not in page


def test_the_number_in_the_menu_follows(desk: Client, incident: AllowlistRequest) -> None:
    before = desk.get(f"{QUEUE}aantal/").content
    AllowlistRequestFactory()

    assert (before, desk.get(f"{QUEUE}aantal/").content) == (b"1", b"2")


# The allowlist --------------------------------------------------------------------------------------------------------


def test_each_list_has_its_addresses(desk: Client) -> None:
    now = timezone.now()
    plain = AllowlistEntryFactory(network=ip_network("203.0.113.1/32"))
    ending = AllowlistEntryFactory(network=ip_network("203.0.113.2/32"), expires_at=now + timedelta(days=20))
    idle = AllowlistEntryFactory(network=ip_network("203.0.113.3/32"), created_at=now - timedelta(days=400))
    due = AllowlistEntryFactory(network=ip_network("203.0.113.4/32"), review_on=now.date())
    gone = AllowlistEntryFactory(network=ip_network("203.0.113.5/32"), revoked_at=now)
    expected = {
        "live": [due, idle, ending, plain],
        "expiring": [ending],
        "review": [due],
        "unused": [idle],
        "over": [gone],
        "onzin": [due, idle, ending, plain],
    }

    for name, entries in expected.items():
        assert desk.get(LIST, {"show": name}).context["page"].rows == entries, name


@pytest.mark.parametrize("entries", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(desk: Client, entries: int) -> None:
    for number in range(entries):
        AllowlistEntryFactory(network=ip_network(f"203.0.113.{number}/32"))

    with CaptureQueriesContext(connection) as queries:
        desk.get(LIST)

    assert len(queries) == 4, [query["sql"][:90] for query in queries]


def test_an_entry_ends_on_a_day_and_is_reviewed(desk: Client, support: User) -> None:
    entry = AllowlistEntryFactory()
    here = f"{LIST}{entry.pk}/"
    day = timezone.localdate() + timedelta(days=90)

    desk.post(f"{here}einddatum/", {"expires_on": f"{day:%Y-%m-%d}"})
    desk.post(f"{here}beoordelen/", {"review_on": f"{day:%Y-%m-%d}", "remark": "Nagebeld."})

    entry.refresh_from_db()
    page = desk.get(here).content.decode()
    assert (timezone.localtime(entry.expires_at).date(), entry.review_on) == (day + timedelta(days=1), day)
    assert "Nagebeld." in page
    assert "Ends on" in page


@pytest.mark.parametrize("path", ["einddatum/", "beoordelen/"])
def test_a_day_that_is_over_is_said_beside_the_field(desk: Client, path: str) -> None:
    entry = AllowlistEntryFactory()

    answer = desk.post(f"{LIST}{entry.pk}/{path}", {"expires_on": "2020-01-01", "review_on": "2020-01-01"})

    assert answer.status_code == 422
    assert "Choose a day after today" in answer.content.decode()
