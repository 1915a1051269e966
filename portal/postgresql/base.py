"""The backend that `DATABASES` names.

Every request takes a connection from the pool. Django's own health check asks the server each time, which is one of
the two round trips of a message that comes in. Here a connection that answered a moment ago is only looked at: when
the server has ended it, its socket has something to read.
"""

from __future__ import annotations

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool

_TRUSTED = 1.0  # seconds after its last answer in which a quiet connection need not be asked


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection per request, from a pool that hands out none that is known to be broken."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a working connection. Raises `psycopg.OperationalError` when the pool cannot make one in time."""
        connection = super().get_new_connection(conn_params)
        return _working(connection, self.pool) if self.pool else connection

    @contextmanager
    def raw_connection(self) -> Iterator[psycopg.Connection[Any]]:
        """Lend psycopg's own connection: this thread's if it has one, else one from the pool until the block ends.

        To take one through Django, which prepares it for queries of every kind, costs a quarter of a message.
        Raises Django's database errors.
        """
        if self.connection is not None or not self.pool:
            self.ensure_connection()
            with self.wrap_database_errors:
                yield self.connection
            return
        with self.wrap_database_errors:
            self.pool.open()
            connection = _working(self.pool.getconn(), self.pool)
            try:
                yield connection
            finally:
                self.pool.putconn(connection)


_answered_at: WeakKeyDictionary[psycopg.Connection[Any], float] = WeakKeyDictionary()


def _working(connection: psycopg.Connection[Any], pool: ConnectionPool) -> psycopg.Connection[Any]:
    """Return a connection that works: the one taken from the pool, or one that the pool makes in its place."""
    while not _works(connection):
        connection.close()
        pool.putconn(connection)
        connection = pool.getconn()
    return connection


def _works(connection: psycopg.Connection[Any]) -> bool:
    """Whether a connection that lay in the pool can be used."""
    now = time.monotonic()
    if now - _answered_at.get(connection, -_TRUSTED) < _TRUSTED and _is_quiet(connection):
        return True
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.Error:
        return False
    _answered_at[connection] = now
    return True


def _is_quiet(connection: psycopg.Connection[Any]) -> bool:
    """Whether the server has said nothing since its last answer: neither farewell nor end of file."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)
