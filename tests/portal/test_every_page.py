"""No page is forgotten: whatever address answers a GET with a page, is on the lists that axe goes over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.pages import PAGES, Pages, client_of, make_pages

OUR_PACKAGES = ("portal.", "connectors.", "messaging.")
ELSEWHERE = ("admin/", "ProfitServices", "ProfitRestServices", "terugmelding/")
# What a browser can ask for but nobody looks at, by the reason.
NO_PAGES: dict[str, set[str]] = {
    "answers a program in plain text": {"healthz", "readyz", "metrics"},
    "is a file": {
        *("messaging:message_download", "messaging:message_pdf", "messaging:message_pdf_view"),
        *("messaging:organisation_export", "messaging:organisation_import_example", "mfa_download_recovery_codes"),
        *("messaging:log_csv", "messaging:log_json", "messaging:support_log_csv", "messaging:support_log_json"),
    },
    "is a part of a page that stands on the lists": {
        *("connectors:support_count", "messaging:task_number", "messaging:message_type_row"),
        *("messaging:log_live", "messaging:support_log_live"),
    },
    "leads back to the page of its form; only its POST does anything": {
        *("connectors:app_connector_save", "connectors:app_connector_save_and_close", "connectors:wizard_finish"),
        *("connectors:ip_rule_add", "messaging:channel_save", "messaging:channel_test", "messaging:log_fix"),
        "set_language",
    },
    "leads to or from a provider of accounts, and shows nothing itself": {
        *("openid_connect_login", "openid_connect_callback", "socialaccount_signup", "socialaccount_login_error"),
    },
    "is switched off: addresses are not verified, and nobody signs in with a code": {
        *("account_email", "account_confirm_email", "account_confirm_login_code"),
    },
    "is halfway a sign-in; tests/e2e/test_pages.py goes there by itself": {"mfa_authenticate"},
}


def _patterns(patterns: list[Any], namespace: str = "", path: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    for pattern in patterns:
        here = path + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _patterns(pattern.url_patterns, inner, here)
        elif pattern.name:  # allauth gives its old addresses no name; they only lead on
            yield namespace + pattern.name, here, pattern


def _answers_get(view: Callable[..., HttpResponse]) -> bool:
    """Ask a view of ours for its methods: its outermost decorator refuses this one before anything is looked at."""
    answer = view(RequestFactory().generic("TRACE", "/"))
    assert answer.status_code == 405, f"{view} names no methods"
    return "GET" in answer["Allow"]


def _pages() -> set[str]:
    return {
        name
        for name, path, pattern in _patterns(get_resolver().url_patterns)
        if not path.startswith(ELSEWHERE)
        if not pattern.callback.__module__.startswith(OUR_PACKAGES) or _answers_get(pattern.callback)
    }


@pytest.mark.django_db
def test_every_page_is_on_the_lists() -> None:
    make_pages()

    listed = {resolve(path.split("?")[0]).view_name for _who, pages in PAGES for path in pages(client_of(_who))}

    assert _pages() - listed - set().union(*NO_PAGES.values()) == set()
    assert sorted(set().union(*NO_PAGES.values()) - _pages()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("username", "pages"), PAGES, ids=[pages.__name__ for _name, pages in PAGES])
def test_every_address_on_a_list_is_the_page_that_it_says(username: str, pages: Pages) -> None:
    make_pages()
    client = client_of(username)

    wrong = {}
    for path in pages(client):
        answer = client.get(path, follow=True)
        asked, shown = resolve(path.split("?")[0]).view_name, answer.resolver_match.view_name
        if (answer.status_code, shown) != (200, asked):
            wrong[path] = (answer.status_code, shown)

    assert wrong == {}
