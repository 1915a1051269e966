from __future__ import annotations

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import get_resolver

from connectors.models import Environment
from portal import navigation
from portal.models import Membership, Role, User


@pytest.fixture(autouse=True)
def _no_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers behind the lines ask the database; these tests are about the lines."""
    # The apps hang their numbers on the menu when their addresses are loaded: not in the midst of a test.
    assert get_resolver().url_patterns
    monkeypatch.setattr(navigation, "_counters", {})


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


@pytest.mark.parametrize(("number", "shown"), [(3, "3"), ("2/6", "2/6"), (0, ""), (None, "")])
def test_a_registered_number_stands_behind_its_line(number: int | str | None, shown: str) -> None:
    navigation.counter("messaging:message_list")(lambda request: number)

    menu = navigation.menu_for(_request("/O12345AB/", Role.BEHANDELAAR))

    numbers = {item.icon: item.count for section in menu for item in section.items}
    assert numbers == {"history": "", "tasks": "", "messages": shown, "send-failed": "", "organisation": "", "log": ""}
