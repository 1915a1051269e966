"""Pytest plugin: a PostgreSQL for the tests when `DATABASE_URL` is not set, and a flush that works on our
tables.

Loaded by `addopts` before pytest-django reads the settings. The server is new in each run, lives in a
temporary folder and does not wait for the disk. xdist's workers inherit its address.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.embedded_postgres import EmbeddedPostgres

# Django's flush knows managed tables only; CASCADE empties procrastinate's other tables.
_QUEUE = "TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE;"
_server: EmbeddedPostgres | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(args: list[str]) -> None:
    """Start the server before anything imports the settings."""
    global _server
    if os.environ.get("DATABASE_URL") or {"--help", "-h", "--version", "--collect-only", "--co"} & set(args):
        return
    _server = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="berichtenpoort-test-")), durable=False)
    _server.start()
    os.environ["DATABASE_URL"] = _server.url


def pytest_unconfigure() -> None:
    """Stop the server that this process started."""
    if _server:
        _server.stop()
        shutil.rmtree(_server.folder.parent, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _flush_sealed_tables() -> Iterator[None]:
    """Let transactional tests empty tables whose triggers forbid it, and the queue with them."""
    import pgtrigger
    from django.db.backends.postgresql.operations import DatabaseOperations

    flush = DatabaseOperations.execute_sql_flush

    def flush_everything(self: DatabaseOperations, sql_list: list[str]) -> Any:
        with pgtrigger.ignore():
            return flush(self, [*sql_list, _QUEUE])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush_everything)
        yield
