"""Every page of the portal over the data of the demo: accessible, wide and on a phone, light and dark.

Which pages there are, and that none is forgotten: tests/pages and tests/portal/test_every_page.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.test import Client
from django.urls import resolve
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from portal.models import User
from tests.factories import PASSWORD
from tests.pages import PAGES, Pages, client_of, make_pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Each width in one of the two palettes; that the colours of both suffice is computed in tests/portal/test_contrast.py.
LOOKS: list[tuple[int, Literal["light", "dark"]]] = [(1440, "light"), (390, "dark")]


def _open_browser(browser: Browser, url: str, client: Client) -> Page:
    """Open a browser with the session of this client."""
    context = browser.new_context(reduced_motion="reduce")
    name = django_settings.SESSION_COOKIE_NAME
    if name in client.cookies:
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


def _is_shown(page: Page, url: str, path: str) -> bool:
    """Open a page and tell whether it is the one that was asked for; a page may lead to another address of its own."""
    answer = page.goto(url + path)
    shown = page.url.removeprefix(url).split("?")[0]
    asked = resolve(path.split("?")[0])
    return answer is not None and answer.status == 200 and resolve(shown).view_name == asked.view_name


@pytest.mark.parametrize(("username", "pages"), PAGES, ids=[pages.__name__ for _name, pages in PAGES])
def test_axe_finds_nothing_on_any_page(browser: Browser, live_server: LiveServer, username: str, pages: Pages) -> None:
    make_pages()
    client = client_of(username)
    page = _open_browser(browser, live_server.url, client)
    findings = {}

    for path in pages(client):
        faults = [] if _is_shown(page, live_server.url, path) else ["no page"]
        faults += _faults(page)
        if faults:
            findings[path] = faults

    page.context.close()
    assert findings == {}


def test_axe_finds_nothing_halfway_a_sign_in(browser: Browser, live_server: LiveServer, beheerder: User) -> None:
    TOTP.activate(beheerder, generate_totp_secret())
    page = _open_browser(browser, live_server.url, Client())
    page.goto(f"{live_server.url}/account/login/")
    page.fill("[name=login]", beheerder.username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/account/2fa/authenticate/")

    faults = list(_faults(page))

    page.context.close()
    assert faults == []
