from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import RequestFactory
from django.utils import translation
from django.utils.http import urlencode
from django_htmx.middleware import HtmxDetails

from portal import middleware

SIGN_IN = "/account/login/"


def _ok(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"{SIGN_IN}?next={request.path}")


def _language(request: HttpRequest) -> HttpResponse:
    return HttpResponse(translation.get_language())


@pytest.mark.parametrize(("given", "kept"), [("proxy-1234abcd", True), ("short", False), ("a b\tc<script>", False)])
def test_only_a_request_id_that_looks_like_one_is_taken_over(given: str, kept: bool) -> None:
    response = middleware.RequestIdMiddleware(_ok)(RequestFactory().get("/", headers={"X-Request-ID": given}))

    assert (response["X-Request-ID"] == given) is kept
    assert len(response["X-Request-ID"]) >= 8


@pytest.mark.parametrize(
    ("path", "inline_styles"), [("/O12345AB/", False), ("/admin/", True), ("/administratie/", False)]
)
def test_inline_styles_are_allowed_in_the_admin_site_only(path: str, inline_styles: bool) -> None:
    response = middleware.SecurityHeadersMiddleware(_ok)(RequestFactory().get(path))

    policy = dict(part.split(" ", 1) for part in response["Content-Security-Policy"].split("; "))
    assert policy["style-src"] == ("'self' 'unsafe-inline'" if inline_styles else "'self'")
    assert policy["script-src"] == "'self'"
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert response["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(("cookie", "language"), [("", "nl"), ("en", "en"), ("nl", "nl"), ("de", "nl")])
def test_the_language_is_dutch_unless_the_cookie_says_otherwise(cookie: str, language: str) -> None:
    request = RequestFactory().get("/", headers={"Accept-Language": "en-GB,en"})
    request.COOKIES["django_language"] = cookie

    with translation.override("en"):
        response = middleware.LanguageMiddleware(_language)(request)
        after = translation.get_language()

    assert response.content == language.encode()  # type: ignore[attr-defined]  # not a streaming answer
    assert response["Content-Language"] == language
    assert after == "en"


@pytest.mark.parametrize(
    ("current", "next_page"),
    [
        ("http://testserver/O12345AB/berichten/?status=30", "/O12345AB/berichten/?status=30"),
        ("https://elsewhere.example/O12345AB/", "/"),
    ],
)
@pytest.mark.urls("tests.portal.small_urls")
def test_htmx_without_a_session_goes_to_sign_in_and_back_to_its_page(current: str, next_page: str) -> None:
    request = RequestFactory().post("/O12345AB/row/", headers={"HX-Request": "true", "HX-Current-URL": current})
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]  # set by HtmxMiddleware

    response = middleware.HtmxLoginMiddleware(_to_sign_in)(request)

    assert (response.status_code, response["HX-Redirect"]) == (200, f"{SIGN_IN}?{urlencode({'next': next_page})}")


@pytest.mark.urls("tests.portal.small_urls")
def test_a_browser_without_a_session_is_redirected_as_usual() -> None:
    request = RequestFactory().get("/O12345AB/")
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]  # set by HtmxMiddleware

    response = middleware.HtmxLoginMiddleware(_to_sign_in)(request)

    assert (response.status_code, response["Location"]) == (302, f"{SIGN_IN}?next=/O12345AB/")
