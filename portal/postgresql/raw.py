"""psycopg's own cursor on Django's connection, for the few statements that are written by hand for speed (DESIGN 5)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection


@contextmanager
def raw_cursor() -> Iterator[psycopg.Cursor[Any]]:
    """Bind parameters on the server, where Django's cursor writes them into the statement as text.

    So a document goes over as the bytes that it is, and the server keeps the plan of a statement. Raises Django's
    database errors.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor
