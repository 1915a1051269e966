"""The communication log as a file, under the same filters as the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from connectors.views.environment import EnvironmentRequest, environment_page, support_page
from messaging.log_export import as_csv, as_json
from messaging.log_search import LogSearchForm
from messaging.models import LogEntry
from messaging.queries_log import log_for_support, log_of
from portal.http import HtmxHttpRequest, redirect_after
from portal.permissions import EVERY_MEMBER

_WRITERS: dict[str, tuple[Callable[[QuerySet[LogEntry]], Iterator[str]], str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "json": (as_json, "application/json"),
}


@require_GET
@never_cache
@environment_page(EVERY_MEMBER)
def log_file(request: EnvironmentRequest, kind: str) -> HttpResponseBase:
    """The entries of the environment that the list would show, as a file of this kind."""
    search = LogSearchForm(request.GET, environment=request.environment)
    here = reverse("messaging:log_list", args=[request.environment.code])
    return _file(request, kind, search, log_of(request.environment), here)


@require_GET
@never_cache
@support_page
def support_log_file(request: HtmxHttpRequest, kind: str) -> HttpResponseBase:
    here = reverse("messaging:support_log_list")
    return _file(request, kind, LogSearchForm(request.GET), log_for_support(), here)


def _file(
    request: HttpRequest, kind: str, search: LogSearchForm, entries: QuerySet[LogEntry], here: str
) -> HttpResponseBase:
    if not search.is_valid():  # the list says what is wrong with it
        return redirect_after(request, f"{here}?{request.GET.urlencode()}")
    write, content_type = _WRITERS[kind]
    answer = StreamingHttpResponse(write(search.narrow(entries)), content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="communicatielogboek.{kind}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
