"""What support staff do with an incident, or with several at once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from connectors.actions.incident_desk import (
    approve_incident,
    ask_about_incident,
    assign_incident,
    decide_several,
    reject_incident,
)
from connectors.desk import desk_lines, staff
from connectors.fields import display_network
from connectors.forms.errors import show_refusal
from connectors.forms.incident_desk import ApproveForm, AssignForm, DecisionForm, QuestionForm
from connectors.models import AllowlistRequest
from connectors.queries import get_incident_for_support, incidents_for_support
from connectors.views.environment import support_page
from connectors.views.support import show, stay
from portal.errors import DomainError
from portal.http import HtmxHttpRequest, redirect_after, render_page
from portal.models import User

SEVERAL = "connectors/allowlist/several.html"
_MOST = 50  # incidents at once: a page of the queue


@require_POST
@support_page
def support_approve(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    """Approve what was asked."""
    incident = get_incident_for_support(pk)
    try:
        entry = approve_incident(incident=incident, acting_user=request.user)
    except DomainError as error:
        return show(request, pk, refusal=error.message, status=409)
    _say_approved(request, entry.participant_number, display_network(entry.network))
    return stay(request, pk)


@require_POST
@support_page
def support_approve_narrower(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    """Approve less than was asked, or not for ever."""
    incident, form = get_incident_for_support(pk), ApproveForm(request.POST)
    if form.is_valid():
        try:
            entry = approve_incident(
                incident=incident,
                network=form.cleaned_data["network"],
                expires_at=form.expires_at,
                acting_user=request.user,
            )
        except DomainError as error:
            if not error.field:
                return show(request, pk, refusal=error.message, status=409)
            show_refusal(form, error)
        else:
            _say_approved(request, entry.participant_number, display_network(entry.network))
            return stay(request, pk)
    return show(request, pk, approve_form=form, status=422)


@require_POST
@support_page
def support_reject(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    incident, form = get_incident_for_support(pk), DecisionForm(request.POST)
    if not form.is_valid():
        return show(request, pk, form=form, status=422)
    try:
        reject_incident(incident=incident, acting_user=request.user, **form.cleaned_data)
    except DomainError as error:
        return show(request, pk, refusal=error.message, status=409)
    messages.success(request, _("Incident %(number)s has been rejected.") % {"number": pk})
    return stay(request, pk)


@require_POST
@support_page
def support_ask(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    incident, form = get_incident_for_support(pk), QuestionForm(request.POST)
    if not form.is_valid():
        return show(request, pk, question_form=form, status=422)
    try:
        ask_about_incident(incident=incident, acting_user=request.user, **form.cleaned_data)
    except DomainError as error:
        return show(request, pk, refusal=error.message, status=409)
    messages.success(request, _("The question has been asked. The administrator gets an e-mail."))
    return stay(request, pk)


@require_POST
@support_page
def support_assign(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    incident = get_incident_for_support(pk)
    form = AssignForm(request.POST, incident=incident, staff=staff())
    if not form.is_valid():
        return show(request, pk, assign_form=form, status=422)
    to = User.objects.filter(pk=form.cleaned_data["to"]).first()
    try:
        current = assign_incident(incident=incident, to=to, was=form.cleaned_data["was"], acting_user=request.user)
    except DomainError as error:
        return show(request, pk, refusal=error.message, status=409)
    holder = current.assigned_to or _("nobody")
    messages.success(request, _("Incident %(number)s is assigned to %(name)s.") % {"number": pk, "name": holder})
    return stay(request, pk)


# Several at once ------------------------------------------------------------------------------------------------------


@require_GET
@support_page
def support_several(request: HtmxHttpRequest) -> HttpResponse:
    """Say how many incidents were chosen, and which, before anything is done."""
    return _several(request, _chosen(request.GET.getlist("incident")), DecisionForm())


@require_POST
@support_page
def support_approve_several(request: HtmxHttpRequest) -> HttpResponse:
    return _decide(request, _chosen(request.POST.getlist("incident")), approve=True)


@require_POST
@support_page
def support_reject_several(request: HtmxHttpRequest) -> HttpResponse:
    incidents, form = _chosen(request.POST.getlist("incident")), DecisionForm(request.POST)
    if not form.is_valid():
        return _several(request, incidents, form)
    return _decide(request, incidents, approve=False, reason=form.cleaned_data["reason"])


def _wanted(keys: list[str]) -> list[int]:
    return sorted({int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 19})


def _chosen(keys: list[str]) -> list[AllowlistRequest]:
    return list(incidents_for_support().filter(pk__in=_wanted(keys)).order_by("pk")[:_MOST])


def _several(request: HtmxHttpRequest, incidents: list[AllowlistRequest], form: DecisionForm) -> HttpResponse:
    lines = desk_lines([incident for incident in incidents if incident.status == AllowlistRequest.Status.OPEN])
    asked = (request.GET or request.POST).getlist("incident")
    context = {
        "lines": lines,
        "decided": len(incidents) - len(lines),
        "form": form,
        "most": _MOST,
        "too_many": len(_wanted(asked)) > _MOST,
    }
    return render_page(request, SEVERAL, context, status=422 if form.errors else 200)


def _decide(
    request: HtmxHttpRequest, incidents: list[AllowlistRequest], *, approve: bool, reason: str = ""
) -> HttpResponse:
    outcome = decide_several(incidents=incidents, approve=approve, reason=reason, acting_user=request.user)
    count = len(outcome.done)
    if approve:
        text = ngettext("%(count)s incident approved.", "%(count)s incidents approved.", count)
    else:
        text = ngettext("%(count)s incident rejected.", "%(count)s incidents rejected.", count)
    if count:
        messages.success(request, text % {"count": count})
    for refusal in outcome.refused:
        messages.warning(request, refusal)
    return redirect_after(request, reverse("connectors:support_queue"))


def _say_approved(request: HtmxHttpRequest, participant: str, network: str) -> None:
    done = _("Approved: messages from %(network)s for %(participant)s are let in from now on.")
    messages.success(request, done % {"network": network, "participant": participant})
