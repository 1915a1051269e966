"""The portal exactly as `make run` serves it, on a data folder and a port of its own."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from portal.embedded_postgres import server_url
from portal.supervisor.launch import end_group, spawn, wait_until
from portal.supervisor.parts import WORKER
from tests.bench.processes import command_line, descendants, memory

PROJECT = Path(__file__).resolve().parent.parent.parent
_READY = 120  # seconds
_OURS = ("DATA_DIR", "DATABASE_URL", "PORT", "HOST", "PRODUCTION", "DEBUG", "DEMO", "TRUSTED_PROXIES")
# The webhook that messages are sent to is on this machine.
_ALLOWED = {"DELIVERY_ALLOW_PRIVATE": "127.0.0.0/8"}


class PortalError(Exception):
    """The portal did not start; the text ends with its last words."""


def free_port() -> int:
    """Return a port of the loopback interface on which nobody listens now."""
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        return int(candidate.getsockname()[1])


@dataclass
class Portal:
    """A running portal and what the benchmark needs to know of it."""

    process: subprocess.Popen[bytes]
    port: int
    data_dir: Path
    log: Path
    _workers: list[int] = field(default_factory=list)

    @property
    def database_url(self) -> str:
        return server_url(self.data_dir)

    def prepare(self) -> str:
        """Set up the demo's offices with one blocked message type; return a token."""
        return self.manage("tests.bench.prepare")

    def manage(self, module: str, *arguments: str, database_url: str = "") -> str:
        """Run a Python module with the portal's settings, on its database or another one; return what it prints."""
        command = [sys.executable, "-m", module, *arguments]
        env = self._environ(database_url or self.database_url)
        return subprocess.run(command, cwd=PROJECT, env=env, stdout=subprocess.PIPE, text=True, check=True).stdout

    @contextmanager
    def another_worker(self) -> Iterator[None]:
        """Have a second worker process, as a second machine would."""
        with (self.log.with_name("worker.log")).open("wb") as output:
            command = [sys.executable, *WORKER]
            worker = spawn(command, env=self._environ(self.database_url), cwd=PROJECT, stdout=output, stderr=output)
        self._workers.append(worker.pid)
        try:
            wait_until(lambda: self._count_workers() > 1, patience=30)
            yield
        finally:
            self._workers.remove(worker.pid)
            end_group(worker, patience=20)

    @contextmanager
    def worker_held(self) -> Iterator[None]:
        """Hold the job workers: DESIGN 8 gives the machine to web and database, and the worker works elsewhere."""
        self._signal_workers(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal_workers(signal.SIGCONT)

    @contextmanager
    def worker_let_go(self) -> Iterator[None]:
        """Let the held job workers go on meanwhile."""
        self._signal_workers(signal.SIGCONT)
        try:
            yield
        finally:
            self._signal_workers(signal.SIGSTOP)

    def _signal_workers(self, number: signal.Signals) -> None:
        own = next(pid for pid in self._processes() if re.search(r"manage\.py procrastinate", command_line(pid)))
        for worker in (own, *self._workers):
            os.killpg(worker, number)

    def web_memory(self) -> tuple[float, float]:
        """Return the memory of the largest web process in MB: resident, and with shared pages divided."""
        main = next(pid for pid in self._processes() if re.search(r"-m granian", command_line(pid)))
        return max(memory(pid) for pid in descendants(main))

    def answers(self) -> bool:
        """Whether the gateway describes itself."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/ProfitServices/AppConnectorCommSvc.asmx?WSDL")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def is_ready(self) -> bool:
        """Whether all parts run: the supervisor says so last."""
        return self.process.poll() is not None or ("is ready" in self.log.read_text() and self.answers())

    def _environ(self, database_url: str) -> dict[str, str]:
        env = {**_environ(), "DATABASE_URL": database_url, "DATA_DIR": str(self.data_dir), **_ALLOWED}
        return {**env, "DJANGO_SETTINGS_MODULE": "portal.settings"}

    def _count_workers(self) -> int:
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute("SELECT count(*) FROM procrastinate_workers").fetchone()
        return int(row[0]) if row else 0

    def _processes(self) -> list[int]:
        return descendants(self.process.pid)


@contextmanager
def running_portal(folder: Path) -> Iterator[Portal]:
    """Start a portal in `folder`, and stop it afterwards. Raises `PortalError`."""
    data_dir, log, port = folder / "data", folder / "portal.log", free_port()
    env = {**_environ(), "DATA_DIR": str(data_dir), "PORT": str(port), "DEMO": "0", **_ALLOWED}
    # Who fails too often is turned away unlogged. Here every refusal has to take the whole way, to be counted.
    env["GATEWAY_FAILURES_PER_MINUTE"] = str(10**9)
    with log.open("wb") as output:
        command = [sys.executable, "-m", "portal.supervisor"]
        process = spawn(command, env=env, cwd=PROJECT, stdout=output, stderr=output)
    portal = Portal(process, port, data_dir, log)
    try:
        if not wait_until(portal.is_ready, patience=_READY) or process.poll() is not None:
            raise PortalError(f"The portal did not start:\n{log.read_text()[-2000:]}")
        yield portal
    finally:
        end_group(process, patience=40)


def _environ() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _OURS}
