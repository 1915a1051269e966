"""Pages over few and over very many messages, in databases of their own beside the portal's: LISTS=5000000."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from tests.bench.portal import Portal

FEW = 5_000
_ROUNDS = 3

Times = dict[str, float]


def measure_lists(portal: Portal, many: int) -> dict[str, tuple[float, float]]:
    """Return for each page how many ms it takes over `FEW` and over `many` messages.

    Both databases stand side by side and take turns: a machine that others use too is not the same minutes later.
    """
    with _database(portal, "lists_few") as few:
        portal.manage("manage", "migrate", "--verbosity=0", database_url=few)
        portal.manage("tests.bench.prepare", database_url=few)
        _fill(portal, few, FEW)
        with _database(portal, "lists_many", template="lists_few") as over_many:
            _fill(portal, over_many, many - FEW)
            with portal.worker_held():
                rounds = [[_times(portal, url) for url in (few, over_many)] for _round in range(_ROUNDS)]
    of_few, of_many = zip(*rounds, strict=True)
    return {name: (min(each[name] for each in of_few), min(each[name] for each in of_many)) for name in of_few[0]}


def _fill(portal: Portal, url: str, count: int) -> None:
    portal.manage("manage", "fill_database", "--messages", str(count), database_url=url)


def _times(portal: Portal, url: str) -> Times:
    times: Times = json.loads(portal.manage("tests.bench.pages", database_url=url))
    return times


@contextmanager
def _database(portal: Portal, name: str, template: str = "template1") -> Iterator[str]:
    with psycopg.connect(portal.database_url, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)))
    try:
        yield make_conninfo(portal.database_url, dbname=name)
    finally:
        with psycopg.connect(portal.database_url, autocommit=True) as connection:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
