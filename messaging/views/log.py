"""The communication log: why calls were refused, for the people who can mend it. No message content is seen here."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from connectors.views.environment import EnvironmentRequest, environment_page, support_page
from messaging.log_search import LogSearchForm
from messaging.models import LogEntry
from messaging.models.messages import public_id
from messaging.queries_log import log_for_support, log_of
from portal.http import HtmxHttpRequest, redirect_after, render_page
from portal.keyset import page_of
from portal.permissions import EVERY_MEMBER

LIST = "messaging/log/list.html"


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
