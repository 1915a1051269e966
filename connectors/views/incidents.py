"""Allowlist incidents of an environment: asking support to let an address in, and following what they say."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connectors.actions.allowlist import (
    AlreadyAllowedError,
    AlreadyAskedError,
    is_local,
    live_entries,
    submit_incident,
)
from connectors.actions.incident_desk import answer_incident
from connectors.desk import look_for_use
from connectors.evidence import Evidence
from connectors.forms.allowlist import AnswerForm, IncidentForm
from connectors.forms.errors import show_refusal
from connectors.history import history_of
from connectors.models import AllowlistEntry, AllowlistRequest
from connectors.queries import entry_for, get_incident_for, incidents_of
from connectors.traffic import LoggedRefusal, evidence_about, refusal_of
from connectors.views.environment import EnvironmentRequest, environment_page
from portal.errors import DomainError
from portal.formats import NOTHING, datetime_nl
from portal.http import redirect_after, render_page
from portal.keyset import page_of
from portal.network import parse_network
from portal.permissions import MANAGE, READ_SETUP


@require_GET
@environment_page(READ_SETUP)
def incident_list(request: EnvironmentRequest) -> HttpResponse:
    context = {
        "page": page_of(incidents_of(request.environment), request.GET),
        "entries": live_entries(request.environment.participant_number),
    }
    return render_page(request, "connectors/allowlist/list.html", context, fragment="incidents")


@require_GET
@environment_page(READ_SETUP)
def allowlist(request: EnvironmentRequest) -> HttpResponse:
    """What is let in for this environment, until when, and whether it is used; support staff change it."""
    entries = AllowlistEntry.objects.filter(participant_number=request.environment.participant_number)
    page = page_of(entries.select_related("request"), request.GET)
    return render_page(request, "connectors/allowlist/allowlist.html", {"page": page}, fragment="entries")


@require_http_methods(["GET", "POST"])
@environment_page(MANAGE)
def incident_add(request: EnvironmentRequest) -> HttpResponse:
    """Submit an incident. `?log=` fills it in from a refusal of the communication log, `?address=` only the address."""
    refusal = _refusal(request)
    form = IncidentForm(request.POST or None, initial=_initial(request, refusal))
    context: dict[str, Any] = {"form": form, "refusal": refusal}
    if refusal:
        context["evidence"] = evidence_about(request.environment, parse_network(refusal.address))
    if request.method == "POST" and form.is_valid():
        try:
            incident = _submit(request, form)
        except DomainError as error:
            show_refusal(form, error)
            context |= _where_to_look(request, error)
        else:
            messages.success(request, _("Incident %(number)s has been submitted.") % {"number": incident.pk})
            return _to(request, incident.pk)
    return render_page(request, "connectors/allowlist/add.html", context, status=422 if form.errors else 200)


@require_GET
@environment_page(READ_SETUP)
def incident_detail(request: EnvironmentRequest, pk: int) -> HttpResponse:
    return _show(request, pk, AnswerForm())


@require_POST
@environment_page(MANAGE)
def incident_answer(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """Answer what support staff asked, or add something."""
    incident, form = get_incident_for(request.environment, pk), AnswerForm(request.POST)
    if form.is_valid():
        try:
            answer_incident(incident=incident, acting_user=request.user, **form.cleaned_data)
        except DomainError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Your answer has been sent to support staff."))
            return _to(request, pk)
    return _show(request, pk, form, status=422)


def _show(request: EnvironmentRequest, pk: int, form: AnswerForm, *, status: int = 200) -> HttpResponse:
    incident = get_incident_for(request.environment, pk)
    entry = entry_for(incident)
    if entry:
        look_for_use([entry])
    context = {
        "incident": incident,
        "entry": entry,
        "kept": Evidence.from_json(incident.evidence),
        "history": history_of(incident, entry),
        "form": form,
    }
    return render_page(request, "connectors/allowlist/detail.html", context, status=status)


def _to(request: EnvironmentRequest, pk: int) -> HttpResponse:
    return redirect_after(request, reverse("connectors:incident_detail", args=[request.environment.code, pk]))


def _refusal(request: EnvironmentRequest) -> LoggedRefusal | None:
    """Return the refusal that the form is filled in from; a reference that is none of ours is no refusal."""
    text = request.POST.get("log") or request.GET.get("log") or ""
    try:
        reference = UUID(hex=text.replace(" ", ""))
    except ValueError:
        return None
    return refusal_of(request.environment, reference)


def _initial(request: EnvironmentRequest, refusal: LoggedRefusal | None) -> dict[str, Any]:
    initial = {
        "participant_number": request.environment.participant_number,
        "network": request.GET.get("address", ""),
    }
    if refusal is None:
        return initial
    explanation = _(
        "Customer environment %(customer)s sends with %(connector)s. Refused on %(date)s, log reference %(reference)s."
    )
    if not refusal.customer_environment:
        explanation = _(
            "A customer environment sends with %(connector)s. Refused on %(date)s, log reference %(reference)s."
        )
    facts = {
        "customer": refusal.customer_environment,
        "connector": refusal.app_connector or NOTHING,
        "date": datetime_nl(refusal.at),
        "reference": refusal.reference.hex.upper(),
    }
    return initial | {
        "network": refusal.address,
        # The gateway itself saw this address: what is asked in a warning of who types one, is known here.
        "local_confirmed": is_local(parse_network(refusal.address)),
        "explanation": explanation % facts,
        "log": refusal.reference.hex,
    }


def _submit(request: EnvironmentRequest, form: IncidentForm) -> AllowlistRequest:
    asked = form.cleaned_data
    refusal = _refusal(request)
    return submit_incident(
        environment=request.environment,
        participant_number=asked["participant_number"],
        network=asked["network"],
        explanation=asked["explanation"],
        local_confirmed=asked["local_confirmed"],
        log_reference=refusal.reference if refusal else None,
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
