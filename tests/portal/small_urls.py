"""A few addresses, so that the frame can be tested without the screens in it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def _page(request: HttpRequest, code: str = "") -> HttpResponse:
    return HttpResponse(code)


connectors = [
    path("support/incidenten/", _page, name="support_queue"),
    path("<str:code>/beheer/app-connectors/", _page, name="app_connector_list"),
]
messaging = [
    path("<str:code>/berichten/", _page, name="message_list"),
    path("<str:code>/communicatielog/", _page, name="log_list"),
]
urlpatterns = [
    path("", _page, name="home"),
    path("account/login/", _page, name="account_login"),
    path("", include((connectors, "connectors"))),
    path("", include((messaging, "messaging"))),
    path("", include(([path("<str:code>/", _page, name="setup")], "portal"))),
]
