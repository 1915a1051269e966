"""The communication log: why calls were refused, for the people who can mend it. No message content is seen here."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from connectors.views.environment import EnvironmentRequest, environment_page, support_page
from messaging.fixes import fix_link, let_in_since
from messaging.log_search import LogSearchForm
from messaging.models import LogEntry
from messaging.models.messages import public_id
from messaging.queries_log import get_log_entry, log_for_support, log_of
from messaging.refusals import explain
from portal.http import HtmxHttpRequest, redirect_after, render_page
from portal.keyset import page_of
from portal.permissions import EVERY_MEMBER, MANAGE

LIST = "messaging/log/list.html"
DETAIL = "messaging/log/detail.html"


@require_GET
@environment_page(EVERY_MEMBER)
def log_list(request: EnvironmentRequest) -> HttpResponse:
    code = request.environment.code
    return _list(request, log_of(request.environment), reverse("messaging:log_list", args=[code]))


@require_GET
@support_page
def support_log_list(request: HtmxHttpRequest) -> HttpResponse:
    """The log of all environments, and of the calls that belong to none."""
    return _list(request, log_for_support(), reverse("messaging:support_log_list"))


@require_GET
@environment_page(EVERY_MEMBER)
def log_detail(request: EnvironmentRequest, reference: UUID) -> HttpResponse:
    entry = get_log_entry(log_of(request.environment), reference)
    back = reverse("messaging:log_list", args=[request.environment.code])
    return _detail(request, entry, back, may_mend=request.membership.role in MANAGE)


@require_GET
@support_page
def support_log_detail(request: HtmxHttpRequest, reference: UUID) -> HttpResponse:
    entry = get_log_entry(log_for_support(), reference)
    return _detail(request, entry, reverse("messaging:support_log_list"), may_mend=False)


def _list(request: HttpRequest, entries: QuerySet[LogEntry], here: str) -> HttpResponse:
    form = LogSearchForm(request.GET)
    found = form.narrow(entries) if form.is_valid() else entries.none()
    if form.is_valid() and form.reference and found.exists():
        return redirect_after(request, f"{here}{public_id(form.reference)}/")
    page = page_of(found, request.GET)
    context = {
        "form": form,
        "page": page,
        "here": here,
        "all_environments": here == reverse("messaging:support_log_list"),
        "is_filtered": form.is_valid() and form.narrows,
    }
    return render_page(request, LIST, context, fragment="results", status=200 if form.is_valid() else 422)


def _detail(request: HttpRequest, entry: LogEntry, back: str, *, may_mend: bool) -> HttpResponse:
    try:
        link = fix_link(entry, entry.explained.value.fix)
    except KeyError:  # a cause of another version of this program
        link = None
    context = {
        "entry": entry,
        "refusal": explain(entry),
        "link": link,
        "let_in_since": let_in_since(entry),
        "may_mend": may_mend,
        "back": back,
    }
    return render_page(request, DETAIL, context)
