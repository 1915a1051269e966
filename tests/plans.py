"""What the queries of a piece of code read in the database, in rows: a measure that no busy machine disturbs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Asked:
    """A query as it was asked, and how many rows of tables and indexes it read."""

    sql: str
    rows: int


@contextmanager
def watched_queries() -> Iterator[list[Asked]]:
    """Collect the reading queries of the block, each with its rows; they are asked a second time for that."""
    asked: list[tuple[str, Any]] = []
    found: list[Asked] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found
    for sql, params in asked:
        if sql.split(maxsplit=1)[0].upper() == "SELECT" and "FOR UPDATE" not in sql:
            found.append(Asked(sql, rows_read(sql, params)))


def rows_read(sql: str, params: Any = None) -> int:
    """Carry a query out and count what its scans read, kept or not."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params)
        (plan,) = cursor.fetchone() or ("[]",)
    (top,) = json.loads(plan) if isinstance(plan, str) else plan
    return round(sum(_own_rows(node) for node in _nodes(top["Plan"]) if node["Node Type"].endswith("Scan")))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for part in node.get("Plans", ()):
        yield from _nodes(part)


def _own_rows(node: dict[str, Any]) -> float:
    removed = sum(value for name, value in node.items() if name.startswith("Rows Removed by") and "Join" not in name)
    return float((node["Actual Rows"] + removed) * node["Actual Loops"])
