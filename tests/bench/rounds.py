"""One round: every contestant in turn, and after each the proof that what was acknowledged is what was stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString

import psycopg

from tests.bench import requests
from tests.bench.baseline_server import Baseline
from tests.bench.pgbench import run_pgbench
from tests.bench.portal import Portal
from tests.bench.side_client import faults, side_client
from tests.bench.wrk import NUMBER, Load, run_load

REST, SOAP, WITH_WORKER = "gateway, REST", "gateway, SOAP", "gateway, REST, worker busy"
BLOCKED, UNKNOWN = "refused: blocked type", "refused: unknown token"
BASELINE, PGBENCH = "baseline", "pgbench"
ORDER = (REST, BASELINE, PGBENCH, BLOCKED, UNKNOWN, SOAP, WITH_WORKER)

_STORED = """
    SELECT (SELECT count(*) FROM messaging_message), (SELECT count(*) FROM messaging_messagecontent),
           (SELECT count(*) FROM messaging_messageevent WHERE kind = 'status' AND to_status = 10)
"""
_BASELINE_STORED = """
    SELECT (SELECT count(*) FROM baseline_message), (SELECT count(*) FROM baseline_messagecontent),
           (SELECT count(*) FROM baseline_messageevent)
"""
_LOGGED = "SELECT coalesce(sum(repeats), 0)::bigint FROM messaging_logentry"


@dataclass
class Round:
    """What one round brought: a load per contestant, pgbench's speed, and what was not as it should be."""

    loads: dict[str, Load] = field(default_factory=dict)
    pgbench: float = 0.0
    memory: tuple[float, float] = (0.0, 0.0)
    faults: list[str] = field(default_factory=list)

    def speed(self, name: str) -> float:
        """Return the requests per second of a contestant."""
        return self.pgbench if name == PGBENCH else self.loads[name].per_second


@dataclass(frozen=True)
class Arena:
    """Everything that a round needs; `seconds` is how long each contestant gets."""

    portal: Portal
    baseline: Baseline
    token: str
    seconds: float
    folder: Path

    def warm_up(self) -> None:
        """Load gateway and baseline once without counting: both have their connections, plans and caches from then on.

        Of a load of three seconds the first calls alone are a hundredth, and would be all that its p99 tells.
        """
        for name in (REST, BASELINE):
            self._play_one(name, -1, Round())

    def play(self, number: int) -> Round:
        """Run one round; every second one in the opposite order, so that no contestant always follows the same."""
        result = Round()
        for name in ORDER[:: -1 if number % 2 else 1]:
            self._play_one(name, number, result)
        result.memory = self.portal.web_memory()
        return result

    def _play_one(self, name: str, number: int, result: Round) -> None:
        if name == PGBENCH:
            result.pgbench = run_pgbench(
                self.portal.database_url, content=requests.document(), seconds=self.seconds, folder=self.folder
            )
        elif name == BASELINE:
            result.loads[name] = self._baseline(number, result)
        elif name == WITH_WORKER:
            with self.portal.worker_let_go():
                result.loads[name] = self._gateway(name, number, result)
        else:
            result.loads[name] = self._gateway(name, number, result)

    def _gateway(self, name: str, number: int, result: Round) -> Load:
        """Load the gateway while the side client tries what must be refused."""
        stored, logged = self._count(_STORED), self._count(_LOGGED)
        trials = requests.trials(self.token)
        with side_client(trials, port=self.portal.port) as answers:
            load = self._load(self._request(name, f"{ORDER.index(name)}-{number}-{NUMBER}"), self.portal.port)
        result.faults += [f"{name}: {fault}" for fault in faults(trials, answers)]
        self._compare(name, load.accepted, stored, self._count(_STORED), result)
        self._compare(name, load.refused + answers.total(), logged, self._count(_LOGGED), result)
        if expected := {BLOCKED: load.answers, UNKNOWN: load.answers}.get(name, 0) - load.refused:
            result.faults.append(f"{name}: {abs(expected)} answers of the wrong kind")
        return load

    def _baseline(self, number: int, result: Round) -> Load:
        url = self.baseline.database_url
        stored = self._count(_BASELINE_STORED, url)
        request = requests.post(
            requests.BASELINE_PATH,
            port=self.baseline.port,
            authorization=f"Token {self.baseline.token}",
            body=requests.fields(f"{number}-{NUMBER}"),
        )
        load = self._load(request, self.baseline.port)
        self._compare(BASELINE, load.answers, stored, self._count(_BASELINE_STORED, url), result)
        return load

    def _request(self, name: str, external_id: str) -> bytes:
        port, token = self.portal.port, self.token
        make: dict[str, Callable[[], bytes]] = {
            SOAP: lambda: requests.soap_upload(port=port, token=token, external_id=external_id),
            BLOCKED: lambda: requests.blocked_upload(port=port, token=token, external_id=external_id),
            UNKNOWN: lambda: requests.unknown_upload(port=port),
        }
        if name in make:
            return make[name]()
        authorization, body = requests.afas_token(token), requests.fields(external_id)
        return requests.post(requests.REST_PATH, port=port, authorization=authorization, body=body)

    def _load(self, request: bytes, port: int) -> Load:
        return run_load(request, port=port, seconds=self.seconds, folder=self.folder)

    def _count(self, query: LiteralString, url: str = "") -> tuple[int, ...]:
        with psycopg.connect(url or self.portal.database_url) as connection:
            return connection.execute(query).fetchone() or ()

    @staticmethod
    def _compare(name: str, told: int, before: tuple[int, ...], after: tuple[int, ...], result: Round) -> None:
        """Note a fault unless every count rose by what the callers were told."""
        for earlier, later in zip(before, after, strict=True):
            if later - earlier != told:
                result.faults.append(f"{name}: {told} acknowledged, {later - earlier} stored")
