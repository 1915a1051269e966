"""Real worker processes on the test's database, and the means to stop one exactly where it hurts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import LiteralString

import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from psycopg.conninfo import make_conninfo

from connectors.models import Token
from messaging.models import Delivery, DeliveryChannel, Message, MessageContent, MessageEvent
from messaging.statuses import Status
from messaging.tasks import MAX_JOB_ATTEMPTS
from portal.supervisor.parts import WORKER
from tests.factories import ApprovedMessageFactory
from tests.portal.stand_in import PROJECT, wait_for

SAFETY_NETS = ("recover_stalled_jobs", "find_forgotten_messages", "find_forgotten_deliveries")
_NEWEST = "SELECT coalesce(max(id), 0) FROM procrastinate_workers"
_WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
# For a whole table, and not for the moment that another worker needs to write a job of the same name.
_WAITS_FOR_TABLE = f"{_WAITS} AND wait_event = 'relation'"


def database_url() -> str:
    return make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])


class Workers:
    """Worker processes as the supervisor starts them; `folder` takes their data and their last words."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        """Start one more, and wait until it works."""
        environ = os.environ | {
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(self.folder),
            "SECRET_KEY": settings.SECRET_KEY,
            "DELIVERY_ALLOW_PRIVATE": "127.0.0.0/8",
        }
        newest = query(_NEWEST)
        with (self.folder / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, *WORKER], cwd=PROJECT, env=environ, stdout=log, stderr=log, start_new_session=True
            )
        self._started.append(worker)
        wait_for(lambda: query(_NEWEST) > newest)
        return worker

    def running(self) -> int:
        return sum(worker.poll() is None for worker in self._started)

    def end(self) -> None:
        for worker in self._started:
            if worker.poll() is None:
                worker.kill()
            worker.wait()


def kill(worker: subprocess.Popen[bytes]) -> None:
    """Kill it as the kernel does when memory runs out."""
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def query(sql: LiteralString) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def query_elsewhere(sql: LiteralString) -> int:
    """Ask over a connection of its own, as another process would."""
    with psycopg.connect(database_url()) as other:
        found = other.execute(sql).fetchone()
    return int(found[0]) if found else 0


@contextmanager
def locked(table: LiteralString, mode: LiteralString = "SHARE") -> Iterator[None]:
    """Lock a table, so that whoever writes (`SHARE`) or even reads (`ACCESS EXCLUSIVE`) in it stops there."""
    with psycopg.connect(database_url()) as other:
        other.execute(f"LOCK TABLE {table} IN {mode} MODE")
        yield


def wait_until_somebody_waits() -> None:
    """Wait until a worker has come to the locked table."""
    wait_for(lambda: query(_WAITS_FOR_TABLE) > 0)


def wait_until_one_job_is_left() -> None:
    """Wait until a worker does nothing but what it waits with: frozen, it holds no other lock that somebody needs."""
    wait_for(lambda: query("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('doing', 'todo')") == 1)


def wait_until_nobody_waits() -> None:
    """Wait until the database has rolled back what a killed worker was doing."""
    busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in trans%'"
    wait_for(lambda: query(_WAITS) == 0 and query(busy) == 0)


def register(token: Token, *contents: bytes) -> None:
    """Store returns as the gateway does: registered, each with its content and its event."""
    kind = token.environment.message_types.get(code="BTW")
    made = [
        Message(
            token=token,
            environment=token.environment,
            message_type=kind,
            external_message_id=f"EXT-{number}",
            sender_environment=token.customer_environment,
            source_address="127.0.0.1",
            content_digest=sha256(raw).digest(),
            content_size=len(raw),
        )
        for number, raw in enumerate(contents)
    ]
    with transaction.atomic():
        Message.objects.bulk_create(made)
        MessageContent.objects.bulk_create(
            [MessageContent(message=message, content=raw) for message, raw in zip(made, contents, strict=True)]
        )
        MessageEvent.objects.bulk_create(
            [MessageEvent(message=message, to_status=Status.REGISTERED, actor_name="test") for message in made]
        )


def approve(token: Token) -> Message:
    """Store a message that is ready to be sent."""
    with transaction.atomic():
        message: Message = ApprovedMessageFactory(token=token)
    return message


def let_time_pass() -> None:
    """Let the leases of killed workers run out, and what looks after that come by: all that minutes would do."""
    past = timezone.now() - timedelta(hours=1)
    Message.objects.filter(lease_until__isnull=False).update(lease_until=past)
    Delivery.objects.filter(due_at__isnull=False).update(due_at=past)
    DeliveryChannel.objects.update(rests_until=None)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'")
    for name in SAFETY_NETS:
        _come_by(name)


def _come_by(name: str) -> None:
    with suppress(AlreadyEnqueued):  # its hour had come anyhow
        app.configure_task(name, queueing_lock=name).defer(timestamp=0)


def wear_out_jobs() -> None:
    """Let the jobs of killed workers have killed as many as the bound allows."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = %s WHERE status = 'doing'", [MAX_JOB_ATTEMPTS])


def end_rests() -> None:
    """Let messages that were given back be due at once; what a worker holds is left alone."""
    past = timezone.now() - timedelta(hours=1)
    if Message.objects.filter(status=Status.REGISTERED, lease_until__gt=past).update(lease_until=past):
        _come_by("find_forgotten_messages")


def transitions() -> Counter[tuple[int | None, int | None]]:
    """Return how often each change of status happened."""
    return Counter(MessageEvent.objects.filter(kind="status").values_list("from_status", "to_status"))


def all_in(*statuses: Status) -> bool:
    end_rests()
    return not Message.objects.exclude(status__in=statuses).exists()
