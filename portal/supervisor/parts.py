"""The parts that run all the time, and how each is kept running."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from portal.embedded_postgres import EmbeddedPostgres, PostgresError
from portal.supervisor.configuration import Configuration
from portal.supervisor.launch import end_group, spawn
from portal.supervisor.terminal import say

# Threads per web process. The interpreter does one thing at a time; more threads only wait for PostgreSQL
# better.
WEB_PROCESSES = 2
WEB_THREADS = 8
# Several jobs at a time, so that a slow receiver of messages keeps no incoming one waiting. A new job rings; one that
# only waited for another with the same lock does not, so the worker looks by itself every second.
WORKER = (
    *("manage.py", "procrastinate", "worker", "--fetch-job-polling-interval", "1"),
    *("--concurrency", "4", "--delete-jobs", "successful", "--shutdown-graceful-timeout", "15"),
)
_LONGEST_PAUSE = 30.0  # seconds between two attempts to start a part that keeps dying
_STEADY = 60.0  # seconds after which a part counts as healthy again


class Part(Protocol):
    """One long-running part."""

    name: str
    patience: float  # seconds that it may take to stop in order

    def start(self) -> None: ...

    def exit_status(self) -> int | None:
        """Return None while it runs, else how it ended (negative: by which signal)."""

    def stop(self, *, hurry: Callable[[], bool]) -> None: ...


class Program:
    """A part that is one command: web server or worker."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        cwd: Path,
        patience: float,
        death_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.patience = patience
        self._command, self._env, self._cwd, self._death_signal = command, env, cwd, death_signal
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, after ending what is left of the one before: a web server's workers outlive their parent."""
        if self._process:
            end_group(self._process, patience=0, hurry=lambda: True)
        self._process = spawn(self._command, env=self._env, cwd=self._cwd, death_signal=self._death_signal)

    def exit_status(self) -> int | None:
        return self._process.poll() if self._process else 0

    def stop(self, *, hurry: Callable[[], bool]) -> None:
        if self._process:
            end_group(self._process, patience=self.patience, hurry=hurry)


class Database:
    """The embedded PostgreSQL as a part."""

    name = "database"
    patience = 30.0

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server

    def start(self) -> None:
        self._server.start()

    def exit_status(self) -> int | None:
        process = self._server.process
        return process.poll() if process else 0

    def stop(self, *, hurry: Callable[[], bool]) -> None:
        self._server.stop(patience=self.patience, hurry=hurry)


class Keeper:
    """Starts a part again when it dies: at once the first time, then after longer and longer pauses."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._deaths = 0
        self._started_at = 0.0
        self._start_at: float | None = None

    def start(self) -> None:
        """Start the part. Raises what the part raises."""
        self._started_at = time.monotonic()
        self.part.start()

    def check(self) -> None:
        """Note a death, and start the part again when its pause is over."""
        now = time.monotonic()
        if self._start_at is None:
            status = self.part.exit_status()
            if status is not None:
                self._plan(now, f"ended ({_describe(status)})")
        elif now >= self._start_at:
            self._start_at = None
            try:
                self.start()
            except (PostgresError, OSError) as error:
                self._plan(now, f"did not start: {error}")

    def _plan(self, now: float, what: str) -> None:
        self._deaths = 1 if now - self._started_at > _STEADY else self._deaths + 1
        pause = min(_LONGEST_PAUSE, 0.25 * 2 ** (self._deaths - 1))
        self._start_at = now + pause
        say(f"The {self.part.name} {what}; starting it again in {pause:g} s.")


def _describe(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"


def web(configuration: Configuration, env: Mapping[str, str]) -> Program:
    """Return the web server: two processes, a bounded number of threads and waiting requests."""
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "portal.wsgi:application"),
        *("--host", configuration.host, "--port", str(configuration.port), "--http", "1", "--no-ws"),
        *("--workers", str(WEB_PROCESSES), "--blocking-threads", str(WEB_THREADS)),
        # It counts connections, also those that are kept open between two requests: a low number would let a hundred
        # idle ones keep everybody else out. Each may hold one buffer.
        *("--backpressure", "1024", "--backlog", "1024", "--http1-buffer-size", "65536"),
        # A client that dribbles its headers is dropped; a worker that dies or will not stop is replaced.
        *("--http1-header-read-timeout", "10000", "--respawn-failed-workers", "--respawn-interval", "0.2"),
        *("--workers-kill-timeout", "8", "--log-level", "error"),
    ]
    return Program("web server", command, env=env, cwd=configuration.project, patience=12)


def worker(configuration: Configuration, env: Mapping[str, str]) -> Program:
    """Return the job worker. A finished job leaves no row: the message rows and their events are the record.

    When the supervisor is killed, the database ends with it, and a worker that is to stop in order waits for the
    database for a minute. So it is killed too: what it had in hand is done again when its lease ends.
    """
    return Program(
        "worker",
        [sys.executable, *WORKER],
        env=env,
        cwd=configuration.project,
        patience=20,
        death_signal=signal.SIGKILL,
    )
