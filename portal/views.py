"""The way in: where a person goes after signing in, the home of an environment, and what they get e-mail about."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from connectors.views.environment import EnvironmentRequest, environment_page
from portal.forms import NoticesForm
from portal.http import HtmxHttpRequest, redirect_after, render_page, wants_fragment
from portal.models import Membership, Role
from portal.notices import choose_notices
from portal.permissions import EVERY_MEMBER
from portal.search import place_of
from portal.setup_page import setup_context


@require_GET
def home(request: HtmxHttpRequest) -> HttpResponse:
    """Send a person to where their work is; who has several places, or none, gets a page that says so."""
    user = request.user
    memberships = list(
        Membership.objects.filter(user=user)
        .exclude(role=Role.SYSTEM)
        .select_related("environment")
        .order_by("environment__code")
    )
    if len(memberships) == 1 and not user.is_support:
        # The home of an environment knows where each role begins.
        return redirect("portal:setup", code=memberships[0].environment.code)
    if not memberships and user.is_support:
        return redirect("connectors:support_queue")
    return render_page(request, "portal/home.html", {"memberships": memberships})


@require_GET
@environment_page(EVERY_MEMBER)
def setup(request: EnvironmentRequest) -> HttpResponse:
    """Draw the checklist. It asks for itself again while steps are open, and is only sent when something changed.

    An assessor has nothing to set up: the messages are their home.
    """
    environment = request.environment
    if request.membership.role == Role.BEHANDELAAR:
        return redirect("messaging:message_list", code=environment.code)
    context = setup_context(environment, may_manage=request.membership.role == Role.BEHEERDER)
    if wants_fragment(request) and request.GET.get("state") == context["state"]:
        return HttpResponse(status=204)
    context["polled"] = wants_fragment(request)
    return render_page(request, "portal/setup.html", context, fragment="checklist")


@require_GET
@environment_page(EVERY_MEMBER)
def search(request: EnvironmentRequest) -> HttpResponse:
    """Go straight to what the search field names, or say what can be searched for."""
    text = request.GET.get("q", "")
    place = place_of(request.environment, text)
    return redirect(place) if place else render_page(request, "portal/search.html", {"text": text.strip()})


@require_http_methods(["GET", "POST"])
def notices(request: HtmxHttpRequest) -> HttpResponse:
    """Let a person choose which e-mail to get, and in which language. Every notice leads here."""
    form = NoticesForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        choose_notices(wanted=form.wanted, language=form.cleaned_data["language"], acting_user=request.user)
        messages.success(request, _("Your choice has been saved."))
        return redirect_after(request, reverse("notices"))
    return render_page(request, "portal/notices.html", {"form": form}, status=422 if form.errors else 200)
