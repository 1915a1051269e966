"""Helpers of the views: the typed request, whole page or fragment, and going on after a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event
from django_htmx.middleware import HtmxDetails

from portal.models import Membership, User

if TYPE_CHECKING:
    from connectors.models import Environment

Answer = TypeVar("Answer", bound=HttpResponse)


class HtmxHttpRequest(HttpRequest):
    """A request of a signed-in person. `environment` and `membership` are set by the view's own door to them."""

    user: User
    htmx: HtmxDetails
    environment: Environment | None
    membership: Membership | None


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page (not a whole page, as after the back button)."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return bool(htmx) and htmx is not None and not htmx.boosted and not htmx.history_restore_request


def render_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    fragment: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer the page, or with htmx only its partial `fragment`, followed by the messages that wait for this person.

    An invalid form is answered with status 422; htmx swaps that too.
    """
    if fragment and wants_fragment(request):
        response = render(request, f"{template}#{fragment}", context, status=status)
        response.write(_waiting_messages(request))
    else:
        response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _waiting_messages(request: HttpRequest) -> str:
    """Return the messages as an addition to the page's live region, where they are seen and read aloud."""
    if not len(get_messages(request)):
        return ""
    return render_to_string("components/messages_swap.html", request=request)


def redirect_after(request: HttpRequest, url: str) -> HttpResponse:
    """Go on to `url` after a change: 303 for a browser, `HX-Redirect` for htmx."""
    if getattr(request, "htmx", None):
        return HttpResponseClientRedirect(url)
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def announce(response: Answer, text: str) -> Answer:
    """Have `text` read aloud by the page's live region, without showing it."""
    return trigger_client_event(response, "announce", {"text": str(text)})
