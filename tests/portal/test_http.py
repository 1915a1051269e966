from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails
from pytest_django import Settings

from portal import http


@pytest.fixture(autouse=True)
def _own_templates(settings: Settings) -> None:
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [Path(__file__).parent / "templates", *engine["DIRS"]]}]


def _request(**headers: str) -> HttpRequest:
    request = RequestFactory().get("/", headers=headers)
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]  # set by HtmxMiddleware
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]  # set by MessageMiddleware
    return request


def test_a_browser_gets_the_whole_page() -> None:
    response = http.render_page(_request(), "small_page.html", {"name": "Jansen"}, fragment="row", status=422)

    assert (response.status_code, response.content, response["Vary"]) == (
        422,
        b"<html><tr>Jansen</tr></html>",
        "HX-Request",
    )


def test_htmx_gets_the_fragment_alone() -> None:
    response = http.render_page(
        _request(**{"HX-Request": "true"}), "small_page.html", {"name": "Jansen"}, fragment="row"
    )

    assert response.content == b"<tr>Jansen</tr>"


def test_htmx_gets_the_whole_page_when_it_restores_history() -> None:
    request = _request(**{"HX-Request": "true", "HX-History-Restore-Request": "true"})

    response = http.render_page(request, "small_page.html", {"name": "Jansen"}, fragment="row")

    assert response.content == b"<html><tr>Jansen</tr></html>"


def test_a_waiting_message_follows_the_fragment_into_the_live_region() -> None:
    request = _request(**{"HX-Request": "true"})
    messages.success(request, "Opgeslagen")

    response = http.render_page(request, "small_page.html", {"name": "Jansen"}, fragment="row")

    fragment, swap, message = response.content.decode().partition('<div hx-swap-oob="innerHTML:#messages">')
    assert (fragment, bool(swap), "Opgeslagen" in message) == ("<tr>Jansen</tr>", True, True)


def test_after_a_change_a_browser_goes_on_with_get() -> None:
    response = http.redirect_after(_request(), "/O12345AB/")

    assert (response.status_code, response["Location"]) == (303, "/O12345AB/")


def test_after_a_change_htmx_leaves_the_page() -> None:
    response = http.redirect_after(_request(**{"HX-Request": "true"}), "/O12345AB/")

    assert (response.status_code, response["HX-Redirect"]) == (200, "/O12345AB/")


def test_an_announcement_travels_as_an_event() -> None:
    response = http.announce(HttpResponse(), "Opgeslagen")

    assert json.loads(response["HX-Trigger"]) == {"announce": {"text": "Opgeslagen"}}
