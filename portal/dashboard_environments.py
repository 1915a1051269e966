"""The lists behind the figures of support's dashboard: how many at which environment. No message is seen here."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Sum
from django.http import Http404, HttpResponse, QueryDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from connectors.models import Environment
from connectors.views.environment import support_page
from messaging.models import DailyMessages
from messaging.statuses import Status
from portal.figures import CAP, UNREAD, Kind, failures, tasks, unread
from portal.formats import datetime_nl
from portal.http import HtmxHttpRequest, render_page


@dataclass(frozen=True)
class Line:
    environment: Environment
    count: int


@require_GET
@support_page
def support_by_environment(request: HtmxHttpRequest) -> HttpResponse:
    """One figure by environment: `?figure=` one of those that wait, or the messages of `?day=` (with `?status=`)."""
    if figure := request.GET.get("figure"):
        label, kind = _kind(figure)
        counts = kind.by_environment()
    else:
        label, counts = _of_day(request.GET)
    environments = Environment.objects.in_bulk(list(counts))
    total = counts.total()
    context = {
        "label": label,
        "lines": [Line(environments[pk], count) for pk, count in counts.most_common()],
        "total": total,
        "capped": bool(figure) and total >= CAP,
    }
    return render_page(request, "portal/by_environment.html", context)


def _kind(figure: str) -> tuple[str, Kind]:
    """Return what is counted, with the words of the dashboard for it."""
    everywhere = Environment.objects.all()
    groups = {
        _("Messages in the workflow"): tasks(everywhere),
        _("Messages that could not be sent on"): failures(everywhere),
        _("Messages"): {UNREAD: unread(everywhere)},
    }
    for words, kinds in groups.items():
        if figure in kinds:
            return f"{words}: {kinds[figure].label.lower()}", kinds[figure]
    raise Http404


def _of_day(asked: QueryDict) -> tuple[str, Counter[int]]:
    """Return what was received on a day, with its label; raise `Http404` when no such day was asked for."""
    day, status = _day(asked.get("day", "")), asked.get("status", "")
    rows = DailyMessages.objects.filter(day=day)
    label = _("Received on %(day)s") % {"day": datetime_nl(day)}
    if status:
        if status not in map(str, Status.values):
            raise Http404
        rows = rows.filter(status=status)
        label += f", {status} {Status(int(status)).label}"
    sums = rows.values_list("environment").annotate(number=Sum("count"))
    return label, Counter({pk: number for pk, number in sums if number})


def _day(text: str) -> dt.date:
    try:
        day = parse_date(text)
    except ValueError:  # a day that no month has
        day = None
    if day is None:
        raise Http404
    return day
