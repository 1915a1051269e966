"""How a page knows its environment: the code in the address, the member who asks, and what the member's role may."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext as _

from connectors.models import Environment
from connectors.queries import get_membership_for
from portal.http import HtmxHttpRequest
from portal.models import Membership, Role

P = ParamSpec("P")


class EnvironmentRequest(HtmxHttpRequest):
    """A request about one environment, by one of its members."""

    environment: Environment
    membership: Membership


class NotForThisRole(PermissionDenied):
    """The member's role may not do this; the page says which roles may."""

    def __init__(self, allowed: frozenset[Role]) -> None:
        self.allowed = sorted(allowed)
        roles = ", ".join(str(role.label) for role in self.allowed)
        super().__init__(_("In this environment this is for the role: %(roles)s.") % {"roles": roles})


def environment_page(
    allowed: frozenset[Role],
) -> Callable[[Callable[Concatenate[EnvironmentRequest, P], HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Give the view `request.environment` and `request.membership` from the `code` in the address.

    An environment that is not the user's is not found (404); a role outside `allowed` is told who may (403).
    """

    def decorate(
        view: Callable[Concatenate[EnvironmentRequest, P], HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def wrapper(request: EnvironmentRequest, code: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            membership = get_membership_for(request.user, code)
            request.membership, request.environment = membership, membership.environment
            if membership.role not in allowed:
                raise NotForThisRole(allowed)
            return view(request, *args, **kwargs)

        return wrapper

    return decorate


def support_page(view: Callable[Concatenate[HtmxHttpRequest, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let only support staff in; for anybody else the page does not exist (404)."""

    @wraps(view)
    def wrapper(request: HtmxHttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_support:
            raise Http404
        return view(request, *args, **kwargs)

    return wrapper
