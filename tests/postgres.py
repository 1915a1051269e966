"""Pytest plugin: a PostgreSQL for the tests when `DATABASE_URL` is not set, and a flush that works on our tables.

Loaded by `addopts` before pytest-django reads the settings. Each run has a server of its own, in a temporary folder,
that does not wait for the disk; xdist's workers inherit its address. Migrating takes many seconds and gives the
same tables every time: the migrated cluster is kept in pytest's cache and copied, until a migration changes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.embedded_postgres import DATABASE, EmbeddedPostgres

PROJECT = Path(__file__).resolve().parent.parent
_CACHE = PROJECT / ".pytest_cache" / "clusters"
# Tells xdist's workers that the server's own database is migrated and may be copied.
_TEMPLATE = "TEST_TEMPLATE"
# Django's flush knows managed tables only; CASCADE empties procrastinate's other tables.
_UNMANAGED = "TRUNCATE procrastinate_jobs, procrastinate_workers, connectors_failedcalls CASCADE;"
_server: EmbeddedPostgres | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(args: list[str]) -> None:
    """Start the server before anything imports the settings."""
    global _server
    if os.environ.get("DATABASE_URL") or {"--help", "-h", "--version", "--collect-only", "--co"} & set(args):
        return
    _server = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="berichtenpoort-test-")), durable=False)
    kept = _CACHE / _fingerprint()
    if _copy(kept, _server):
        _server.start()
        os.environ[_TEMPLATE] = DATABASE
    else:
        _server.start()
        if _migrate(_server):
            _server.stop()
            _keep(_server, kept)
            _server.start()
            os.environ[_TEMPLATE] = DATABASE
    os.environ["DATABASE_URL"] = _server.url


def pytest_unconfigure() -> None:
    """Stop the server that this process started."""
    if _server:
        _server.stop()
        shutil.rmtree(_server.folder.parent, ignore_errors=True)


def _fingerprint() -> str:
    """Return a value that changes with our migrations and with the packages that bring theirs."""
    digest = hashlib.sha256((PROJECT / "requirements" / "run.txt").read_bytes())
    for file in sorted(PROJECT.glob("*/migrations/*.py")):
        digest.update(str(file.relative_to(PROJECT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _migrate(server: EmbeddedPostgres) -> bool:
    """Migrate the server's own database; when that fails, the tests that need it will say so again."""
    environ = {**os.environ, "DATABASE_URL": server.url}
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    return subprocess.run(command, cwd=PROJECT, env=environ, check=False).returncode == 0


def _keep(server: EmbeddedPostgres, kept: Path) -> None:
    """Keep this cluster for later runs, and drop older ones; another run may be doing the same."""
    half = _CACHE / f"half-{os.getpid()}"
    with contextlib.suppress(OSError):
        shutil.rmtree(_CACHE, ignore_errors=True)
        shutil.copytree(server.cluster, half)
        half.rename(kept)


def _copy(kept: Path, server: EmbeddedPostgres) -> bool:
    """Give a server its own copy of the kept cluster; return whether there was one."""
    try:
        shutil.copytree(kept, server.cluster)
    except OSError:
        shutil.rmtree(server.folder, ignore_errors=True)
        return False
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for path in (server.folder, *server.folder.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
    return True


@pytest.fixture(scope="session", autouse=True)
def _copied_tables() -> None:
    """Let Django copy the migrated database instead of migrating an empty one."""
    from django.db import connection

    if template := os.environ.get(_TEMPLATE):
        connection.settings_dict["TEST"]["TEMPLATE"] = template


@pytest.fixture(scope="session", autouse=True)
def _flush_sealed_tables() -> Iterator[None]:
    """Let transactional tests empty tables whose triggers forbid it, and the queue with them."""
    import pgtrigger
    from django.db.backends.postgresql.operations import DatabaseOperations

    flush = DatabaseOperations.execute_sql_flush

    def flush_everything(self: DatabaseOperations, sql_list: list[str]) -> Any:
        with pgtrigger.ignore():
            return flush(self, [*sql_list, _UNMANAGED])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush_everything)
        yield
