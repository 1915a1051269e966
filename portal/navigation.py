"""The menu: what a member may open in the environment at hand, where they are, and what waits for them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.menu_numbers import numbers_for
from portal.permissions import ASSESS, EVERY_MEMBER, READ_MESSAGES, READ_SETUP

SUPPORT = "support"


@dataclass(frozen=True)
class Entry:
    """A line that the menu can have. `roles` are those of `Role`, or `SUPPORT`; `in_environment` adds the code.

    `live`: the number behind it follows what happens, from `<url>aantal/`.
    """

    url_name: str
    label: str | Promise
    icon: str
    roles: frozenset[str]
    in_environment: bool = True
    live: bool = False


@dataclass(frozen=True)
class MenuItem:
    label: str
    url: str
    icon: str
    count: str
    current: bool
    live_url: str = ""


@dataclass(frozen=True)
class MenuSection:
    """A group of lines; without a title it is set apart by space only."""

    title: str
    items: tuple[MenuItem, ...]


SECTIONS: tuple[tuple[str | Promise, tuple[Entry, ...]], ...] = (
    (
        "",
        (
            Entry("portal:setup", _("Set-up"), "checklist", READ_SETUP),
            Entry("portal:dashboard", _("Dashboard"), "history", EVERY_MEMBER),
            Entry("messaging:task_list", _("My tasks"), "tasks", ASSESS, live=True),
            Entry("messaging:message_list", _("Messages"), "messages", READ_MESSAGES),
            Entry("messaging:delivery_list", _("Delivery failures"), "send-failed", READ_MESSAGES),
        ),
    ),
    (
        _("General / Management"),
        (
            Entry("messaging:message_type_list", _("Communication connector"), "message-types", READ_SETUP),
            Entry("messaging:workflow_list", _("Workflows"), "workflow", READ_SETUP),
            Entry("connectors:app_connector_list", _("App connector"), "connector", READ_SETUP),
            Entry("messaging:channel_list", _("Delivery channels"), "sent", READ_SETUP),
            Entry("connectors:user_list", _("Users"), "users", READ_SETUP),
            Entry("messaging:organisation_list", _("Organisations"), "organisation", READ_MESSAGES),
        ),
    ),
    (
        "",
        (
            Entry("messaging:log_list", _("Communication log"), "log", EVERY_MEMBER),
            Entry("connectors:incident_list", _("Allowlist incidents"), "incident", READ_SETUP),
        ),
    ),
    (
        _("Support"),
        (
            Entry(
                "connectors:support_queue",
                _("Incidents"),
                "support",
                frozenset({SUPPORT}),
                in_environment=False,
                live=True,
            ),
            Entry("connectors:support_entries", _("Allowlist"), "shield", frozenset({SUPPORT}), in_environment=False),
            Entry(
                "messaging:support_log_list",
                _("Communication log"),
                "log",
                frozenset({SUPPORT}),
                in_environment=False,
            ),
            Entry("messaging:time_to_fix", _("Time to fix"), "clock", frozenset({SUPPORT}), in_environment=False),
            Entry("portal:support_dashboard", _("Dashboard"), "history", frozenset({SUPPORT}), in_environment=False),
            Entry("environment_add", _("New environment"), "add", frozenset({SUPPORT}), in_environment=False),
        ),
    ),
)


def roles_of(request: HttpRequest) -> frozenset[str]:
    """Return the roles that the signed-in user has here."""
    membership = getattr(request, "membership", None)
    roles = {str(membership.role)} if membership else set()
    if getattr(request.user, "is_support", False):
        roles.add(SUPPORT)
    return frozenset(roles)


def menu_for(request: HttpRequest) -> tuple[MenuSection, ...]:
    """Return the menu of this request's user, in the environment that the request is about (if any)."""
    roles = roles_of(request)
    found = [
        (title, [(entry, url) for entry in entries if entry.roles & roles and (url := _url(entry, request))])
        for title, entries in SECTIONS
    ]
    current = _current([url for _title, lines in found for _entry, url in lines], request.path)
    numbers = numbers_for(request, [entry.url_name for _title, lines in found for entry, _url in lines])
    return tuple(
        MenuSection(str(title), tuple(_item(entry, url, numbers, current) for entry, url in lines))
        for title, lines in found
        if lines
    )


def _url(entry: Entry, request: HttpRequest) -> str:
    """Return the entry's address; nothing when it needs an environment and there is none."""
    environment = getattr(request, "environment", None)
    if not entry.in_environment:
        return reverse(entry.url_name)
    return reverse(entry.url_name, kwargs={"code": environment.code}) if environment else ""


def _current(urls: list[str], path: str) -> str:
    """Return the address that the path lies under. The environment's own root lies above everything: exact only."""
    above = [url for url in urls if path == url or (path.startswith(url) and url.count("/") > 2)]
    return max(above, key=len, default="")


def _item(entry: Entry, url: str, numbers: dict[str, str], current: str) -> MenuItem:
    live_url = f"{url}aantal/" if entry.live else ""
    return MenuItem(str(entry.label), url, entry.icon, numbers.get(entry.url_name, ""), url == current, live_url)
