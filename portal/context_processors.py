"""What the frame around every page needs: menu, environments to switch to, addresses. All of it lazily, so that a
fragment or an error page that does not draw the frame costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from portal.help import help_url, subject_of
from portal.models import Membership
from portal.navigation import MenuSection, menu_for

THEME_COOKIE = "theme"
THEMES = frozenset({"light", "dark"})


@dataclass(frozen=True)
class EnvironmentChoice:
    code: str
    name: str
    url: str


def _url(name: str, **kwargs: str) -> str:
    """Return an address, or nothing where this installation has no such page."""
    try:
        return reverse(name, kwargs=kwargs)
    except NoReverseMatch:
        return ""


class Frame:
    """The values of `templates/base.html`, each worked out when it is first asked for."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._environment = getattr(request, "environment", None)

    @property
    def _signed_in(self) -> bool:
        # An error before the authentication middleware is drawn without a user.
        return bool(getattr(getattr(self._request, "user", None), "is_authenticated", False))

    @cached_property
    def menu(self) -> tuple[MenuSection, ...]:
        return menu_for(self._request) if self._signed_in else ()

    @cached_property
    def environments(self) -> tuple[EnvironmentChoice, ...]:
        if not self._signed_in:
            return ()
        memberships = Membership.objects.filter(user=self._request.user.pk).select_related("environment")
        return tuple(
            EnvironmentChoice(environment.code, environment.name, _url("portal:setup", code=environment.code))
            for environment in (membership.environment for membership in memberships.order_by("environment__code"))
        )

    @property
    def stage(self) -> str:
        """Return the first letter of the environment's code (DOMAIN 1c): O, T or A."""
        return self._environment.code[0] if self._environment else ""

    @property
    def role(self) -> str:
        membership = getattr(self._request, "membership", None)
        return membership.get_role_display() if membership else ""

    @property
    def search_url(self) -> str:
        return _url("portal:search", code=self._environment.code) if self._environment else ""

    @property
    def help_url(self) -> str:
        """Return the page of the help about this page, beside the environment at hand."""
        match = getattr(self._request, "resolver_match", None)
        if not self._signed_in or match is None or _url("help") == "":
            return ""
        beside = f"?omgeving={self._environment.code}" if self._environment else ""
        return f"{help_url(subject_of(match.view_name))}{beside}"

    @property
    def home_url(self) -> str:
        return _url("home") or "/"

    @property
    def language_url(self) -> str:
        return _url("set_language")

    @property
    def password_url(self) -> str:
        return _url("account_change_password")

    @property
    def security_url(self) -> str:
        return _url("mfa_index")

    @property
    def notices_url(self) -> str:
        return _url("notices")

    @property
    def logout_url(self) -> str:
        return _url("account_logout")

    @property
    def admin_url(self) -> str:
        return _url("admin:index") if getattr(self._request.user, "is_staff", False) else ""


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give every template `frame`, `environment` (or nothing) and `theme`."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "frame": Frame(request),
        "environment": getattr(request, "environment", None),
        "theme": theme if theme in THEMES else "",
    }
