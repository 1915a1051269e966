"""The desk of support staff: incidents of all environments in one queue. No message content is seen here."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from connectors.actions.allowlist import is_local, is_wide, live_entries
from connectors.desk import desk_lines, entries_elsewhere, look_for_use, staff
from connectors.evidence import Evidence
from connectors.fields import display_network
from connectors.forms.incident_desk import ApproveForm, AssignForm, DecisionForm, QuestionForm
from connectors.history import history_of
from connectors.models import AllowlistRequest
from connectors.queries import entry_for, get_incident_for_support, incidents_for_support
from connectors.traffic import evidence_of
from connectors.views.environment import support_page
from portal.http import HtmxHttpRequest, redirect_after, render_page
from portal.keyset import page_of
from portal.menu_numbers import Number, counter, numbers_for, up_to

_Status = AllowlistRequest.Status
_MINE, _ALL = "mine", "all"
QUEUE = "connectors/allowlist/queue.html"
_MOST_COUNTED = 99
_IN_MENU = "connectors:support_queue"


@counter(_IN_MENU)
def waiting(request: HttpRequest) -> Number:
    """Count the incidents that wait."""
    return up_to(_MOST_COUNTED, AllowlistRequest.objects.filter(status=_Status.OPEN))


@require_GET
@support_page
def support_count(request: HtmxHttpRequest) -> HttpResponse:
    """The number behind the menu line, which asks for it now and then."""
    return HttpResponse(numbers_for(request, [_IN_MENU])[_IN_MENU])


@require_GET
@support_page
def support_queue(request: HtmxHttpRequest) -> HttpResponse:
    return render_page(request, QUEUE, _queue(request, _status_filter(request, default=_Status.OPEN)))


@require_GET
@support_page
def support_incident(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    return show(request, pk)


def show(request: HtmxHttpRequest, pk: int, *, status: int = 200, **given: Any) -> HttpResponse:
    """Draw the queue with one incident open; htmx gets list and incident without the frame."""
    incident = get_incident_for_support(pk)
    context = _queue(request, _status_filter(request, default=incident.status)) | _case(incident) | given
    context |= _neighbours([line.incident.pk for line in context["lines"]], pk, oldest_first=context["waiting"])
    return render_page(request, QUEUE, context, fragment="queue", status=status)


def stay(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    """Show what was done, beside what still waits.

    Not the next incident at once: a second press of the same button or key would decide about that one unread.
    """
    return redirect_after(request, f"{reverse('connectors:support_incident', args=[pk])}?status={_Status.OPEN}")


def _case(incident: AllowlistRequest) -> dict[str, Any]:
    entry = entry_for(incident)
    if entry:
        look_for_use([entry])
    return {
        "incident": incident,
        "entry": entry,
        "evidence": evidence_of([incident])[incident.pk],
        "kept": Evidence.from_json(incident.evidence),
        "history": history_of(incident, entry),
        "entries": live_entries(incident.participant_number),
        "elsewhere": entries_elsewhere(incident),
        "local": is_local(incident.network),
        "wide": is_wide(incident.network),
        "form": DecisionForm(),
        "approve_form": ApproveForm(initial={"network": display_network(incident.network)}),
        "question_form": QuestionForm(),
        "assign_form": AssignForm(incident=incident, staff=staff()),
    }


def _queue(request: HtmxHttpRequest, status: str) -> dict[str, Any]:
    incidents = incidents_for_support()
    if status == _MINE:
        incidents = incidents.filter(status=_Status.OPEN, assigned_to=request.user)
    elif status != _ALL:
        incidents = incidents.filter(status=status)
    filters = [(_Status.OPEN.value, _Status.OPEN.label), (_MINE, _("Assigned to me"))]
    filters += [*_Status.choices[1:], (_ALL, _("All"))]
    # What waits, longest waiting first; what is decided, latest first.
    waits = status in {_Status.OPEN, _MINE}
    page = page_of(incidents, request.GET, oldest_first=waits)
    return {"page": page, "lines": desk_lines(page.rows), "status": status, "filters": filters, "waiting": waits}


def _status_filter(request: HtmxHttpRequest, *, default: str) -> str:
    asked = request.GET.get("status", default)
    return asked if asked in {*_Status.values, _MINE, _ALL} else default


def _neighbours(keys: list[int], pk: int, *, oldest_first: bool) -> dict[str, int | None]:
    """Return the incidents above and below the open one in the list, for the keys K and J.

    One that has just been decided is not in the list any more, but has its place between the others still; after the
    last one it begins again at the top.
    """
    above = [key for key in keys if (key < pk if oldest_first else key > pk)]
    below = [key for key in keys if (key > pk if oldest_first else key < pk)]
    first = keys[0] if keys and pk not in keys else None
    return {"above": above[-1] if above else None, "below": below[0] if below else first}
