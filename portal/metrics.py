"""`/metrics`: what a monitoring system watches, in the text format of Prometheus.

Everything is asked of the database when it is read, so that it does not matter which process of which machine answers,
and nothing is lost when one restarts. Each figure costs a bounded look along an index or into the daily counts. Without
`METRICS_TOKEN` the address does not exist.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from messaging.statuses import Status

PREFIX = "berichtenpoort"
# What waits is counted no further than this; a queue that long is the news, not by how much.
CAP = 10_000
# Transitions are those of the past minutes, among so many of the newest events.
_MINUTES, _EVENTS = 5, 50_000

_RECEIVED = "SELECT status, sum(count) FROM messaging_dailymessages WHERE day = %(today)s GROUP BY 1 ORDER BY 1"
_REFUSED = "SELECT cause, sum(count) FROM messaging_dailyrefusals WHERE day = %(today)s GROUP BY 1 ORDER BY 1"
_TRANSITIONS = """
    SELECT coalesce(from_status::text, ''), to_status, count(*)
    FROM (SELECT from_status, to_status, at FROM messaging_messageevent ORDER BY id DESC LIMIT %(events)s) newest
    WHERE to_status IS NOT NULL AND at > now() - make_interval(mins => %(minutes)s) GROUP BY 1, 2 ORDER BY 1, 2
"""
_JOBS = """
    SELECT status::text, count(*)
    FROM (SELECT status FROM procrastinate_jobs WHERE status IN ('todo', 'doing') LIMIT %(cap)s) waiting GROUP BY 1
"""
# Ages in seconds; without a row there is nothing to be old.
_AGES = """
    SELECT extract(epoch FROM now() - (SELECT max(last_heartbeat) FROM procrastinate_workers)),
           (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - INTERVAL '1 minute'),
           extract(epoch FROM now() - (
               SELECT min(e.at) FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id
               WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= now()) AND e.type = 'deferred'
           )),
           extract(epoch FROM now() - (
               SELECT received_at FROM messaging_message WHERE status IN (10, 20) ORDER BY id LIMIT 1)),
           (SELECT count(*) FROM (SELECT FROM messaging_message WHERE status IN (10, 20) LIMIT %(cap)s) unread),
           (SELECT count(*) FROM (SELECT FROM messaging_delivery WHERE due_at <= now() LIMIT %(cap)s) due),
           (SELECT count(*) FROM (SELECT FROM messaging_delivery WHERE gave_up_at IS NOT NULL LIMIT %(cap)s) dead),
           (SELECT count(*) FROM (SELECT FROM connectors_allowlistrequest WHERE status = 'open' LIMIT %(cap)s) asked)
"""
_GAUGES = (
    ("worker_heartbeat_age_seconds", "Since the last sign of life of any worker."),
    ("workers", "Workers that gave a sign of life within a minute."),
    ("oldest_job_age_seconds", "Since the oldest job that could run was put in the queue."),
    ("oldest_unread_message_age_seconds", "Since the oldest message in status 10 or 20 was received."),
    ("unread_messages", f"Messages in status 10 or 20, counted up to {CAP}."),
    ("deliveries_due", f"Messages that are due to be sent again, counted up to {CAP}."),
    ("deliveries_given_up", f"Messages that could not be sent and wait for somebody, counted up to {CAP}."),
    ("incidents_open", f"Allowlist incidents that wait for support staff, counted up to {CAP}."),
)


class PortalCollector(Collector):
    """Asks the database, in five statements, whenever it is read."""

    def collect(self) -> Iterator[Metric]:
        received = GaugeMetricFamily(
            f"{PREFIX}_messages_received_today",
            "Messages received today by the status that they have now.",
            labels=["status"],
        )
        for status, count in _rows(_RECEIVED):
            received.add_metric([str(status)], count)
        yield received
        refused = CounterMetricFamily(
            f"{PREFIX}_refusals_today", "Calls refused today by cause; begins anew every day.", labels=["cause"]
        )
        for cause, count in _rows(_REFUSED):
            refused.add_metric([cause], count)
        yield refused
        yield self._transitions()
        jobs = GaugeMetricFamily(f"{PREFIX}_jobs", f"Jobs in the queue, counted up to {CAP}.", labels=["status"])
        found = dict(_rows(_JOBS))
        for state in ("todo", "doing"):
            jobs.add_metric([state], found.get(state, 0))
        yield jobs
        yield from self._ages()

    def _transitions(self) -> Metric:
        changed = GaugeMetricFamily(
            f"{PREFIX}_transitions_recent",
            f"Changes of status in the past {_MINUTES} minutes, among the {_EVENTS} newest.",
            labels=["from", "to"],
        )
        for before, after, count in _rows(_TRANSITIONS):
            changed.add_metric([before, str(Status(after).value)], count)
        return changed

    def _ages(self) -> Iterator[Metric]:
        ((*values,),) = _rows(_AGES)
        for (name, told), value in zip(_GAUGES, values, strict=True):
            gauge = GaugeMetricFamily(f"{PREFIX}_{name}", told)
            if value is not None:
                gauge.add_metric([], float(value))
            yield gauge


@login_not_required
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer a monitoring system that carries `METRICS_TOKEN`; for everybody else the page does not exist."""
    if not _may_read(request):
        raise Http404
    registry = CollectorRegistry(auto_describe=False)
    registry.register(PortalCollector())
    return HttpResponse(
        generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": "no-store"}
    )


def _may_read(request: HttpRequest) -> bool:
    kind, _space, given = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    return bool(wanted) and kind.lower() == "bearer" and hmac.compare_digest(given.encode(), wanted.encode())


def _rows(query: str) -> Iterable[tuple[Any, ...]]:
    parameters: dict[str, Any] = {"today": timezone.localdate(), "events": _EVENTS, "minutes": _MINUTES, "cap": CAP}
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
