"""A person at a browser, who reads the buttons in one language: the words are looked up in the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext, override, pgettext
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from portal.models import User
from tests.factories import PASSWORD


@dataclass
class Desk:
    """A browser of one person."""

    page: Page
    url: str
    language: str

    def word(self, text: str, context: str = "") -> str:
        with override(self.language):
            return pgettext(context, text) if context else gettext(text)

    def open(self, address: str) -> None:
        self.page.goto(self.url + address)

    def sign_in(self, user: User) -> None:
        self.open("/account/login/")
        self.page.fill("[name=login]", user.username)
        self.page.fill("[name=password]", PASSWORD)
        self.press("Sign in")

    def press(self, text: str, context: str = "") -> None:
        self.page.get_by_role("button", name=self.word(text, context), exact=True).first.click()

    def follow(self, text: str, context: str = "") -> None:
        self.page.get_by_role("link", name=self.word(text, context), exact=True).first.click()

    def box(self, text: str) -> Locator:
        return self.page.get_by_label(self.word(text), exact=False).first

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(self.word(text)).first).to_be_visible()


@contextmanager
def seats(browser: Browser, url: str, language: str, *, has_script: bool) -> Iterator[Callable[[User], Desk]]:
    """Seat people: the function that this gives makes a desk of somebody who has just signed in."""
    contexts: list[BrowserContext] = []

    def seat(user: User) -> Desk:
        context = browser.new_context(java_script_enabled=has_script, viewport={"width": 1280, "height": 900})
        context.set_default_timeout(15_000)
        context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": url}])
        contexts.append(context)
        desk = Desk(context.new_page(), url, language)
        desk.sign_in(user)
        return desk

    yield seat
    for context in contexts:
        context.close()
