"""Incidents and the allowlist: what may be asked, who decides first, and what a decision brings about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.utils import timezone, translation

from connectors.actions import allowlist as actions
from connectors.actions import allowlist_entries, incident_desk
from connectors.models import AllowlistEntry, AllowlistRequest, Environment
from portal.errors import DomainError
from portal.models import User
from portal.network import parse_network
from tests.factories import AllowlistEntryFactory, AllowlistRequestFactory, EnvironmentFactory, UserFactory

pytestmark = pytest.mark.django_db
Status = AllowlistRequest.Status


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def _submit(environment: Environment, acting_user: User, network: str = "203.0.113.7", **given: Any) -> Any:
    asked = {"participant_number": "12345", "explanation": "", "local_confirmed": False, **given}
    return actions.submit_incident(
        environment=environment, network=parse_network(network), acting_user=acting_user, **asked
    )


def test_an_incident_waits_for_support(environment: Environment, beheerder: User) -> None:
    incident = _submit(environment, beheerder, explanation="Nieuwe klant.")

    incident.refresh_from_db()
    assert (incident.environment, incident.participant_number, incident.submitted_by) == (
        environment,
        "12345",
        beheerder,
    )
    assert (incident.feature, incident.profile, incident.status) == ("general", "accountant", Status.OPEN)
    assert (str(incident.network), incident.explanation) == ("203.0.113.7/32", "Nieuwe klant.")
    assert not AllowlistEntry.objects.exists()


def test_only_the_number_of_this_environment_is_wanted(environment: Environment, beheerder: User) -> None:
    EnvironmentFactory(code="O54321XY")

    with pytest.raises(DomainError) as refusal:
        _submit(environment, beheerder, participant_number="54321")

    assert refusal.value.field == "participant_number"
    assert str(refusal.value) == (
        "Fill in 12345: the digits of this environment, which the messages go to. "
        "The number of the customer environment, or of another office, is not wanted here."
    )
    assert not AllowlistRequest.objects.exists()


@pytest.mark.parametrize("allowed", ["203.0.113.7", "203.0.113.0/28"])
def test_what_is_let_in_already_is_not_asked_again(environment: Environment, beheerder: User, allowed: str) -> None:
    incident = AllowlistRequestFactory(environment=environment, network=parse_network(allowed))
    entry = AllowlistEntryFactory(network=parse_network(allowed), request=incident)

    with pytest.raises(actions.AlreadyAllowedError) as refusal:
        _submit(environment, beheerder)

    assert (refusal.value.field, refusal.value.entry, refusal.value.entry.request) == ("network", entry, incident)
    assert f"{allowed} is on the allowlist since" in str(refusal.value)


@pytest.mark.parametrize(
    "ended",
    [
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(days=1)},
        {"participant_number": "54321"},
    ],
)
def test_what_was_let_in_once_or_for_another_is_asked(
    environment: Environment, beheerder: User, ended: dict[str, Any]
) -> None:
    AllowlistEntryFactory(network=parse_network("203.0.113.7"), **ended)

    assert _submit(environment, beheerder).status == Status.OPEN


@pytest.mark.parametrize("asked", ["203.0.113.7", "203.0.113.0/28"])
def test_what_is_asked_already_is_not_asked_twice(environment: Environment, beheerder: User, asked: str) -> None:
    incident = AllowlistRequestFactory(environment=environment, network=parse_network(asked))

    with pytest.raises(actions.AlreadyAskedError) as refusal:
        _submit(environment, beheerder)

    assert (refusal.value.field, refusal.value.incident) == ("network", incident)
    wanted = "this address already" if asked == "203.0.113.7" else f"{asked}, and this address is in it"
    assert str(refusal.value) == (
        f"Incident {incident.pk} asks for {wanted}; support staff have still to decide about it."
    )
    assert AllowlistRequest.objects.count() == 1


def test_a_rejected_incident_does_not_stand_in_the_way(
    environment: Environment, beheerder: User, support: User
) -> None:
    first = _submit(environment, beheerder)
    incident_desk.reject_incident(incident=first, reason="Wie is dit?", acting_user=support)

    second = _submit(environment, beheerder, explanation="Onze klant Jansen.")

    assert (second.status, second.pk == first.pk) == (Status.OPEN, False)


@pytest.mark.parametrize(
    "local", ["127.0.0.1", "10.1.2.3", "192.168.0.0/24", "100.64.0.1", "::1", "fe80::1", "fc00::/64"]
)
def test_an_address_inside_a_network_has_to_be_meant(environment: Environment, beheerder: User, local: str) -> None:
    with pytest.raises(DomainError) as refusal:
        _submit(environment, beheerder, local)

    confirmed = _submit(environment, beheerder, local, local_confirmed=True)

    assert refusal.value.field == "local_confirmed"
    assert str(refusal.value).startswith("This address only exists inside a network")
    assert confirmed.status == Status.OPEN


@pytest.mark.parametrize("public", ["203.0.113.7", "8.8.8.0/24", "2a02:58::1"])
def test_a_public_address_needs_no_confirmation(environment: Environment, beheerder: User, public: str) -> None:
    assert _submit(environment, beheerder, public).status == Status.OPEN


@pytest.mark.parametrize("endless", ["0.0.0.0/0", "8.0.0.0/15", "::/0", "2a00::/31"])
def test_a_range_that_lets_nearly_everybody_in_is_not_asked_for(
    environment: Environment, beheerder: User, endless: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        _submit(environment, beheerder, endless, explanation="Alles.", local_confirmed=True)

    assert refusal.value.field == "network"
    assert not AllowlistRequest.objects.exists()


@pytest.mark.parametrize(("wide", "count"), [("8.8.0.0/16", "65.536"), ("2a02::/32", f"{2**96:,}".replace(",", "."))])
def test_a_wide_range_needs_an_explanation(environment: Environment, beheerder: User, wide: str, count: str) -> None:
    with pytest.raises(DomainError) as refusal:
        _submit(environment, beheerder, wide, explanation="  ")

    explained = _submit(environment, beheerder, wide, explanation="Het hele datacentrum.")

    assert refusal.value.field == "explanation"
    assert str(refusal.value) == f"Explain why so wide a range is needed: it lets in {count} addresses."
    assert explained.status == Status.OPEN


def test_approval_puts_the_address_on_the_allowlist(environment: Environment, support: User) -> None:
    incident = AllowlistRequestFactory(environment=environment, network=ip_network("203.0.113.0/28"))

    entry = incident_desk.approve_incident(incident=incident, acting_user=support)

    incident.refresh_from_db()
    entry.refresh_from_db()
    assert (incident.status, incident.decided_by, incident.decided_at is not None) == (Status.APPROVED, support, True)
    assert (entry.participant_number, entry.profile, entry.network) == ("12345", "accountant", incident.network)
    assert (entry.request, entry.created_by, entry.revoked_at, entry.expires_at) == (incident, support, None, None)
    assert actions.live_entries("12345") == [entry]


def test_approval_links_up_with_the_equal_address_that_is_there(environment: Environment, support: User) -> None:
    entry = AllowlistEntryFactory(network=ip_network("203.0.113.7/32"))
    incident = AllowlistRequestFactory(environment=environment, network=entry.network)

    approved = incident_desk.approve_incident(incident=incident, acting_user=support)

    entry.refresh_from_db()
    assert (approved, entry.request) == (entry, incident)
    assert AllowlistEntry.objects.count() == 1


def test_approval_leaves_the_incident_of_an_equal_address_alone(environment: Environment, support: User) -> None:
    first = AllowlistRequestFactory(
        environment=environment,
        network=ip_network("203.0.113.7/32"),
        status=Status.REJECTED,
        decision_reason="x",
        decided_by=support,
        decided_at=timezone.now(),
    )
    entry = AllowlistEntryFactory(network=first.network, request=first)
    incident = AllowlistRequestFactory(environment=environment, network=entry.network)

    approved = incident_desk.approve_incident(incident=incident, acting_user=support)

    entry.refresh_from_db()
    assert (approved, entry.request) == (entry, first)


def test_approval_replaces_an_address_that_lapsed(environment: Environment, support: User) -> None:
    lapsed = AllowlistEntryFactory(network=ip_network("203.0.113.7/32"), expires_at=timezone.now() - timedelta(hours=1))
    incident = AllowlistRequestFactory(environment=environment, network=lapsed.network)

    entry = incident_desk.approve_incident(incident=incident, acting_user=support)

    lapsed.refresh_from_db()
    assert (lapsed.revoked_by, entry.expires_at) == (support, None)
    assert actions.live_entries("12345") == [entry]


def test_a_rejection_says_why(environment: Environment, support: User) -> None:
    incident = AllowlistRequestFactory(environment=environment)

    incident_desk.reject_incident(incident=incident, reason=" Dit is het adres van een ander. ", acting_user=support)

    incident.refresh_from_db()
    assert (incident.status, incident.decision_reason, incident.decided_by) == (
        Status.REJECTED,
        "Dit is het adres van een ander.",
        support,
    )
    assert not AllowlistEntry.objects.exists()


def test_a_rejection_without_a_reason_is_refused(environment: Environment, support: User) -> None:
    incident = AllowlistRequestFactory(environment=environment)

    with pytest.raises(DomainError) as refusal:
        incident_desk.reject_incident(incident=incident, reason="  ", acting_user=support)

    incident.refresh_from_db()
    assert (refusal.value.field, incident.status) == ("reason", Status.OPEN)


def test_of_two_support_staff_one_decides_and_the_other_is_told(environment: Environment, support: User) -> None:
    incident = AllowlistRequestFactory(environment=environment)
    stale = AllowlistRequest.objects.get(pk=incident.pk)
    colleague = UserFactory(name="Saar Support", is_support=True)
    incident_desk.reject_incident(incident=incident, reason="Onbekend adres.", acting_user=colleague)

    with pytest.raises(incident_desk.AlreadyDecidedError) as refusal:
        incident_desk.approve_incident(incident=stale, acting_user=support)

    incident.refresh_from_db()
    assert str(refusal.value).startswith(f"Saar Support decided about incident {incident.pk} on ")
    assert str(refusal.value).endswith(": Rejected. Your decision was not recorded.")
    assert (incident.status, incident.decided_by) == (Status.REJECTED, colleague)
    assert not AllowlistEntry.objects.exists()


def test_approving_twice_allows_once(environment: Environment, support: User) -> None:
    incident = AllowlistRequestFactory(environment=environment)
    stale = AllowlistRequest.objects.get(pk=incident.pk)
    incident_desk.approve_incident(incident=incident, acting_user=support)

    with pytest.raises(incident_desk.AlreadyDecidedError):
        incident_desk.approve_incident(incident=stale, acting_user=support)

    assert AllowlistEntry.objects.count() == 1


def test_a_revoked_address_is_no_longer_let_in(support: User) -> None:
    entry = AllowlistEntryFactory()

    allowlist_entries.revoke_entry(entry=entry, reason="Verhuisd.", acting_user=support)

    entry.refresh_from_db()
    assert (entry.revoked_by, entry.revoked_at is not None) == (support, True)
    assert actions.live_entries("12345") == []


def test_an_address_is_revoked_once(support: User) -> None:
    entry = AllowlistEntryFactory()
    allowlist_entries.revoke_entry(entry=entry, reason="Verhuisd.", acting_user=support)
    first = AllowlistEntry.objects.get(pk=entry.pk).revoked_at

    with pytest.raises(DomainError) as refusal:
        allowlist_entries.revoke_entry(entry=entry, reason="Nog eens.", acting_user=UserFactory())

    assert "was taken off the allowlist on" in str(refusal.value)
    assert AllowlistEntry.objects.get(pk=entry.pk).revoked_at == first
