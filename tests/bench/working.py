"""What the workers do: from registered to in workflow, how soon they wake up, and deliveries to a webhook."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

from tests.bench import requests
from tests.bench.portal import Portal
from tests.messaging.delivery.receiver import receiving

MESSAGES = 3_000
DELIVERIES = 1_000
WAKE_UPS = 10
_PAUSE = 0.7  # seconds between two messages, in which the workers fall asleep
_PATIENCE = 240.0  # seconds

# By the database's clock, so that neither filling nor looking is measured; and without the messages of the demo, of
# which one is ready to be sent as well.
_SPAN = """
    SELECT count(*), count(DISTINCT message_id), extract(epoch FROM max(at) - %(since)s)::float8
    FROM messaging_messageevent JOIN messaging_message message ON message.id = message_id
    WHERE to_status = %(status)s AND at >= %(since)s AND external_message_id LIKE 'BACKLOG-%%'
"""
_LAID = "SELECT upper(replace(id::text, '-', '')) FROM messaging_message WHERE external_message_id LIKE 'BACKLOG-%%'"
_WAKE_UPS = """
    SELECT extract(epoch FROM claimed.at - stored.at)::float8
    FROM messaging_messageevent stored JOIN messaging_messageevent claimed USING (message_id)
    JOIN messaging_message m ON m.id = stored.message_id
    WHERE m.external_message_id LIKE 'wake-%%' AND stored.to_status = 10 AND claimed.to_status = 20
    ORDER BY 1
"""


@dataclass(frozen=True)
class Working:
    """Per second, and in seconds. `faults`: what was not done exactly once."""

    one_worker: float
    two_workers: float
    wake_up: float
    slowest_wake_up: float
    deliveries: float
    faults: list[str]


def measure_working(portal: Portal, token: str) -> Working:
    """Measure everything about the workers of a portal that has nothing else to do."""
    faults: list[str] = []
    one = _processing(portal, faults)
    delays = _wake_ups(portal, token)
    deliveries = _deliveries(portal, faults)
    with portal.another_worker():
        two = _processing(portal, faults)
    if len(delays) != WAKE_UPS:
        faults.append(f"wake-up: {len(delays)} of {WAKE_UPS} messages were claimed")
    return Working(one, two, delays[len(delays) // 2], delays[-1], deliveries, faults)


def _processing(portal: Portal, faults: list[str]) -> float:
    with portal.worker_held():
        portal.manage("tests.bench.backlog", str(MESSAGES))
        since = _now(portal)
    return _rate(portal, since, MESSAGES, 30, faults)


def _deliveries(portal: Portal, faults: list[str]) -> float:
    with receiving() as receiver:
        with portal.worker_held():
            portal.manage("tests.bench.backlog", str(DELIVERIES), receiver.url)
            since = _now(portal)
        rate = _rate(portal, since, DELIVERIES, 60, faults)
    with psycopg.connect(portal.database_url) as database:
        laid = {row[0] for row in database.execute(_LAID)}
    ids = [key for call in receiver.calls if (key := call.headers["idempotency-key"]) in laid]
    if len(ids) != DELIVERIES or len(set(ids)) != DELIVERIES:
        faults.append(f"webhook: {len(ids)} calls for {len(set(ids))} of {DELIVERIES} messages")
    return rate


def _rate(portal: Portal, since: object, count: int, status: int, faults: list[str]) -> float:
    """Wait until so many messages came to a status; return how many a second."""
    deadline = time.monotonic() + _PATIENCE
    while (found := _one(portal, _SPAN, since=since, status=status))[1] < count and time.monotonic() < deadline:
        time.sleep(0.1)
    if found[:2] != (count, count):
        faults.append(f"to {status}: {found[0]} events for {found[1]} of {count} messages")
    return float(found[1]) / float(found[2] or 1)


def _wake_ups(portal: Portal, token: str) -> list[float]:
    headers = {"Authorization": requests.afas_token(token), "Content-Type": "application/json"}
    for number in range(WAKE_UPS):
        time.sleep(_PAUSE)
        connection = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=10)
        connection.request("POST", requests.REST_PATH, requests.fields(f"wake-{number}"), headers)
        connection.getresponse().read()
        connection.close()
    time.sleep(2)
    with psycopg.connect(portal.database_url) as database:
        return [row[0] for row in database.execute(_WAKE_UPS)]


def _now(portal: Portal) -> object:
    return _one(portal, "SELECT clock_timestamp()")[0]


def _one(portal: Portal, query: LiteralString, **values: object) -> tuple[Any, ...]:
    with psycopg.connect(portal.database_url) as connection:
        return connection.execute(query, values).fetchone() or ()
