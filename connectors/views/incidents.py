"""Allowlist incidents of an environment: asking support to let an address in, and following what they say."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from connectors.actions.allowlist import AlreadyAllowedError, AlreadyAskedError, live_entries, submit_incident
from connectors.forms.allowlist import IncidentForm
from connectors.forms.errors import show_refusal
from connectors.models import AllowlistRequest
from connectors.queries import entry_for, get_incident_for, incidents_of
from connectors.views.environment import EnvironmentRequest, environment_page
from connectors.views.paging import page_of
from portal.errors import DomainError
from portal.http import redirect_after, render_page
from portal.permissions import MANAGE, READ_SETUP


@require_GET
@environment_page(READ_SETUP)
def incident_list(request: EnvironmentRequest) -> HttpResponse:
    context = {
        "page": page_of(incidents_of(request.environment), request.GET),
        "entries": live_entries(request.environment.participant_number),
    }
    return render_page(request, "connectors/allowlist/list.html", context, fragment="incidents")


@require_http_methods(["GET", "POST"])
@environment_page(MANAGE)
def incident_add(request: EnvironmentRequest) -> HttpResponse:
    """Submit an incident; `?address=` fills in the address, as the communication log does."""
    environment = request.environment
    initial = {"participant_number": environment.participant_number, "network": request.GET.get("address", "")}
    form = IncidentForm(request.POST or None, initial=initial)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            incident = _submit(request, form)
        except DomainError as error:
            show_refusal(form, error)
            context |= _where_to_look(request, error)
        else:
            messages.success(request, _("Incident %(number)s has been submitted.") % {"number": incident.pk})
            return redirect_after(request, reverse("connectors:incident_detail", args=[environment.code, incident.pk]))
    return render_page(request, "connectors/allowlist/add.html", context, status=422 if form.errors else 200)


@require_GET
@environment_page(READ_SETUP)
def incident_detail(request: EnvironmentRequest, pk: int) -> HttpResponse:
    incident = get_incident_for(request.environment, pk)
    context = {"incident": incident, "entry": entry_for(incident)}
    return render_page(request, "connectors/allowlist/detail.html", context)


def _submit(request: EnvironmentRequest, form: IncidentForm) -> AllowlistRequest:
    asked = form.cleaned_data
    return submit_incident(
        environment=request.environment,
        participant_number=asked["participant_number"],
        network=asked["network"],
        explanation=asked["explanation"],
        local_confirmed=asked["local_confirmed"],
        acting_user=request.user,
    )


def _where_to_look(request: EnvironmentRequest, error: DomainError) -> dict[str, Any]:
    """Return the incident that answers the question already, when it is one that this environment may read."""
    incident = None
    if isinstance(error, AlreadyAllowedError):
        incident = error.entry.request
    elif isinstance(error, AlreadyAskedError):
        incident = error.incident
    ours = incident is not None and incident.environment_id == request.environment.pk
    return {"existing": incident} if ours else {}
