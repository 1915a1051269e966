"""The communication log as a list: why calls were refused, for the people who can mend it. No content is seen here."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from connectors.models import Environment
from connectors.views.environment import EnvironmentRequest, environment_page, support_page
from messaging.log_search import LogSearchForm
from messaging.models import LogEntry
from messaging.models.messages import public_id
from messaging.queries_log import log_for_support, log_of
from messaging.solutions import solved_among
from portal.http import HtmxHttpRequest, redirect_after, render_page
from portal.keyset import PAGE_SIZE, Page, page_of
from portal.permissions import EVERY_MEMBER

LIST = "messaging/log/list.html"
NO_CONTENT = 204


@require_GET
@environment_page(EVERY_MEMBER)
def log_list(request: EnvironmentRequest) -> HttpResponse:
    code = request.environment.code
    form = LogSearchForm(request.GET, environment=request.environment)
    return _list(request, form, log_of(request.environment), reverse("messaging:log_list", args=[code]))


@require_GET
@support_page
def support_log_list(request: HtmxHttpRequest) -> HttpResponse:
    """The log of all environments, and of the calls that belong to none."""
    return _list(request, LogSearchForm(request.GET), log_for_support(), reverse("messaging:support_log_list"))


@require_GET
@environment_page(EVERY_MEMBER)
def log_live(request: EnvironmentRequest) -> HttpResponse:
    """What came in since `?newer=`, for a page that follows the log."""
    form = LogSearchForm(request.GET, environment=request.environment)
    here = reverse("messaging:log_list", args=[request.environment.code])
    return _fresh(request, form, log_of(request.environment), here)


@require_GET
@support_page
def support_log_live(request: HtmxHttpRequest) -> HttpResponse:
    return _fresh(request, LogSearchForm(request.GET), log_for_support(), reverse("messaging:support_log_list"))


def _list(request: HttpRequest, form: LogSearchForm, entries: QuerySet[LogEntry], here: str) -> HttpResponse:
    found = form.narrow(entries) if form.is_valid() else entries.none()
    if form.is_valid() and form.reference and entries.filter(reference=form.reference).exists():
        return redirect_after(request, f"{here}{public_id(form.reference)}/")
    page = page_of(found, request.GET)
    first_page = page.back is None and "before" not in request.GET
    context = {
        **_rows(page, form, here),
        "form": form,
        "is_filtered": form.is_valid() and form.narrows,
        "can_follow": first_page and form.is_valid(),
        "follows": first_page and form.is_valid() and request.GET.get("live") != "0",
    }
    return render_page(request, LIST, context, fragment="results", status=200 if form.is_valid() else 422)


def _fresh(request: HttpRequest, form: LogSearchForm, entries: QuerySet[LogEntry], here: str) -> HttpResponse:
    """Answer the newer rows as an addition to the table, or nothing; where there was no table yet, the whole list."""
    newer = request.GET.get("newer", "")
    if not form.is_valid() or not (newer.isascii() and newer.isdigit() and len(newer) < 19):
        return HttpResponse(status=NO_CONTENT)
    if newer == "0":
        found = form.narrow(entries)
        return _begin(request, form, entries, here) if found.exists() else HttpResponse(status=NO_CONTENT)
    rows = list(form.narrow(entries).filter(pk__gt=int(newer)).order_by("pk")[:PAGE_SIZE])[::-1]
    if not rows:
        return HttpResponse(status=NO_CONTENT)
    return render_page(request, LIST, _rows(Page(rows), form, here), fragment="fresh")


def _begin(request: HttpRequest, form: LogSearchForm, entries: QuerySet[LogEntry], here: str) -> HttpResponse:
    answer = _list(request, form, entries, here)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#results", "outerHTML"
    return answer


def _rows(page: Page[LogEntry], form: LogSearchForm, here: str) -> dict[str, object]:
    environment: Environment | None = form.environment
    return {
        "page": page,
        "solved": solved_among(page.rows),
        "newest": page.rows[0].pk if page.rows else 0,
        "here": here,
        "all_environments": environment is None,
    }
