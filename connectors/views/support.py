"""The desk of support staff: incidents of all environments, decided one by one. No message content is seen here."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connectors.actions.allowlist import (
    approve_incident,
    is_local,
    is_wide,
    live_entries,
    reject_incident,
    revoke_entry,
)
from connectors.fields import display_network
from connectors.forms.allowlist import DecisionForm
from connectors.models import AllowlistRequest
from connectors.queries import (
    entry_for,
    get_allowlist_entry_for_support,
    get_incident_for_support,
    incidents_for_support,
)
from connectors.views.environment import support_page
from connectors.views.paging import page_of
from portal.errors import DomainError
from portal.http import HtmxHttpRequest, redirect_after, render_page

_Status = AllowlistRequest.Status
_ALL = "all"


@require_GET
@support_page
def support_queue(request: HtmxHttpRequest) -> HttpResponse:
    status = _status_filter(request, default=_Status.OPEN)
    return render_page(request, "connectors/allowlist/queue.html", _queue(request, status))


@require_GET
@support_page
def support_incident(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    return _show(request, pk)


@require_POST
@support_page
def support_approve(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    incident = get_incident_for_support(pk)
    try:
        approve_incident(incident=incident, acting_user=request.user)
    except DomainError as error:
        return _show(request, pk, refusal=error.message, status=409)
    done = _("Approved: messages from %(network)s for %(participant)s are let in from now on.")
    messages.success(
        request, done % {"network": display_network(incident.network), "participant": incident.participant_number}
    )
    return _stay(request, pk)


@require_POST
@support_page
def support_reject(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    incident, form = get_incident_for_support(pk), DecisionForm(request.POST)
    if form.is_valid():
        try:
            reject_incident(incident=incident, acting_user=request.user, **form.cleaned_data)
        except DomainError as error:
            return _show(request, pk, refusal=error.message, status=409)
        messages.success(request, _("Incident %(number)s has been rejected.") % {"number": pk})
        return _stay(request, pk)
    return _show(request, pk, form=form, status=422)


@require_http_methods(["GET", "POST"])
@support_page
def entry_revoke(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    """Ask whether an address may go from the allowlist, and take it off."""
    entry = get_allowlist_entry_for_support(pk)
    context: dict[str, Any] = {"entry": entry, "back": _back(entry.request_id)}
    if request.method == "POST":
        try:
            revoke_entry(entry=entry, acting_user=request.user)
        except DomainError as error:
            context["refusal"] = error.message
        else:
            done = _("%(network)s has been taken off the allowlist of %(participant)s.")
            messages.success(
                request, done % {"network": display_network(entry.network), "participant": entry.participant_number}
            )
            return redirect_after(request, context["back"])
    status = 409 if "refusal" in context else 200
    return render_page(request, "connectors/allowlist/revoke.html", context, status=status)


def _show(request: HtmxHttpRequest, pk: int, *, status: int = 200, **given: Any) -> HttpResponse:
    """Draw the queue with one incident open; htmx gets list and incident without the frame."""
    incident = get_incident_for_support(pk)
    context = _queue(request, _status_filter(request, default=incident.status)) | {
        "incident": incident,
        "entry": entry_for(incident),
        "entries": live_entries(incident.participant_number),
        "local": is_local(incident.network),
        "wide": is_wide(incident.network),
        "form": DecisionForm(),
        **given,
    }
    context |= _neighbours([row.pk for row in context["page"].rows], pk)
    return render_page(request, "connectors/allowlist/queue.html", context, fragment="queue", status=status)


def _queue(request: HtmxHttpRequest, status: str) -> dict[str, Any]:
    incidents = incidents_for_support()
    if status != _ALL:
        incidents = incidents.filter(status=status)
    filters = [*_Status.choices, (_ALL, _("All"))]
    # What waits, longest waiting first; what is decided, latest first.
    page = page_of(incidents, request.GET, oldest_first=status == _Status.OPEN)
    return {"page": page, "status": status, "filters": filters}


def _status_filter(request: HtmxHttpRequest, *, default: str) -> str:
    asked = request.GET.get("status", default)
    return asked if asked in {*_Status.values, _ALL} else default


def _neighbours(keys: list[int], pk: int) -> dict[str, int | None]:
    """Return the incidents above and below the open one in the list, for the keys K and J."""
    if pk not in keys:
        return {"above": None, "below": keys[0] if keys else None}
    place = keys.index(pk)
    return {"above": keys[place - 1] if place else None, "below": keys[place + 1] if place + 1 < len(keys) else None}


def _stay(request: HtmxHttpRequest, decided: int) -> HttpResponse:
    """Show what was decided, beside what still waits.

    Not the next incident at once: a second press of the same button or key would decide about that one unread.
    """
    return redirect_after(request, f"{_back(decided)}?status={_Status.OPEN}")


def _back(incident: int | None) -> str:
    if incident is None:
        return reverse("connectors:support_queue")
    return reverse("connectors:support_incident", args=[incident])
