"""psycopg's own cursor, for the few statements that are written by hand for speed (DESIGN 5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from django.db import connection


@contextmanager
def raw_cursor() -> Iterator[psycopg.Cursor[Any]]:
    """Bind parameters on the server, where Django's cursor writes them into the statement as text.

    So a document goes over as the bytes that it is, and the server keeps the plan of a statement. Raises Django's
    database errors.
    """
    with connection.raw_connection() as raw, psycopg.Cursor(raw) as cursor:  # type: ignore[attr-defined]  # our backend
        yield cursor


def execute_each(statement: LiteralString, rows: Sequence[Mapping[str, Any] | Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Execute a statement for each row, all in one commit; return the row that each answers."""
    with raw_cursor() as cursor:
        if len(rows) == 1:
            return [cursor.execute(statement, rows[0]).fetchall()[0]]
        # A pipeline: the server answers once, and commits once.
        cursor.executemany(statement, rows, returning=True)
        return [answer.fetchall()[0] for answer in cursor.results()]
