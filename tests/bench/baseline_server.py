"""The baseline under gunicorn, with a database of its own in the portal's PostgreSQL: the same server settings."""

from __future__ import annotations

import http.client
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from portal.supervisor.launch import end_group, spawn, wait_until
from tests.bench.portal import PROJECT, free_port

_PYTHON = PROJECT / ".venv-bench" / "bin" / "python"
_DATABASE = "baseline"
_WORKERS = 2


@dataclass(frozen=True)
class Baseline:
    """A running baseline."""

    port: int
    token: str
    database_url: str


@contextmanager
def running_baseline(folder: Path, *, portal_database_url: str) -> Iterator[Baseline]:
    """Make the baseline's database, start it, and stop it afterwards."""
    with psycopg.connect(portal_database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_DATABASE}")
    parameters = conninfo_to_dict(portal_database_url)
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.bench.baseline.settings",
        "BASELINE_DATABASE": _DATABASE,
        "BASELINE_HOST": str(parameters["host"]),
        "BASELINE_PORT": str(parameters["port"]),
    }
    prepare: list[str | Path] = [_PYTHON, "-m", "tests.bench.baseline.prepare"]
    token = subprocess.run(prepare, cwd=PROJECT, env=env, stdout=subprocess.PIPE, text=True, check=True).stdout
    port = free_port()
    command: list[str | Path] = [_PYTHON, "-m", "gunicorn", "--workers", str(_WORKERS), "--bind", f"127.0.0.1:{port}"]
    command += ["--log-level", "warning", "django.core.wsgi:get_wsgi_application()"]
    with (folder / "baseline.log").open("wb") as output:
        process = spawn(command, env=env, cwd=PROJECT, stdout=output, stderr=output)
    try:
        wait_until(lambda: _answers(port), patience=60)
        yield Baseline(port, token, make_conninfo(portal_database_url, dbname=_DATABASE))
    finally:
        end_group(process, patience=10)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/messages/")
        return connection.getresponse().status == 401
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
