"""Whether this installation runs: for load balancers (`/healthz`, `/readyz`), and its worker for the dashboard."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

ALIVE_WITHIN = dt.timedelta(minutes=1)

_QUEUE = """
    SELECT (SELECT max(last_heartbeat) FROM procrastinate_workers),
           (SELECT min(e.at) FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id
            WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= now()) AND e.type = 'deferred'),
           (SELECT received_at FROM messaging_message WHERE status IN (10, 20) ORDER BY id LIMIT 1)
"""


@dataclass(frozen=True)
class Health:
    """When a worker last gave a sign of life, and since when the oldest job and message have been waiting."""

    heartbeat: dt.datetime | None
    oldest_job: dt.datetime | None
    oldest_message: dt.datetime | None

    @property
    def worker_runs(self) -> bool:
        return self.heartbeat is not None and timezone.now() - self.heartbeat < ALIVE_WITHIN


def health() -> Health:
    """Look at the queue, by its indexes only."""
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE)
        return Health(*cursor.fetchone())


@login_not_required
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers; nothing else is looked at."""
    return _plain("ok")


@login_not_required
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether this process can do its work: the database answers, and knows every migration."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return _plain("database", status=503)
    return _plain("migrations", status=503) if waiting else _plain("ok")


def _plain(text: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain", headers={"Cache-Control": "no-store"})
