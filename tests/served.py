"""The portal under its real web server, on the tests' own database, for tests that speak raw bytes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from django.db import connection

PROJECT = Path(__file__).resolve().parent.parent
_PATIENCE = 60.0  # seconds to start
_NAME = "tests-served"  # of its sessions in the database


def _database_url() -> str:
    found = connection.settings_dict
    parts = {
        "host": found["HOST"],
        "port": str(found["PORT"] or ""),
        "user": found["USER"],
        "password": found["PASSWORD"],
    }
    return f"postgresql:///{found['NAME']}?{urlencode({name: value for name, value in parts.items() if value})}"


@contextmanager
def served(**environ: str) -> Iterator[int]:
    """Run granian and yield its port. What a test has stored it sees only when the test commits."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [*(sys.executable, "-m", "granian", "--interface", "wsgi", "portal.wsgi:application", "--http", "1")]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--blocking-threads", "4"]
    command += ["--backpressure", "64", "--no-ws", "--log-level", "error", "--workers-kill-timeout", "5"]
    env = os.environ | {"DATABASE_URL": _database_url(), "WAKE_WORKERS": "0", "GATEWAY_GRANT_SECONDS": "0"} | environ
    process = subprocess.Popen(command, cwd=PROJECT, env=env, start_new_session=True)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)
        # Its processes are gone, but the database may still hold what they had open.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name = %s",
                [_NAME],
            )
        connection.close()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the web server did not start")
