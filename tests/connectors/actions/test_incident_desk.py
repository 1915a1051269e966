"""What support does with an incident: take it on, ask, approve less, decide several; and who hears of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from connectors.actions.allowlist import submit_incident
from connectors.actions.allowlist_entries import review_entry, set_entry_expiry
from connectors.actions.incident_desk import (
    AlreadyDecidedError,
    AssignedMeanwhileError,
    NotNarrowerError,
    answer_incident,
    approve_incident,
    ask_about_incident,
    assign_incident,
    decide_several,
    reject_incident,
)
from connectors.models import AllowlistEntry, AllowlistRequest, Environment
from portal.errors import DomainError
from portal.models import User
from portal.network import parse_network
from tests.factories import AllowlistEntryFactory, AllowlistRequestFactory, UserFactory
from tests.mail import send_waiting_notices

pytestmark = pytest.mark.django_db
Status = AllowlistRequest.Status


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def incident(environment: Environment, beheerder: User) -> AllowlistRequest:
    made: AllowlistRequest = AllowlistRequestFactory(
        environment=environment, network=ip_network("203.0.113.0/28"), submitted_by=beheerder
    )
    return made


def _remarks(incident: AllowlistRequest) -> list[tuple[str, User | None, str]]:
    return [(remark.kind, remark.actor, remark.text) for remark in incident.remarks.order_by("id")]


def test_an_incident_is_taken_on_passed_on_and_let_go(incident: AllowlistRequest, support: User) -> None:
    colleague = UserFactory(name="Saar Support", is_support=True)

    assign_incident(incident=incident, to=support, was=None, acting_user=support)
    assign_incident(incident=incident, to=colleague, was=support.pk, acting_user=support)
    assign_incident(incident=incident, to=None, was=colleague.pk, acting_user=colleague)

    incident.refresh_from_db()
    assert incident.assigned_to is None
    assert _remarks(incident) == [
        ("assigned", support, "Persoon support"),
        ("assigned", support, "Saar Support"),
        ("assigned", colleague, ""),
    ]


def test_of_two_who_take_an_incident_on_one_is_told(incident: AllowlistRequest, support: User) -> None:
    colleague = UserFactory(name="Saar Support", is_support=True)
    assign_incident(incident=incident, to=colleague, was=None, acting_user=colleague)

    with pytest.raises(AssignedMeanwhileError) as refusal:
        assign_incident(incident=incident, to=support, was=None, acting_user=support)

    incident.refresh_from_db()
    assert "was assigned to Saar Support meanwhile" in str(refusal.value)
    assert incident.assigned_to == colleague


def test_an_incident_goes_to_support_staff_only(incident: AllowlistRequest, support: User, beheerder: User) -> None:
    with pytest.raises(DomainError) as refusal:
        assign_incident(incident=incident, to=beheerder, was=None, acting_user=support)

    assert refusal.value.field == "to"


def test_a_question_waits_until_it_is_answered(
    incident: AllowlistRequest, support: User, beheerder: User, mailoutbox: list[EmailMessage]
) -> None:
    ask_about_incident(incident=incident, question=" Van wie? ", acting_user=support)
    incident.refresh_from_db()
    waited = incident.awaits_answer
    answer_incident(incident=incident, answer="Van ons.", acting_user=beheerder)
    send_waiting_notices()

    incident.refresh_from_db()
    assert (waited, incident.awaits_answer) == (True, False)
    assert _remarks(incident) == [("asked", support, "Van wie?"), ("answered", beheerder, "Van ons.")]
    assert [mail.to for mail in mailoutbox] == [[beheerder.email], [support.email]]
    assert "Van wie?" not in mailoutbox[0].body


@pytest.mark.parametrize("words", ["", "  "])
def test_questions_and_answers_have_words(
    incident: AllowlistRequest, support: User, beheerder: User, words: str
) -> None:
    with pytest.raises(DomainError) as question:
        ask_about_incident(incident=incident, question=words, acting_user=support)
    with pytest.raises(DomainError) as answer:
        answer_incident(incident=incident, answer=words, acting_user=beheerder)

    assert (question.value.field, answer.value.field) == ("question", "answer")
    assert not incident.remarks.exists()


def test_an_answer_goes_to_who_has_the_incident(
    incident: AllowlistRequest, support: User, beheerder: User, mailoutbox: list[EmailMessage]
) -> None:
    UserFactory(is_support=True)
    assign_incident(incident=incident, to=support, was=None, acting_user=support)

    answer_incident(incident=incident, answer="Van ons.", acting_user=beheerder)
    send_waiting_notices()

    assert [mail.to for mail in mailoutbox] == [[support.email]]


def test_a_decision_ends_the_waiting(incident: AllowlistRequest, support: User) -> None:
    ask_about_incident(incident=incident, question="Van wie?", acting_user=support)

    approve_incident(incident=incident, acting_user=support)

    incident.refresh_from_db()
    assert (incident.status, incident.awaits_answer) == (Status.APPROVED, False)


def test_less_may_be_approved_and_for_a_time(incident: AllowlistRequest, support: User) -> None:
    until = timezone.now() + timedelta(days=30)

    entry = approve_incident(
        incident=incident, network=parse_network("203.0.113.4/30"), expires_at=until, acting_user=support
    )

    assert (str(entry.network), entry.expires_at, entry.request) == ("203.0.113.4/30", until, incident)


@pytest.mark.parametrize("network", ["203.0.113.0/27", "203.0.113.16", "2a02:58::1"])
def test_no_more_is_approved_than_was_asked(incident: AllowlistRequest, support: User, network: str) -> None:
    with pytest.raises(NotNarrowerError):
        approve_incident(incident=incident, network=parse_network(network), acting_user=support)

    incident.refresh_from_db()
    assert (incident.status, AllowlistEntry.objects.exists()) == (Status.OPEN, False)


def test_the_database_too_refuses_more_than_was_asked(incident: AllowlistRequest) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AllowlistEntryFactory(network=parse_network("203.0.113.0/27"), request=incident)


@pytest.mark.parametrize("network", ["8.0.0.0/15", "2a00::/31"])
def test_the_database_refuses_what_is_too_wide(environment: Environment, network: str) -> None:
    for factory, given in ((AllowlistEntryFactory, {}), (AllowlistRequestFactory, {"environment": environment})):
        with pytest.raises(IntegrityError), transaction.atomic():
            factory(network=ip_network(network), **given)


def test_several_are_decided_one_by_one(environment: Environment, support: User) -> None:
    incidents = [AllowlistRequestFactory(environment=environment) for _n in range(3)]
    stale = AllowlistRequest.objects.get(pk=incidents[1].pk)
    reject_incident(incident=stale, reason="Onbekend.", acting_user=UserFactory(name="Saar Support"))

    outcome = decide_several(incidents=incidents, approve=True, reason="", acting_user=support)

    assert outcome.done == [incidents[0], incidents[2]]
    assert [text.startswith("Saar Support decided") for text in outcome.refused] == [True]
    assert AllowlistEntry.objects.count() == 2


@pytest.mark.parametrize("approve", [True, False])
def test_who_submitted_hears_of_the_decision_and_support_of_the_incident(
    environment: Environment, beheerder: User, support: User, approve: bool, mailoutbox: list[EmailMessage]
) -> None:
    incident = submit_incident(
        environment=environment,
        participant_number="12345",
        network=parse_network("203.0.113.7"),
        explanation="Geheim bedrag 123.456",
        local_confirmed=False,
        acting_user=beheerder,
    )
    decide_several(incidents=[incident], approve=approve, reason="Onbekend adres.", acting_user=support)
    send_waiting_notices()

    decided = "goedgekeurd" if approve else "afgekeurd"
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        ([support.email], f"O12345AB: Incident {incident.pk} vraagt om 203.0.113.7 toe te laten"),
        ([beheerder.email], f"O12345AB: Incident {incident.pk} is {decided}"),
    ]
    assert f"/support/incidenten/{incident.pk}/" in mailoutbox[0].body
    assert f"/O12345AB/allowlist-incidenten/{incident.pk}/" in mailoutbox[1].body
    assert "123.456" not in mailoutbox[0].body


def test_when_who_submitted_has_left_the_administrators_hear_of_it(
    incident: AllowlistRequest, beheerder: User, support: User, mailoutbox: list[EmailMessage]
) -> None:
    AllowlistRequest.objects.filter(pk=incident.pk).update(submitted_by=UserFactory())

    approve_incident(incident=incident, acting_user=support)
    send_waiting_notices()

    assert [mail.to for mail in mailoutbox] == [[beheerder.email]]


def test_nothing_is_said_or_changed_after_the_decision(
    incident: AllowlistRequest, support: User, beheerder: User
) -> None:
    reject_incident(incident=incident, reason="Nee.", acting_user=support)

    for change in (
        lambda: answer_incident(incident=incident, answer="Toch?", acting_user=beheerder),
        lambda: ask_about_incident(incident=incident, question="Toch?", acting_user=support),
        lambda: assign_incident(incident=incident, to=support, was=None, acting_user=support),
    ):
        with pytest.raises(AlreadyDecidedError):
            change()


def test_an_end_date_can_be_set_and_taken_away(support: User) -> None:
    entry = AllowlistEntryFactory(announced_days=7)
    until = timezone.now() + timedelta(days=60)

    ending = set_entry_expiry(entry=entry, expires_at=until, acting_user=support)
    endless = set_entry_expiry(entry=entry, expires_at=None, acting_user=support)

    assert (ending.expires_at, ending.announced_days, endless.expires_at) == (until, None, None)
    assert [remark.kind for remark in entry.remarks.order_by("id")] == ["expiry", "expiry"]


def test_an_end_and_a_review_lie_ahead(support: User) -> None:
    entry = AllowlistEntryFactory()

    with pytest.raises(DomainError) as end:
        set_entry_expiry(entry=entry, expires_at=timezone.now(), acting_user=support)
    with pytest.raises(DomainError) as review:
        review_entry(entry=entry, review_on=timezone.localdate(), remark="", acting_user=support)

    assert (end.value.field, review.value.field) == ("expires_on", "review_on")


def test_a_review_says_who_found_it_needed(support: User) -> None:
    entry = AllowlistEntryFactory()
    again = timezone.localdate() + timedelta(days=365)

    review_entry(entry=entry, review_on=again, remark="Nagebeld.", acting_user=support)

    entry.refresh_from_db()
    assert (entry.review_on, entry.reviewed_at is not None) == (again, True)
    assert [(remark.kind, remark.actor, remark.text) for remark in entry.remarks.all()] == [
        ("reviewed", support, "Nagebeld.")
    ]
