"""Incidents of the demo in every state, at both offices, with the refusals that led to them."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

from django.utils import timezone

from connectors.actions.allowlist import submit_incident
from connectors.actions.allowlist_entries import revoke_entry
from connectors.actions.incident_desk import (
    answer_incident,
    approve_incident,
    ask_about_incident,
    assign_incident,
    reject_incident,
)
from connectors.causes import Cause
from connectors.fields import display_network
from connectors.models import AllowlistEntry, AllowlistRequest, Environment
from messaging.actions.log import Circumstances, record_refusal
from messaging.models import FixTime, LogEntry
from portal.models import User


def make_incidents(ready: Environment, waiting: Environment, people: dict[str, User]) -> None:
    """Make incidents at both offices. The waiting one lets in nothing that this machine sends from."""
    support, beheerder = people["support"], people["beheerder"]
    _refuse(ready, "198.51.100.20", times=14)
    _ask(ready, "198.51.100.20", "Nieuwe klantomgeving van Kwekerij De Zonnehoek.", people)
    asked = _ask(
        ready, "198.51.100.64/28", "Nieuw kantoor van de klant, er wordt vanaf meer adressen verzonden.", people
    )
    assign_incident(incident=asked, to=support, was=None, acting_user=support)
    ask_about_incident(incident=asked, question="Welke van deze 16 adressen verzenden echt?", acting_user=support)
    expiring = _ask(ready, "198.51.100.101", "Tijdelijk: de inrichting bij een nieuwe klant.", people)
    approve_incident(incident=expiring, expires_at=timezone.now() + timedelta(days=20), acting_user=support)
    moved = approve_incident(
        incident=_ask(ready, "192.0.2.33", "Het oude kantoor van Garage Van Dam.", people), acting_user=support
    )
    revoke_entry(entry=moved, reason="De klant is verhuisd en verzendt hier niet meer vandaan.", acting_user=support)
    idle = approve_incident(
        incident=_ask(ready, "192.0.2.48/28", "Vestigingen van Bakkerij Het Goudkorst.", people),
        network=ip_network("192.0.2.50/32"),
        acting_user=support,
    )
    AllowlistEntry.objects.filter(pk=idle.pk).update(created_at=timezone.now() - timedelta(days=420))

    answered = _ask(waiting, "203.0.113.80", "Testomgeving van de leverancier.", people)
    ask_about_incident(incident=answered, question="Is dit een vast adres?", acting_user=support)
    answer_incident(incident=answered, answer="Ja, volgens de leverancier is het vast.", acting_user=beheerder)
    expired = {"observed": (timezone.now() - timedelta(days=2)).isoformat(), "unit": "moment"}
    _refuse(waiting, "203.0.113.96", times=3, cause=Cause.TOKEN_EXPIRED, evidence=expired)
    _ask(waiting, "203.0.113.96", "", people)
    turned_down = _ask(waiting, "203.0.113.128/25", "Het hele netwerk van de leverancier.", people)
    reject_incident(
        incident=turned_down, reason="Vraag alleen de adressen aan die echt verzenden.", acting_user=support
    )


def make_fix_times(environment: Environment, *, now: datetime) -> None:
    """Give support a quarter of figures that fall: this lies in the past, so it is written directly."""
    chance = random.Random(4321)  # noqa: S311  the demo is the same on every machine
    causes = [
        Cause.ADDRESS_NOT_ALLOWLISTED,
        Cause.TOKEN_UNKNOWN,
        Cause.CONNECTOR_NOT_GRANTED,
        Cause.MESSAGE_TYPE_BLOCKED,
    ]
    rows = []
    for index in range(60):
        refused_at = now - timedelta(days=82 - index * 82 / 60, hours=chance.uniform(1, 8))
        took = timedelta(hours=chance.uniform(0.3, 1) * (28 - index * 0.4))
        address = f"198.51.100.{index + 1}"
        rows.append(
            FixTime(
                sender=f"address {address} {environment.pk}",
                cause=causes[index % len(causes)].code,
                environment=environment,
                address=address,
                reference=uuid4(),
                last_entry=0,
                refused_at=refused_at,
                fixed_at=min(refused_at + took, now),
            )
        )
    FixTime.objects.bulk_create(rows)


def _ask(environment: Environment, address: str, explanation: str, people: dict[str, User]) -> AllowlistRequest:
    return submit_incident(
        environment=environment,
        participant_number=environment.participant_number,
        network=ip_network(address),
        explanation=explanation,
        local_confirmed=False,
        acting_user=people["beheerder"],
    )


def _refuse(
    environment: Environment,
    address: str,
    *,
    times: int,
    cause: Cause = Cause.ADDRESS_NOT_ALLOWLISTED,
    evidence: dict[str, Any] | None = None,
) -> None:
    token = environment.tokens.filter(deleted_at__isnull=True).earliest("pk")
    circumstances = Circumstances(
        door=LogEntry.Door.SOAP,
        method="UploadMessage",
        address=address,
        client="SnelStart 12.8",
        message_type="BTW",
        environment_id=environment.pk,
        app_connector_id=token.app_connector_id,
        token_id=token.pk,
        token_hint=token.hint,
    )
    for _time in range(times):
        record_refusal(cause, circumstances, evidence or _not_allowed(environment, address))


def _not_allowed(environment: Environment, address: str) -> dict[str, Any]:
    """Return the evidence that the gateway records of an address that is not on the allowlist."""
    entries = AllowlistEntry.objects.filter(participant_number=environment.participant_number, revoked_at=None)
    return {"observed": address, "allowed": [display_network(entry.network) for entry in entries.order_by("pk")]}
