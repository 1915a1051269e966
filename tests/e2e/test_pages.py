"""Every page of the portal over the data of the demo: accessible, wide and on a phone, light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from connectors.models import AllowlistEntry, AllowlistRequest, AppConnector, Environment, Token, TokenClaim, UserGroup
from messaging.actions.organisation_import import carry_out_import, lines_of, start_import
from messaging.actions.workflows import start_draft
from messaging.models import DeliveryChannel, LogEntry, Message, Organisation, Workflow
from messaging.organisation_plan import make_plan
from portal.management.commands.seed_demo import make_demo
from portal.models import Membership, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OFFICE = "/O12345AB"
FILE_OF_CLIENTS = b"naam;btw;kvk\nBakkerij Het Goudkorst;001234567B01;12345678\n;;\n"


@pytest.fixture
def demo(db: None) -> None:
    make_demo()


def _assessor() -> User:
    return User.objects.get(username="behandelaar")


def _setup_pages() -> Iterator[str]:
    connector = AppConnector.objects.get(environment__code="O12345AB")
    app = f"{OFFICE}/beheer/app-connectors/{connector.pk}/"
    token = connector.tokens.earliest("pk")
    yield from (f"{OFFICE}/{path}" for path in ("", "zoeken/?q=niets", "berichten/", "berichten/?status=80"))
    connector_path = f"{OFFICE}/beheer/communicatieconnector/"
    yield from (connector_path + path for path in ("", "berichten/", "berichtsoorten/BTW/"))
    yield from (f"{OFFICE}/beheer/app-connectors/", f"{OFFICE}/beheer/app-connectors/nieuw/")
    yield from (app + path for path in ("", "connectoren/", "gebruikerstokens/", "gebruikerstokens/nieuw/"))
    yield from (app + path for path in ("ip-restricties/", "tweede-klantomgeving/", "verwijderen/"))
    yield from (f"{app}gebruikerstokens/{token.pk}/{path}/" for path in ("vervangen", "verwijderen"))
    yield f"{app}controle/"
    handed, old = Token.objects.get(claim__isnull=False), Token.objects.get(closing_since__isnull=False)
    waiting = f"/T54321XY/beheer/app-connectors/{old.app_connector_id}/"
    yield from (waiting + path for path in ("controle/", "gebruikerstokens/"))
    yield f"{waiting}gebruikerstokens/{handed.pk}/overdracht/"
    yield f"{waiting}gebruikerstokens/{old.pk}/vervanging/"


def _management_pages() -> Iterator[str]:
    token = AppConnector.objects.get(environment__code="O12345AB").tokens.earliest("pk")
    group = UserGroup.objects.get(environment__code="O12345AB")
    members = Membership.objects.filter(environment__code="O12345AB", user__in=[token.user, _assessor()])
    channels = f"{OFFICE}/beheer/verzendkanalen/"
    channel = DeliveryChannel.objects.get(environment__code="O12345AB")
    yield from (channels + path for path in ("", "nieuw/", f"{channel.pk}/", f"{channel.pk}/verwijderen/"))
    yield from _workflow_pages()
    yield from (f"{OFFICE}/verzendfouten/{path}" for path in ("", "?state=again", "opnieuw/"))
    people = f"{OFFICE}/beheer/gebruikers/"
    yield from (people + path for path in ("", "nieuw/", "nieuw-systeemgebruiker/"))
    yield from (f"{people}{member.pk}/" for member in members)
    groups = f"{OFFICE}/beheer/gebruikersgroepen/"
    yield from (groups + path for path in ("", "nieuw/", f"{group.pk}/"))
    organisation = Organisation.objects.filter(environment__code="O12345AB").earliest("pk")
    clients = f"{OFFICE}/beheer/organisaties/"
    yield from (clients + path for path in ("", "?q=niets", "nieuw/", "importeren/", f"{organisation.pk}/"))
    yield f"{clients}{organisation.pk}/nummers/{organisation.numbers.get().pk}/verwijderen/"


def _workflow_pages() -> Iterator[str]:
    flow = Workflow.objects.get(environment__code="O12345AB", name="Controleren en accorderen")
    flows = f"{OFFICE}/beheer/workflows/"
    yield from (flows + path for path in ("", "nieuw/", f"{flow.pk}/"))
    draft = start_draft(workflow=flow, acting_user=User.objects.get(username="beheerder"))
    step = draft.steps.latest("position")
    yield f"{flows}{flow.pk}/"
    in_draft = ("publiceren/", "weggooien/", "stappen/nieuw/", f"stappen/{step.pk}/")
    yield from (f"{flows}{flow.pk}/concept/{path}" for path in in_draft)


def _import_pages() -> Iterator[str]:
    office = Environment.objects.get(code=OFFICE[1:])
    admin = User.objects.get(username="beheerder")
    made = start_import(environment=office, file_name="klanten.csv", content=FILE_OF_CLIENTS, acting_user=admin)
    address = f"{OFFICE}/beheer/organisaties/importeren/{made.pk}/"
    yield from (address, f"{address}?toon=all")
    carry_out_import(made=made, fingerprint=make_plan(office, lines_of(made)).fingerprint, acting_user=admin)
    yield address


def _pages_about_refusals() -> Iterator[str]:
    incidents = f"{OFFICE}/allowlist-incidenten/"
    yield from (incidents + path for path in ("", "nieuw/?address=203.0.113.9"))
    yield f"{OFFICE}/allowlist/"
    asked = AllowlistRequest.objects.filter(environment__code="O12345AB")
    yield from (f"{incidents}{incident.pk}/" for incident in asked)
    yield "/account/meldingen/"
    yield f"{OFFICE}/communicatielogboek/"
    entry = LogEntry.objects.filter(environment__code="O12345AB").latest("pk")
    yield from (f"{OFFICE}/{path}/" for path in ("testbericht", "klantpagina", "dashboard"))
    yield from (
        f"/hulp/{path}" for path in ("", f"?omgeving={OFFICE[1:]}", "inrichting/", "app-connector/", "oorzaken/")
    )
    yield f"{OFFICE}/communicatielogboek/{entry.public_reference}/"


def _message_pages() -> Iterator[str]:
    for status in (10, 30, 40, 50, 60, 70, 80, 90):
        yield f"{OFFICE}/berichten/{Message.objects.filter(status=status).latest('pk').public_id}/"
    yield f"{OFFICE}/mijn-taken/"
    for kind in ("SUP", "ICP"):
        yield f"{OFFICE}/berichten/{Message.objects.filter(reading__kind=kind).latest('pk').public_id}/"
    listing = Message.objects.filter(step__name="Controleren", question=None).latest("pk").public_id
    yield from (f"{OFFICE}/berichten/{listing}/{path}/" for path in ("doorzetten", "vragen"))
    returned = Message.objects.filter(step__name="Accorderen", reading__kind="ICP").earliest("pk").public_id
    yield f"{OFFICE}/berichten/{returned}/terugzetten/"
    asked = Message.objects.get(question__isnull=False).public_id
    yield from (f"{OFFICE}/berichten/{asked}/{path}" for path in ("", "antwoorden/"))
    yield f"{OFFICE}/mijn-taken/goedkeuren/?message={asked}&message={returned}"
    waiting = Message.objects.filter(status=30).latest("pk").public_id
    yield from (f"{OFFICE}/berichten/{waiting}/{path}/" for path in ("document", "afkeuren", "organisatie"))


def _support_pages() -> Iterator[str]:
    yield from ("/support/dashboard/", "/support/omgevingen/nieuw/")
    yield from ("/support/incidenten/", "/support/incidenten/?status=approved", "/support/communicatielogboek/")
    asked = AllowlistRequest.objects.filter(awaits_answer=True).earliest("pk").pk
    yield from (f"/support/incidenten/{asked}/", f"/support/incidenten/meerdere/?incident={asked}")
    yield from ("/support/allowlist/", "/support/allowlist/?show=unused", "/support/hersteltijd/")
    yield f"/support/allowlist/{AllowlistEntry.objects.latest('pk').pk}/"
    yield f"/support/incidenten/{AllowlistRequest.objects.filter(status='open').earliest('pk').pk}/"
    yield f"/support/allowlist/{AllowlistEntry.objects.earliest('pk').pk}/intrekken/"


def _pages_of_nobody() -> Iterator[str]:
    yield from ("/account/login/", "/account/password/reset/")
    yield f"/overdracht/{TokenClaim.objects.earliest('pk').reference}/"


PAGES: list[tuple[str, Callable[[], Iterator[str]]]] = [
    ("beheerder", _setup_pages),
    ("beheerder", _management_pages),
    ("beheerder", _import_pages),
    ("beheerder", _pages_about_refusals),
    ("behandelaar", _message_pages),
    ("support", _support_pages),
    ("", _pages_of_nobody),
]


# Each width in one of the two palettes; that the colours of both suffice is computed in tests/portal/test_contrast.py.
LOOKS: list[tuple[int, Literal["light", "dark"]]] = [(1440, "light"), (390, "dark")]


def _open_browser(browser: Browser, url: str, username: str) -> Page:
    context = browser.new_context(reduced_motion="reduce")
    if username:
        client = Client()
        client.force_login(User.objects.get(username=username))
        name = django_settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
    return context.new_page()


def _faults(page: Page) -> Iterator[str]:
    for width, colours in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=colours)
        for fault in Axe().run(page).response["violations"]:
            yield f"{fault['id']} ({width} {colours})"
        if page.evaluate("document.documentElement.scrollWidth") > width:
            yield f"wider than the window ({width})"


@pytest.mark.parametrize(("username", "pages"), PAGES, ids=[pages.__name__ for _name, pages in PAGES])
def test_axe_finds_nothing_on_any_page(
    demo: None, browser: Browser, live_server: LiveServer, username: str, pages: Callable[[], Iterator[str]]
) -> None:
    page = _open_browser(browser, live_server.url, username)
    findings = {}

    for path in pages():
        answer = page.goto(live_server.url + path)
        faults = ["no page"] if answer is None or answer.status != 200 else []
        faults += _faults(page)
        if faults:
            findings[path] = faults

    page.context.close()
    assert findings == {}
