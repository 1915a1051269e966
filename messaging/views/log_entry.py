"""One entry of the communication log: why a call was refused, what takes that away, and whether it would work now."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from connectors.explanations import Fix, Owner
from connectors.queries import administrators_of
from connectors.views.environment import EnvironmentRequest, environment_page, support_page
from messaging.actions.solving import carry_out_fix
from messaging.changes import changes_since
from messaging.fixes import remedy_for
from messaging.models import LogEntry, Workflow
from messaging.queries_log import get_log_entry, log_for_support, log_of, occurrences_of
from messaging.refusals import explain, note_for_sender
from messaging.retries import try_again
from messaging.solutions import newer_token, solution_of
from portal.errors import DomainError
from portal.help import cause_help_url
from portal.http import HtmxHttpRequest, redirect_after, render_page
from portal.permissions import EVERY_MEMBER, MANAGE

DETAIL = "messaging/log/detail.html"


@require_GET
@environment_page(EVERY_MEMBER)
def log_detail(request: EnvironmentRequest, reference: UUID) -> HttpResponse:
    return _show(request, get_log_entry(log_of(request.environment), reference))


@require_GET
@environment_page(EVERY_MEMBER)
def log_retry(request: EnvironmentRequest, reference: UUID) -> HttpResponse:
    """*Zou het nu lukken?*: nothing is sent, the decision is only taken again."""
    return _show(request, get_log_entry(log_of(request.environment), reference), retried=True)


@require_http_methods(["GET", "POST"])
@environment_page(MANAGE)
def log_fix(request: EnvironmentRequest, reference: UUID) -> HttpResponse:
    """Press the button: the fix is carried out, and the entry and its equals show that they are solved."""
    entry = get_log_entry(log_of(request.environment), reference)
    here = reverse("messaging:log_detail", args=[request.environment.code, reference])
    fix = Fix.__members__.get(request.POST.get("fix", "").upper())
    if request.method == "GET" or fix is None:  # after switching language, or an address that was made up
        return redirect_after(request, here)
    try:
        solved = carry_out_fix(entry=entry, fix=fix, workflow=_workflow(request), acting_user=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _done(solved))
    return redirect_after(request, here)


@require_GET
@support_page
def support_log_detail(request: HtmxHttpRequest, reference: UUID) -> HttpResponse:
    return _show_support(request, get_log_entry(log_for_support(), reference))


@require_GET
@support_page
def support_log_retry(request: HtmxHttpRequest, reference: UUID) -> HttpResponse:
    return _show_support(request, get_log_entry(log_for_support(), reference), retried=True)


def _show(request: EnvironmentRequest, entry: LogEntry, *, retried: bool = False) -> HttpResponse:
    code = request.environment.code
    may_mend = request.membership.role in MANAGE
    context = {
        **_about(entry, retried=retried),
        "may_mend": may_mend,
        "administrators": [] if may_mend else administrators_of(request.environment),
        "your_role": request.membership.get_role_display(),
        "back": reverse("messaging:log_list", args=[code]),
        "here": reverse("messaging:log_detail", args=[code, entry.reference]),
    }
    return render_page(request, DETAIL, context, fragment="retry")


def _show_support(request: HtmxHttpRequest, entry: LogEntry, *, retried: bool = False) -> HttpResponse:
    context = {
        **_about(entry, retried=retried),
        "may_mend": False,
        "administrators": administrators_of(entry.environment) if entry.environment else [],
        "your_role": _("support staff"),
        "back": reverse("messaging:support_log_list"),
        "here": reverse("messaging:support_log_detail", args=[entry.reference]),
        "record": entry.evidence,
    }
    return render_page(request, DETAIL, context, fragment="retry")


def _about(entry: LogEntry, *, retried: bool) -> dict[str, Any]:
    """Return what everybody is told who may see the entry."""
    refusal, solution, now = explain(entry), solution_of(entry), try_again(entry)
    # What stopped the call then may be mended, and something else not (any more).
    other = now.stopped_by if now.stopped_by and now.stopped_by.code != entry.cause else None
    fix = other.value.fix if other else None if solution else refusal.fix
    owner = other.value.owner if other else None if solution else refusal.owner
    return {
        "entry": entry,
        "refusal": refusal,
        "solution": solution,
        "stopped_now": other,
        "remedy": remedy_for(entry, fix) if fix else None,
        "fix": fix,
        "owner": owner,
        "for_sender": note_for_sender(entry, refusal) if refusal.owner is Owner.SENDER and not solution else "",
        "newer_token": newer_token(entry) if solution is None else None,
        "occurrences": occurrences_of(entry),
        "retry": now if retried else None,
        "changes": changes_since(entry) if retried else [],
        "cause_help": cause_help_url(entry.cause) if refusal.fix else "",
    }


def _workflow(request: EnvironmentRequest) -> Workflow | None:
    chosen = request.POST.get("workflow", "")
    known = request.environment.workflows.filter(pk=int(chosen)) if chosen.isascii() and chosen.isdigit() else None
    return known.first() if known is not None else None


def _done(solved: int) -> str:
    if not solved:
        return _("Done. Look below whether the call would be let in now.")
    return ngettext(
        "Done: %(count)d refusal is solved. The sender can send again.",
        "Done: %(count)d refusals are solved. The sender can send again.",
        solved,
    ) % {"count": solved}
