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
from connectors.models import AllowlistRequest, Environment
from connectors.views.environment import EnvironmentRequest, environment_page, support_page
from messaging.actions.counting import DAYS, counted_at
from messaging.filters import Due
from messaging.models import DailyMessages, DailyRefusals, LogEntry
from messaging.queries import RECENT_DAYS, message_type_rows
from messaging.statuses import Status
from portal.figures import AGAIN, CAP, GIVEN_UP, UNREAD, Kind, failures, oldest_unread, tasks
from portal.health import health
from portal.http import HtmxHttpRequest, render_page
from portal.permissions import EVERY_MEMBER, READ_SETUP
from portal.templatetags.portal_ui import STATUS_LOOKS

_WEEK = 7
_HEIGHT = 120  # of the chart, in its own units


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
    url: str
    parts: list[Part]


@dataclass(frozen=True)
class CauseLine:
    """How often a cause refused calls; `share` is its part of the most frequent one, in per cent."""

    text: str
    week: int
    month: int
    share: int
    url: str
    week_url: str


@dataclass(frozen=True)
class Figure:
    """Something that is counted to a cap, and the list that it stands for (none where the reader's role opens none)."""

    label: str
    count: int
    url: str = ""
    tone: str = ""  # of a mark beside it, when the figure is not nought
    mark: str = ""

    @property
    def capped(self) -> bool:
        return self.count >= CAP


@require_GET
@environment_page(EVERY_MEMBER)
def dashboard(request: EnvironmentRequest) -> HttpResponse:
    """The figures of one environment."""
    context = _figures(request.environment)
    context["refused"] = _refused(request.environment, reads_setup=request.membership.role in READ_SETUP)
    context["oldest_unread"] = oldest_unread(request.environment)
    return render_page(request, "portal/dashboard.html", context)


@require_GET
@support_page
def support_dashboard(request: HtmxHttpRequest) -> HttpResponse:
    """The figures of all environments. Messages are no business of support: those figures lead to the environments."""
    context = _figures(None)
    context["refused"] = _refused(None)
    context["unread_url"] = _by_environment(figure=UNREAD)
    return render_page(request, "portal/dashboard.html", context)


def _figures(environment: Environment | None) -> dict[str, Any]:
    today = timezone.localdate()
    days = _days(environment, today)
    return {
        "days": days,
        "statuses": [(status, STATUS_LOOKS[status][0]) for status in Status],
        "causes": _causes(environment, today),
        "waiting": _waiting(environment),
        "deliveries": _deliveries(environment),
        "types": _types(environment),
        "busiest": max(days, key=lambda day: day.total),
        "health": health(),
        "oldest_unread": None,
        "unread_url": "",
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
                url = _messages_url(environment, date, status=status.value)
                tone = STATUS_LOOKS[status][0]
                parts.append(Part(status, tone, count, f"{top:.2f}", f"{count * scale:.2f}", url))
        days.append(Day(date, number * 10, totals[date], _messages_url(environment, date), parts))
    return days


def _messages_url(environment: Environment | None, date: dt.date, **query: object) -> str:
    """Address the messages of a day; for support staff, how many of them came in where."""
    if environment is None:
        return _by_environment(day=date.isoformat(), **query)
    days = {"received_from": date.isoformat(), "received_to": date.isoformat()}
    return _list_of(environment, "message_list", **query, **days)


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
            *(f"{log}?{urlencode({'cause': row['cause'], 'since': day.isoformat()})}" for day in (since, week)),
        )
        for row in found
    ]


def _meant(environment: Environment | None) -> QuerySet[Environment]:
    """Return the environments by name also when all are meant: by them the indexes go."""
    return Environment.objects.filter(pk=environment.pk) if environment else Environment.objects.all()


def _list_of(environment: Environment, name: str, **query: object) -> str:
    return reverse(f"messaging:{name}", args=[environment.code], query=query)


def _by_environment(**query: object) -> str:
    """Address the list of support staff, who may not read what stands on the lists of an environment."""
    return reverse("portal:support_by_environment", query=query)


def _waiting(environment: Environment | None) -> list[Figure]:
    """Return the tasks by deadline."""
    return [
        Figure(
            kind.label,
            kind.count(),
            _list_of(environment, "message_list", due=key) if environment else _by_environment(figure=key),
            *(("red", _("late")) if key == Due.LATE else ()),
        )
        for key, kind in tasks(_meant(environment)).items()
    ]


def _deliveries(environment: Environment | None) -> list[Figure]:
    """Return what could not be sent: what nobody tries any more, and what a worker tries again."""
    shown = {GIVEN_UP: {}, AGAIN: {"state": "again"}}
    return [
        Figure(
            kind.label,
            kind.count(),
            _list_of(environment, "delivery_list", **shown[key]) if environment else _by_environment(figure=key),
            *(("red", _("waits for a person")) if key == GIVEN_UP else ()),
        )
        for key, kind in failures(_meant(environment)).items()
    ]


def _refused(environment: Environment | None, *, reads_setup: bool = True) -> list[Figure]:
    """Return what somebody has still to do about refusals; incidents of one environment stand on its own list."""
    name = "log_list" if environment else "support_log_list"
    log = reverse(f"messaging:{name}", args=[environment.code] if environment else [], query={"state": "open"})
    unsolved = LogEntry.objects.filter(resolved_at__isnull=True).order_by("-pk")
    asked = AllowlistRequest.objects.filter(status=AllowlistRequest.Status.OPEN).order_by("-pk")
    meant = _meant(environment)
    args = [environment.code] if environment else []
    queue = reverse(f"connectors:{'incident_list' if environment else 'support_queue'}", args=args)
    return [
        Figure(_("Unsolved refusals and failures"), Kind("", unsolved, meant).count(), log),
        Figure(_("Open allowlist incidents"), Kind("", asked, meant).count(), queue if reads_setup else ""),
    ]


def _types(environment: Environment | None) -> list[dict[str, Any]]:
    """Return the message types of an environment with their traffic."""
    if environment is None:
        return []
    since = timezone.localdate() - dt.timedelta(days=RECENT_DAYS)
    return [
        {
            "row": row,
            "url": _list_of(environment, "message_list", type=row.message_type.code),
            "messages_url": _list_of(
                environment, "message_list", type=row.message_type.code, received_from=since.isoformat()
            ),
        }
        for row in message_type_rows(environment)
    ]
