"""Pages over few and over very many messages, in a database of their own beside the portal's: LISTS=5000000."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import make_conninfo

from tests.bench.portal import Portal

FEW = 5_000
_DATABASE = "lists"


def measure_lists(portal: Portal, many: int) -> dict[str, tuple[float, float]]:
    """Return for each page how many ms it takes over `FEW` and over `many` messages."""
    with _database(portal) as url:
        portal.manage("manage", "migrate", "--verbosity=0", database_url=url)
        portal.manage("tests.bench.prepare", database_url=url)
        few = _filled(portal, url, FEW)
        over_many = _filled(portal, url, many - FEW)
    return {name: (few[name], over_many[name]) for name in few}


def _filled(portal: Portal, url: str, count: int) -> dict[str, float]:
    portal.manage("manage", "fill_database", "--messages", str(count), database_url=url)
    with portal.worker_held():
        times: dict[str, float] = json.loads(portal.manage("tests.bench.pages", database_url=url))
    return times


@contextmanager
def _database(portal: Portal) -> Iterator[str]:
    with psycopg.connect(portal.database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_DATABASE}")
    try:
        yield make_conninfo(portal.database_url, dbname=_DATABASE)
    finally:
        with psycopg.connect(portal.database_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {_DATABASE} WITH (FORCE)")
