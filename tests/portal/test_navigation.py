from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import Value
from django.http import HttpRequest
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from connectors.models import Environment
from portal import menu_numbers, navigation
from portal.menu_numbers import Number, counter, up_to
from portal.models import Membership, Role, User
from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def _no_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers behind the lines ask the database; these tests are about the lines."""
    # The apps hang their numbers on the menu when their addresses are loaded: not in the midst of a test.
    assert get_resolver().url_patterns
    monkeypatch.setattr(menu_numbers, "_counters", {})


SETUP = [
    "checklist",
    "history",
    "tasks",
    "messages",
    "send-failed",
    "message-types",
    "workflow",
    "connector",
    "sent",
    "users",
    "organisation",
    "log",
    "incident",
]
DAILY = ["history", "tasks", "messages", "send-failed", "organisation", "log"]
DESK = ["support", "shield", "log", "clock", "history", "add"]


def _request(path: str, role: Role | None, *, is_support: bool = False) -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = User(name="Jolanda", is_support=is_support)
    request.environment = Environment(code="O12345AB", name="Kantoor De Vries")  # type: ignore[attr-defined]  # set by views
    request.membership = Membership(role=role) if role else None  # type: ignore[attr-defined]  # set by views
    return request


def _icons(request: HttpRequest) -> list[str]:
    return [item.icon for section in navigation.menu_for(request) for item in section.items]


@pytest.mark.parametrize(
    ("role", "is_support", "icons"),
    [
        (Role.BEHEERDER, False, SETUP),
        (Role.AUDITOR, False, [icon for icon in SETUP if icon != "tasks"]),
        (Role.BEHANDELAAR, False, DAILY),
        (None, True, DESK),
        (Role.BEHANDELAAR, True, DAILY + DESK),
        (None, False, []),
    ],
)
def test_each_role_sees_what_it_may_open(role: Role | None, is_support: bool, icons: list[str]) -> None:
    assert _icons(_request("/O12345AB/", role, is_support=is_support)) == icons


def test_without_an_environment_only_the_platform_is_left() -> None:
    request = _request("/", Role.BEHEERDER, is_support=True)
    request.environment = None  # type: ignore[attr-defined]  # set by views

    assert _icons(request) == DESK


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/O12345AB/", ["/O12345AB/"]),
        ("/O12345AB/beheer/app-connectors/17/tokens/", ["/O12345AB/beheer/app-connectors/"]),
        ("/O12345AB/berichten/", ["/O12345AB/berichten/"]),
        ("/O12345AB/zoeken/", []),
    ],
)
def test_one_line_is_marked_as_the_place_where_you_are(path: str, current: list[str]) -> None:
    menu = navigation.menu_for(_request(path, Role.BEHEERDER))

    assert [item.url for section in menu for item in section.items if item.current] == current


@pytest.mark.django_db
@pytest.mark.parametrize(("number", "shown"), [(3, "3"), ("2/6", "2/6"), ("", ""), (None, "")])
def test_a_registered_number_stands_behind_its_line(beheerder: User, number: int | str | None, shown: str) -> None:
    value = Value(number) if number is not None else None
    counter("messaging:message_list")(lambda request: Number(value, str) if value else None)
    request = _request("/O12345AB/", Role.BEHANDELAAR)
    request.user = beheerder

    menu = navigation.menu_for(request)

    numbers = {item.icon: item.count for section in menu for item in section.items}
    assert numbers == {"history": "", "tasks": "", "messages": shown, "send-failed": "", "organisation": "", "log": ""}


@pytest.mark.django_db
def test_all_numbers_of_a_page_take_one_query(beheerder: User, django_assert_num_queries: Any) -> None:
    counter("messaging:message_list")(lambda request: Number(Value(7), str))
    counter("messaging:log_list")(lambda request: Number(Value(3), str))
    request = _request("/O12345AB/", Role.BEHANDELAAR)
    request.user = beheerder

    with django_assert_num_queries(1):
        menu = navigation.menu_for(request)

    assert {item.icon: item.count for section in menu for item in section.items if item.count} == {
        "messages": "7",
        "log": "3",
    }


@pytest.mark.django_db
@pytest.mark.parametrize(("rows", "shown"), [(0, ""), (2, "2"), (3, "2+"), (4, "2+")])
def test_a_count_stops_just_past_its_bound(beheerder: User, rows: int, shown: str) -> None:
    UserFactory.create_batch(rows, name="Counted")
    counter("messaging:message_list")(lambda request: up_to(2, User.objects.filter(name="Counted")))
    request = _request("/O12345AB/", Role.BEHANDELAAR)
    request.user = beheerder

    with CaptureQueriesContext(connection) as queries:
        menu = navigation.menu_for(request)

    assert [item.count for section in menu for item in section.items if item.icon == "messages"] == [shown]
    assert "LIMIT 3" in queries[0]["sql"]
