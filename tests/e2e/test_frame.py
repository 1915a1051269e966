"""The frame in a real browser: accessible in both widths and colours, with and without a script."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from portal.models import User

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.e2e.showcase"), pytest.mark.django_db(transaction=True)]
PATH = "/T54321XY/showcase/"


@pytest.fixture(autouse=True)
def _own_templates(settings: Settings) -> None:
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [Path(__file__).parent / "templates", *engine["DIRS"]]}]


def _sign_in(context: BrowserContext, live_server: LiveServer, user: User) -> None:
    client = Client()
    client.force_login(user)
    cookies = {
        django_settings.SESSION_COOKIE_NAME: client.cookies[django_settings.SESSION_COOKIE_NAME].value,
        django_settings.LANGUAGE_COOKIE_NAME: "en",
    }
    context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()])


@pytest.fixture
def showcase(page: Page, live_server: LiveServer, beheerder: User) -> Page:
    _sign_in(page.context, live_server, beheerder)
    page.goto(live_server.url + PATH)
    return page


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing(showcase: Page, width: int, colours: str) -> None:
    showcase.set_viewport_size({"width": width, "height": 900})
    showcase.emulate_media(color_scheme=colours, reduced_motion="reduce")  # type: ignore[arg-type]  # a literal, by parametrize
    showcase.click("#example button[type=submit]")
    expect(showcase).to_have_title("Error: Showcase – T54321XY – Berichtenpoort")  # noqa: RUF001  # the title's dash

    findings = [
        (found["id"], [node["html"] for node in found["nodes"]]) for found in Axe().run(showcase).response["violations"]
    ]

    assert findings == []
    assert showcase.evaluate("document.documentElement.scrollWidth") == width


def test_a_failed_form_moves_focus_to_the_summary_and_on_to_the_field(showcase: Page) -> None:
    showcase.click("#example button[type=submit]")

    expect(showcase.locator("#error-summary")).to_be_focused()
    showcase.click("text=Choose: Group.")
    expect(showcase.locator("#id_group_0")).to_be_focused()


def test_after_a_swap_focus_stays_and_the_change_is_told(showcase: Page) -> None:
    showcase.click("#row button")

    expect(showcase.locator("#messages .notice")).to_have_text("Saved")
    expect(showcase.locator("#live")).to_have_text("Row changed")
    expect(showcase.locator("#row button")).to_be_focused()


def test_a_secret_is_copied_and_that_is_told(showcase: Page) -> None:
    showcase.context.grant_permissions(["clipboard-read", "clipboard-write"])

    showcase.click("[data-copy='#token']")

    expect(showcase.locator("#live")).to_have_text("Copied to the clipboard.")
    assert showcase.evaluate("navigator.clipboard.readText()") == "<token>58A1</token>"


def test_the_chosen_colours_are_remembered_by_the_server(showcase: Page) -> None:
    showcase.click(".drop-end summary")
    showcase.click("[data-theme=dark]")

    showcase.reload()

    expect(showcase.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_phone_menu_opens_without_a_script(browser: Browser, live_server: LiveServer, beheerder: User) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    _sign_in(context, live_server, beheerder)
    page = context.new_page()
    page.goto(live_server.url + PATH)
    expect(page.locator("#menu")).to_be_hidden()

    page.click(".menu-button")

    expect(page.locator("#menu a").first).to_be_visible()
    context.close()
