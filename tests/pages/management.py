"""The pages of managing: delivery channels, workflows, users and groups, organisations and their import."""

from __future__ import annotations

from collections.abc import Iterator

from django.test import Client

from connectors.models import AppConnector, GroupMember, UserGroup
from messaging.actions.organisation_import import carry_out_import, lines_of, start_import
from messaging.actions.workflows import start_draft
from messaging.models import DeliveryChannel, Organisation, Workflow
from messaging.organisation_plan import make_plan
from portal.models import Membership
from tests.pages.offices import OFFICE, behandelaar, beheerder, office

_FILE_OF_CLIENTS = b"naam;btw;kvk\nBakkerij Het Goudkorst;001234567B01;12345678\n;;\n"


def management_pages(client: Client) -> Iterator[str]:
    yield from _channels(client)
    yield from _workflows()
    yield from _people()
    yield from _organisations()


def _channels(client: Client) -> Iterator[str]:
    channels = f"{OFFICE}/beheer/verzendkanalen/"
    folder = DeliveryChannel.objects.get(environment=office())
    yield from (channels + path for path in ("", "nieuw/", f"{folder.pk}/", f"{folder.pk}/verwijderen/"))
    client.post(
        f"{channels}nieuw/", {"name": "Webhook", "kind": "webhook", "url": "https://ontvanger.example/berichten"}
    )
    webhook = DeliveryChannel.objects.get(environment=office(), kind="webhook")
    yield from (f"{channels}{webhook.pk}/{path}" for path in ("", "geheim/"))


def _workflows() -> Iterator[str]:
    flow = Workflow.objects.get(environment=office(), name="Controleren en accorderen")
    flows = f"{OFFICE}/beheer/workflows/"
    yield from (flows + path for path in ("", "nieuw/", f"{flow.pk}/", f"{flow.pk}/naam/"))
    draft = start_draft(workflow=flow, acting_user=beheerder())
    step = draft.steps.latest("position")
    yield f"{flows}{flow.pk}/"
    in_draft = ("publiceren/", "weggooien/", "stappen/nieuw/", f"stappen/{step.pk}/")
    yield from (f"{flows}{flow.pk}/concept/{path}" for path in in_draft)


def _people() -> Iterator[str]:
    token = AppConnector.objects.get(environment=office()).tokens.earliest("pk")
    members = Membership.objects.filter(environment=office(), user__in=[token.user, behandelaar()])
    people = f"{OFFICE}/beheer/gebruikers/"
    yield from (people + path for path in ("", "nieuw/", "nieuw-systeemgebruiker/"))
    for member in members:
        yield from (f"{people}{member.pk}/{path}" for path in ("", "verwijderen/"))
    group = UserGroup.objects.get(environment=office())
    joined = GroupMember.objects.filter(group=group).earliest("pk")
    groups = f"{OFFICE}/beheer/gebruikersgroepen/"
    yield from (groups + path for path in ("", "nieuw/", f"{group.pk}/", f"{group.pk}/leden/{joined.pk}/verwijderen/"))


def _organisations() -> Iterator[str]:
    organisation = Organisation.objects.filter(environment=office()).earliest("pk")
    clients = f"{OFFICE}/beheer/organisaties/"
    yield from (clients + path for path in ("", "?q=niets", "nieuw/", "importeren/"))
    yield from (f"{clients}{organisation.pk}/{path}" for path in ("", "verwijderen/"))
    yield f"{clients}{organisation.pk}/nummers/{organisation.numbers.get().pk}/verwijderen/"


def import_pages(_client: Client) -> Iterator[str]:
    made = start_import(
        environment=office(), file_name="klanten.csv", content=_FILE_OF_CLIENTS, acting_user=beheerder()
    )
    address = f"{OFFICE}/beheer/organisaties/importeren/{made.pk}/"
    yield from (address, f"{address}?toon=all")
    carry_out_import(made=made, fingerprint=make_plan(office(), lines_of(made)).fingerprint, acting_user=beheerder())
    yield address
