"""The page behind a claim link in a browser: the code comes out of the link, and stays when the language changes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from connectors.actions.claims import hand_over_with_link
from connectors.models import Environment
from portal.models import User
from tests.factories import TokenFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_switching_language_keeps_the_code_and_sends_it_nowhere(
    page: Page, live_server: LiveServer, environment: Environment, beheerder: User
) -> None:
    token = TokenFactory(app_connector__environment=environment)
    link = hand_over_with_link(token=token, secret="<token>the secret</token>", acting_user=beheerder)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url + (request.post_data or "")))
    page.goto(f"{live_server.url}/overdracht/{link.claim.reference}/#{link.code}")
    field = page.locator("[data-code-from-link]")
    expect(field).to_have_value(link.code)

    page.get_by_role("button", name="EN, English").click()
    expect(page.get_by_role("heading", name="A token is waiting for you")).to_be_visible()

    expect(field).to_have_value(link.code)
    expect(page).to_have_url(re.compile(r"/[^#]*$"))
    assert [url for url in asked if link.code in url.partition("#")[0]] == []
    page.get_by_role("button", name="Show the token").click()
    expect(page.get_by_text("the secret").first).to_be_visible()
