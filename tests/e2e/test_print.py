"""What goes to an auditor or a customer on paper: the words, and nothing to press."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from connectors.models import Environment
from portal.models import User
from tests.factories import AppConnectorFactory, TokenFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
A4_WITH_MARGINS = 680
TO_PRESS = "button, select, input, nav, summary, .btn, .menu, .head, .help"
SHOWN = "found => found.filter(one => one.getClientRects().length).map(one => one.outerHTML.slice(0, 80))"


@pytest.mark.parametrize("path", ["beheer/app-connectors/{}/controle/", "klantpagina/"])
def test_paper_has_the_words_and_nothing_to_press(
    page: Page, live_server: LiveServer, environment: Environment, beheerder: User, path: str
) -> None:
    connector = AppConnectorFactory(environment=environment)
    for code in ("O67890AA", "O67891BB"):
        TokenFactory(app_connector=connector, customer_environment=code)
    client = Client()
    client.force_login(beheerder)
    session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    cookies = {django_settings.SESSION_COOKIE_NAME: session, "theme": "dark"}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
    )
    page.set_viewport_size({"width": A4_WITH_MARGINS, "height": 1000})

    page.goto(f"{live_server.url}/{environment.code}/{path.format(connector.pk)}")
    page.emulate_media(media="print")

    assert page.locator(TO_PRESS).evaluate_all(SHOWN) == []
    assert page.get_by_text(f"Berichtenpoort · {environment.code} {environment.name}").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == A4_WITH_MARGINS
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 36, 35)"
