"""Two real web processes with one database: what is decided in the portal is in force at both within a second.

The second is the contract of DESIGN 5, so the tests wait exactly that long and ask once.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from connectors import tokens
from connectors.actions.incident_desk import approve_incident
from connectors.actions.tokens import delete_token
from connectors.models import AllowlistEntry, Environment
from messaging.actions.message_types import update_message_type
from portal.models import User
from portal.supervisor.launch import end_group, spawn
from tests.factories import AllowlistRequestFactory
from tests.messaging.gateway.conftest import REST_PATH, RETURN, Program
from tests.portal.stand_in import PROJECT, free_port, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

IN_FORCE = 1  # second, after which every process knows
MOST_FAILURES = 10
STRANGER = "198.51.100.7"


@dataclass(frozen=True)
class Process:
    """One web process, by the port that it listens on."""

    port: int

    def is_up(self) -> bool:
        try:
            return self.status("GET", "/ProfitServices/AppConnectorCommSvc.asmx") == 200
        except OSError:
            return False

    def send(self, program: Program, *, forwarded_for: str = "") -> int:
        """Send a new message and return the HTTP status."""
        fields = {"messageType": "BTW", "externalMessageId": uuid4().hex, "messageContent": RETURN.decode()}
        headers = {"Authorization": program.authorization, "Content-Type": "application/json"}
        headers |= {"X-Forwarded-For": forwarded_for} if forwarded_for else {}
        return self.status("POST", REST_PATH, json.dumps(fields).encode(), headers)

    def status(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> int:
        call = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            call.request(method, path, body, headers or {})
            return call.getresponse().status
        finally:
            call.close()


@pytest.fixture(scope="module")
def both(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Process]]:
    """Start two web servers over the database of the tests."""
    data = tmp_path_factory.mktemp("data")
    processes = [Process(free_port()) for _ in range(2)]
    running = [spawn(_command(process), env=_environ(data), cwd=PROJECT) for process in processes]
    try:
        for process in processes:
            wait_for(process.is_up, seconds=120)
        yield processes
    finally:
        for server in running:
            end_group(server, patience=10, hurry=lambda: False)


def _command(process: Process) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "portal.wsgi:application"),
        *("--port", str(process.port), "--http", "1", "--no-ws", "--workers", "1", "--blocking-threads", "4"),
        *("--log-level", "error"),
    ]


def _environ(data: Path) -> dict[str, str]:
    """Return the environment of the servers: the settings as delivered, but for the database and the proxy."""
    database = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    parameters = {name: database[key] for name, key in names.items() if database[key]}
    return {
        **os.environ,
        "DATABASE_URL": make_conninfo(**parameters),
        "DATA_DIR": str(data),
        "WAKE_WORKERS": "0",
        "GATEWAY_FAILURES_PER_MINUTE": str(MOST_FAILURES),
        "TRUSTED_PROXIES": "127.0.0.1",
    }


def test_a_deleted_token_is_refused_at_both(program: Program, both: list[Process], beheerder: User) -> None:
    before = [process.send(program) for process in both]

    delete_token(token=program.token, acting_user=beheerder)
    time.sleep(IN_FORCE)

    assert before == [201, 201]
    assert [process.send(program) for process in both] == [401, 401]


def test_an_approved_incident_opens_both(
    program: Program, both: list[Process], environment: Environment, support: User
) -> None:
    AllowlistEntry.objects.update(revoked_at=timezone.now())
    incident = AllowlistRequestFactory(environment=environment, network=ip_network("127.0.0.1/32"))
    before = [process.send(program) for process in both]

    approve_incident(incident=incident, acting_user=support)
    time.sleep(IN_FORCE)

    assert before == [403, 403]
    assert [process.send(program) for process in both] == [201, 201]


def test_a_blocked_type_is_refused_at_both(
    program: Program, both: list[Process], environment: Environment, beheerder: User
) -> None:
    message_type = environment.message_types.get(code="BTW")
    before = [process.send(program) for process in both]

    update_message_type(message_type=message_type, blocked=True, workflow=message_type.workflow, acting_user=beheerder)
    time.sleep(IN_FORCE)

    assert before == [201, 201]
    assert [process.send(program) for process in both] == [500, 500]


def test_both_count_the_failures_of_an_address_together(program: Program, both: list[Process]) -> None:
    stranger = Program(tokens.generate())
    first, second = both

    counted = [first.send(stranger, forwarded_for=STRANGER) for _ in range(MOST_FAILURES)]

    assert counted == [401] * MOST_FAILURES
    assert [process.send(stranger, forwarded_for=STRANGER) for process in (second, first)] == [503, 503]
    assert [process.send(program) for process in both] == [201, 201]
