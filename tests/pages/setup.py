"""The pages of setting up: message types, app connectors, tokens, and the way in of a test message."""

from __future__ import annotations

from collections.abc import Iterator

from django.test import Client

from connectors.models import AppConnector, Token, TokenClaim
from messaging.models import Trial
from tests.pages.offices import OFFICE, beheerder, office

_WAITING = "/T54321XY/beheer/app-connectors/"


def setup_pages(client: Client) -> Iterator[str]:
    yield from (f"{OFFICE}/{path}" for path in ("", "zoeken/?q=niets", "berichten/", "berichten/?status=80"))
    connector_path = f"{OFFICE}/beheer/communicatieconnector/"
    yield from (connector_path + path for path in ("", "berichten/", "berichtsoorten/BTW/"))
    yield f"{OFFICE}/beheer/app-connectors/"
    yield from _wizard(client)
    yield from _connector(client)
    yield from _tokens()
    yield from (f"{OFFICE}/{path}/" for path in ("klantpagina", "testbericht", "dashboard"))
    token = Token.objects.filter(app_connector__environment=office()).earliest("pk")
    trial = Trial.objects.create(
        environment=office(), message_type="BTW", token=token, address="203.0.113.7", requested_by=beheerder()
    )
    yield f"{OFFICE}/testbericht/{trial.pk}/"


def _wizard(client: Client) -> Iterator[str]:
    start = f"{OFFICE}/beheer/app-connectors/nieuw/"
    yield start
    answers = {"description": "Boekhoudpakket", "automatic_token": "on", "group": "new", "handover": "show"}
    review = client.post(start, answers)["Location"]
    yield review
    yield review.removesuffix("controleren/")


def _connector(client: Client) -> Iterator[str]:
    connector = AppConnector.objects.get(environment=office())
    app = f"{OFFICE}/beheer/app-connectors/{connector.pk}/"
    yield from (app + path for path in ("", "connectoren/", "connectoren/nieuw/", "gebruikerstokens/"))
    yield f"{app}connectoren/{connector.grants.get().pk}/verwijderen/"
    yield from (app + path for path in ("gebruikerstokens/nieuw/", "tweede-klantomgeving/", "verwijderen/"))
    yield f"{app}ip-restricties/"
    client.post(f"{app}ip-restricties/nieuw/", {"action": "exclude", "network": "203.0.113.9", "note": "Oud kantoor"})
    yield f"{app}ip-restricties/"
    yield f"{app}ip-restricties/{connector.ip_rules.get().pk}/verwijderen/"
    yield f"{app}controle/"


def _tokens() -> Iterator[str]:
    connector = AppConnector.objects.get(environment=office())
    token = connector.tokens.earliest("pk")
    tokens = f"{OFFICE}/beheer/app-connectors/{connector.pk}/gebruikerstokens/"
    yield from (f"{tokens}{token.pk}/{path}/" for path in ("vervangen", "verwijderen"))
    handed, old = Token.objects.get(claim__isnull=False), Token.objects.get(closing_since__isnull=False)
    waiting = f"{_WAITING}{old.app_connector_id}/"
    yield from (waiting + path for path in ("controle/", "gebruikerstokens/"))
    yield f"{waiting}gebruikerstokens/{handed.pk}/overdracht/"
    yield f"{waiting}gebruikerstokens/{old.pk}/vervanging/"


def claim_page() -> str:
    """Return the address under which a token is fetched once."""
    return f"/overdracht/{TokenClaim.objects.earliest('pk').reference}/"
