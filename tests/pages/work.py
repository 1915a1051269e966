"""The pages of the daily work: messages, tasks, the acts of assessing, and what could not be sent."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.test import Client

from messaging.models import Message
from tests.pages.offices import OFFICE, office


def message_pages(_client: Client) -> Iterator[str]:
    for status in (10, 30, 40, 50, 60, 70, 80, 90):
        yield f"{OFFICE}/berichten/{_newest(status=status)}/"
    yield f"{OFFICE}/mijn-taken/"
    for kind in ("SUP", "ICP"):
        yield f"{OFFICE}/berichten/{_newest(reading__kind=kind)}/"
    listing = _newest(step__name="Controleren", question=None)
    yield from (f"{OFFICE}/berichten/{listing}/{path}/" for path in ("doorzetten", "vragen"))
    returned = Message.objects.filter(step__name="Accorderen", reading__kind="ICP").earliest("pk").public_id
    yield f"{OFFICE}/berichten/{returned}/terugzetten/"
    asked = Message.objects.get(question__isnull=False).public_id
    yield from (f"{OFFICE}/berichten/{asked}/{path}" for path in ("", "antwoorden/"))
    yield f"{OFFICE}/mijn-taken/goedkeuren/?message={asked}&message={returned}"
    waiting = _newest(status=30)
    yield from (f"{OFFICE}/berichten/{waiting}/{path}/" for path in ("document", "afkeuren"))


def pages_of_acts(client: Client) -> Iterator[str]:
    linked = _newest(status=30, organisation__isnull=False)
    yield from (f"{OFFICE}/berichten/{linked}/organisatie/{path}" for path in ("", "ontkoppelen/"))
    yield f"{OFFICE}/berichten/{_newest(status=60)}/geweigerd/"
    yield from (f"{OFFICE}/verzendfouten/{path}" for path in ("", "?state=again", "opnieuw/"))
    yield str(client.post(f"{OFFICE}/verzendfouten/opnieuw/")["Location"])
    yield _result_of_approving(client)


def _result_of_approving(client: Client) -> str:
    """Approve two at once of which one was approved before, and return the address of what became of them."""
    tasks = f"{OFFICE}/mijn-taken/goedkeuren/"
    waiting, approved = _newest(status=30, step__name="Accorderen", question=None), _newest(status=80)
    confirmation = client.get(tasks, {"message": waiting}).content.decode()
    items = re.findall(r'name="item" value="([^"]+)"', confirmation)
    return str(client.post(f"{tasks}uitvoeren/", {"run": "proef", "item": [*items, approved]})["Location"])


def _newest(**conditions: object) -> str:
    return Message.objects.filter(environment=office(), **conditions).latest("pk").public_id
