"""The pool hands out working connections, and asks the server seldom whether they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db.utils import ConnectionHandler, ProgrammingError
from psycopg_pool import ConnectionPool

from portal.database import database_settings
from portal.postgresql.base import DatabaseWrapper

pytestmark = pytest.mark.django_db


@pytest.fixture
def pooled() -> Iterator[Any]:
    # Under a name of its own: pools are kept by name.
    settings = database_settings(os.environ["DATABASE_URL"], pool_size=1)
    connection = ConnectionHandler({"default": {}, "pooled": settings})["pooled"]
    yield connection
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # a PostgreSQL connection


def _backend(connection: Any) -> int:
    """Use a connection as one request does; return the process that served it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid: int = cursor.fetchone()[0]
    connection.close()
    return pid


def _end(pid: int) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_a_connection_that_the_server_ended_a_moment_ago_is_replaced(pooled: DatabaseWrapper) -> None:
    first = _backend(pooled)
    _end(first)

    assert _backend(pooled) != first


def test_a_connection_that_answered_a_moment_ago_is_not_asked_again(
    pooled: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _backend(pooled)
    monkeypatch.setattr("portal.postgresql.base._TRUSTED", 3600.0)  # however slow this machine is
    monkeypatch.setattr(ConnectionPool, "check_connection", _must_not_be_called)

    assert _backend(pooled) == first


def test_a_connection_that_rested_is_asked(pooled: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _backend(pooled)
    monkeypatch.setattr("portal.postgresql.base._TRUSTED", 0.0)
    monkeypatch.setattr(ConnectionPool, "check_connection", _breaks_once())

    assert _backend(pooled) != first


def test_a_raw_connection_works_and_goes_back(pooled: DatabaseWrapper) -> None:
    with pooled.raw_connection() as raw:
        first = raw.info.backend_pid
    _end(first)

    with pooled.raw_connection() as raw:  # the pool has only one
        assert raw.info.backend_pid != first


def test_a_raw_connection_is_django_s_own_where_there_is_one(pooled: DatabaseWrapper) -> None:
    pooled.ensure_connection()

    with pooled.raw_connection() as raw:
        assert raw is pooled.connection


def test_a_raw_connection_raises_django_s_errors_and_goes_back_all_the_same(pooled: DatabaseWrapper) -> None:
    for _ in range(2):
        with pytest.raises(ProgrammingError), pooled.raw_connection() as raw:
            raw.execute("SELECT nothing_of_the_kind")


def _must_not_be_called(connection: psycopg.Connection[Any]) -> None:
    raise AssertionError("asked")


def _breaks_once() -> Any:
    answers = iter([psycopg.OperationalError("gone")])

    def check(connection: psycopg.Connection[Any]) -> None:
        if error := next(answers, None):
            raise error

    return check
