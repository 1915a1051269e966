"""The help: every page has its subject, every cause its place, at addresses that stay."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from connectors.causes import Cause
from portal import help as help_pages
from portal.help.causes import WORDS
from portal.help_pages import SUBJECTS
from portal.models import User

Login = Callable[[User], Client]


def _names(patterns: list[URLPattern | URLResolver], app: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace in {"connectors", "messaging", "portal"}:
                yield from _names(pattern.url_patterns, f"{pattern.namespace}:")
        elif app:
            yield f"{app}{pattern.name}"


def test_every_page_of_the_portal_has_a_subject() -> None:
    assert [name for name in _names(get_resolver().url_patterns) if not help_pages.subject_of(name)] == []


def test_the_longest_name_that_fits_decides() -> None:
    assert help_pages.subject_of("messaging:support_log_list") == help_pages.LOG
    assert help_pages.subject_of("connectors:support_queue") == help_pages.SUPPORT
    assert help_pages.subject_of("account_login") == ""


def test_every_subject_has_its_page() -> None:
    assert {*help_pages.PAGES.values()} == {*SUBJECTS}


def test_every_cause_has_its_words() -> None:
    assert {*WORDS} == {cause.code for cause in Cause}


def test_every_cause_has_its_place_in_the_help(login: Login, beheerder: User) -> None:
    page = login(beheerder).get(help_pages.help_url(help_pages.CAUSES)).content.decode()

    places = set(re.findall(r'<section class="panel" id="(\w+)"', page))
    assert places == {cause.code for cause in Cause}
    assert help_pages.cause_help_url("token_expired") == "/hulp/oorzaken/#token_expired"


@pytest.mark.parametrize("slug", [*SUBJECTS])
def test_a_subject_shows_its_topics(login: Login, beheerder: User, slug: str) -> None:
    page = login(beheerder).get(help_pages.help_url(slug)).content.decode()

    anchors = [topic.anchor for topic in SUBJECTS[slug].topics]
    assert re.findall(r'<section id="([\w-]+)"', page) == anchors
    assert len(set(anchors)) == len(anchors)


def test_the_overview_names_every_subject(login: Login, beheerder: User) -> None:
    page = login(beheerder).get("/hulp/").content.decode()

    assert set(re.findall(r'href="/hulp/([\w-]+)/"', page)) == {*SUBJECTS, help_pages.CAUSES}


def test_a_page_leads_to_its_subject_and_back_into_the_environment(login: Login, beheerder: User) -> None:
    client = login(beheerder)

    page = client.get("/O12345AB/beheer/gebruikers/").content.decode()
    help_page = client.get("/hulp/gebruikers/?omgeving=O12345AB").content.decode()

    assert 'href="/hulp/gebruikers/?omgeving=O12345AB"' in page
    assert 'href="/O12345AB/beheer/gebruikers/"' in help_page


def test_the_help_opens_beside_no_environment_of_others(login: Login, beheerder: User, outsider: User) -> None:
    client = login(beheerder)

    answers = [client.get(f"/hulp/{path}?omgeving=O99999ZZ").status_code for path in ("", "allowlist/", "oorzaken/")]

    assert answers == [404, 404, 404]


def test_there_is_no_page_for_a_subject_that_does_not_exist(login: Login, beheerder: User) -> None:
    assert login(beheerder).get("/hulp/onzin/").status_code == 404


@pytest.mark.django_db
def test_the_help_is_behind_the_sign_in(client: Client) -> None:
    assert client.get("/hulp/").status_code == 302
