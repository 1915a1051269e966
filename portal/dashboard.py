"""The dashboard: what came in, what was refused, what waits, and whether everything runs. It counts no large tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet, Sum
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from connectors.causes import Cause
from connectors.models import Environment
from connectors.views.environment import EnvironmentRequest, environment_page, support_page
from messaging.actions.counting import DAYS, counted_at
from messaging.models import DailyMessages, DailyRefusals, Message
from messaging.statuses import Status
from portal.health import health
from portal.http import HtmxHttpRequest, render_page
from portal.permissions import EVERY_MEMBER
from portal.templatetags.portal_ui import STATUS_LOOKS

_WEEK = 7
_HEIGHT = 120  # of the chart, in its own units
_CAP = 10_000  # tasks that are counted at most


@dataclass(frozen=True)
class Part:
    """The messages of a day with one status: a rectangle of the chart and a cell of the table."""

    status: Status
    tone: str
    count: int
    # In the chart's own units, written with a point whatever the language.
    y: str
    height: str
    url: str


@dataclass(frozen=True)
class Day:
    date: dt.date
    x: int
    total: int
    parts: list[Part]


@dataclass(frozen=True)
class CauseLine:
    """How often a cause refused calls; `share` is its part of the most frequent one, in per cent."""

    text: str
    week: int
    month: int
    share: int
    url: str


@require_GET
@environment_page(EVERY_MEMBER)
def dashboard(request: EnvironmentRequest) -> HttpResponse:
    """The figures of one environment."""
    return render_page(request, "portal/dashboard.html", _figures(request.environment))


@require_GET
@support_page
def support_dashboard(request: HtmxHttpRequest) -> HttpResponse:
    """The figures of all environments. Its messages are no business of support, so those figures lead nowhere."""
    return render_page(request, "portal/dashboard.html", _figures(None))


def _figures(environment: Environment | None) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "days": _days(environment, today),
        "statuses": [(status, STATUS_LOOKS[status][0]) for status in Status],
        "causes": _causes(environment, today),
        "waiting": _waiting(environment),
        "health": health(),
        "counted_at": counted_at(),
        "chart_height": _HEIGHT,
        "all_environments": environment is None,
    }


def _of(environment: Environment | None) -> Q:
    return Q(environment=environment) if environment else Q()


def _days(environment: Environment | None, today: dt.date) -> list[Day]:
    first = today - dt.timedelta(days=DAYS - 1)
    rows = DailyMessages.objects.filter(_of(environment), day__gte=first).values_list("day", "status")
    counts = {(day, status): count for day, status, count in rows.annotate(number=Sum("count"))}
    dates = [first + dt.timedelta(days=number) for number in range(DAYS)]
    totals = {date: sum(counts.get((date, status.value), 0) for status in Status) for date in dates}
    scale = _HEIGHT / max(1, *totals.values())
    days = []
    for number, date in enumerate(dates):
        parts, top = [], float(_HEIGHT)
        for status in Status:
            count = counts.get((date, status.value), 0)
            if count:
                top -= count * scale
                url = _messages_url(environment, date, status)
                tone = STATUS_LOOKS[status][0]
                parts.append(Part(status, tone, count, f"{top:.2f}", f"{count * scale:.2f}", url))
        days.append(Day(date, number * 10, totals[date], parts))
    return days


def _messages_url(environment: Environment | None, date: dt.date, status: Status) -> str:
    if environment is None:
        return ""
    query = {"status": status.value, "received_from": date.isoformat(), "received_to": date.isoformat()}
    return f"{reverse('messaging:message_list', args=[environment.code])}?{urlencode(query)}"


def _causes(environment: Environment | None, today: dt.date) -> list[CauseLine]:
    since, week = today - dt.timedelta(days=DAYS - 1), today - dt.timedelta(days=_WEEK - 1)
    rows: QuerySet[Any] = DailyRefusals.objects.filter(_of(environment), day__gte=since).values("cause")
    found = list(rows.annotate(month=Sum("count"), week=Sum("count", filter=Q(day__gte=week))).order_by("-month"))
    most = max((row["month"] for row in found), default=1)
    log = (
        reverse("messaging:log_list", args=[environment.code]) if environment else reverse("messaging:support_log_list")
    )
    words = {cause.code: str(cause.value.text) for cause in Cause}
    return [
        CauseLine(
            words.get(row["cause"], row["cause"]),
            row["week"] or 0,
            row["month"],
            max(1, row["month"] * 100 // most),
            f"{log}?{urlencode({'cause': row['cause'], 'since': since.isoformat()})}",
        )
        for row in found
    ]


def _waiting(environment: Environment | None) -> list[tuple[str, int, bool]]:
    """Return the tasks by deadline: what it says, how many, and whether it is late. Counted no further than a cap."""
    # Environments are named also when all are meant: by them the index goes.
    meant = Environment.objects.filter(pk=environment.pk) if environment else Environment.objects.all()
    waiting = Message.objects.filter(environment__in=meant, status=Status.IN_WORKFLOW)
    now = timezone.now()
    tomorrow = now + dt.timedelta(days=1)
    groups = [
        (_("Past the deadline"), Q(due_at__lt=now), True),
        (_("Within a day"), Q(due_at__gte=now, due_at__lt=tomorrow), False),
        (_("Later"), Q(due_at__gte=tomorrow), False),
        (_("Without a deadline"), Q(due_at__isnull=True), False),
    ]
    return [(label, waiting.filter(which)[:_CAP].count(), late) for label, which, late in groups]
