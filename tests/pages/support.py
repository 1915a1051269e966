"""The pages about refusals and incidents, of an office and of support staff, and the help."""

from __future__ import annotations

from collections.abc import Iterator

from django.test import Client

from connectors.models import AllowlistEntry, AllowlistRequest
from messaging.models import LogEntry
from tests.pages.offices import CODE, OFFICE, office


def pages_about_refusals(_client: Client) -> Iterator[str]:
    incidents = f"{OFFICE}/allowlist-incidenten/"
    yield from (incidents + path for path in ("", "nieuw/?address=203.0.113.9"))
    yield f"{OFFICE}/allowlist/"
    yield from (f"{incidents}{incident.pk}/" for incident in AllowlistRequest.objects.filter(environment=office()))
    yield f"{OFFICE}/communicatielogboek/"
    entry = LogEntry.objects.filter(environment=office()).latest("pk")
    yield from (f"{OFFICE}/communicatielogboek/{entry.public_reference}/{path}" for path in ("", "nu/"))
    yield from (f"/hulp/{path}" for path in ("", f"?omgeving={CODE}", "inrichting/", "app-connector/", "oorzaken/"))
    yield from ("/", "/account/meldingen/")


def support_pages(_client: Client) -> Iterator[str]:
    yield from ("/support/dashboard/", "/support/dashboard/omgevingen/?figure=none", "/support/omgevingen/nieuw/")
    yield "/support/dashboard/omgevingen/?figure=later"
    yield from ("/support/incidenten/", "/support/incidenten/?status=approved", "/support/communicatielogboek/")
    entry = LogEntry.objects.latest("pk")
    yield from (f"/support/communicatielogboek/{entry.public_reference}/{path}" for path in ("", "nu/"))
    asked = AllowlistRequest.objects.filter(awaits_answer=True).earliest("pk").pk
    yield from (f"/support/incidenten/{asked}/", f"/support/incidenten/meerdere/?incident={asked}")
    yield f"/support/incidenten/{AllowlistRequest.objects.filter(status='open').earliest('pk').pk}/"
    yield from ("/support/allowlist/", "/support/allowlist/?show=unused", "/support/hersteltijd/")
    yield f"/support/allowlist/{AllowlistEntry.objects.latest('pk').pk}/"
    yield f"/support/allowlist/{AllowlistEntry.objects.earliest('pk').pk}/intrekken/"
