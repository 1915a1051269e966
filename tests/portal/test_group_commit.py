"""Callers that share a commit: each gets its own result, nobody waits for ever, and a fault costs its own item only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import DataError, OperationalError, transaction

from portal.group_commit import GroupCommit
from tests.portal.stand_in import wait_for


class Store:
    """Remembers its trips, and spends the first of them waiting to be told to go on."""

    def __init__(self, *, refuses: Callable[[list[int]], Exception | None] = lambda _items: None) -> None:
        self.trips: list[list[int]] = []
        self.go_on = threading.Event()
        self._refuses = refuses

    def __call__(self, items: list[int]) -> list[int]:
        self.trips.append(items)
        if len(self.trips) == 1:
            self.go_on.wait(timeout=60)
        if error := self._refuses(items):
            raise error
        return [item * 10 for item in items]


def _gather(store: Store, items: range) -> list[Future[int]]:
    """Add the first item and, while it is being stored, the others; return what came of each."""
    group = GroupCommit(store)
    with ThreadPoolExecutor(len(items)) as threads:
        first = threads.submit(group.add, items[0])
        wait_for(lambda: bool(store.trips))
        others = [threads.submit(group.add, item) for item in items[1:]]
        wait_for(lambda: len(group._waiting) == len(others))
        store.go_on.set()
        return [first, *others]


def test_alone_an_item_goes_at_once() -> None:
    store = Store()
    store.go_on.set()
    group = GroupCommit(store)

    assert [group.add(1), group.add(2)] == [10, 20]
    assert store.trips == [[1], [2]]


def test_what_comes_in_meanwhile_goes_together() -> None:
    store = Store()

    futures = _gather(store, range(1, 7))

    assert [future.result() for future in futures] == [10, 20, 30, 40, 50, 60]
    assert [sorted(trip) for trip in store.trips] == [[1], [2, 3, 4, 5, 6]]


def test_an_item_that_the_database_does_not_take_costs_the_others_nothing() -> None:
    store = Store(refuses=lambda items: DataError("no three") if 3 in items else None)

    futures = _gather(store, range(1, 5))

    assert [future.exception() is None for future in futures] == [True, True, False, True]
    assert isinstance(futures[2].exception(), DataError)
    assert [futures[1].result(), futures[3].result()] == [20, 40]


def test_when_the_database_is_away_every_caller_of_the_trip_is_told_and_the_next_is_served() -> None:
    store = Store(refuses=lambda items: OperationalError("away") if 2 in items else None)
    group = GroupCommit(store)
    store.go_on.set()

    with pytest.raises(OperationalError):
        group.add(2)

    assert group.add(1) == 10
    futures = _gather(Store(refuses=lambda items: OperationalError("away") if 2 in items else None), range(1, 4))
    assert [type(future.exception()) for future in futures] == [type(None), OperationalError, OperationalError]


@pytest.mark.django_db
def test_inside_a_transaction_an_item_goes_with_that_and_waits_for_nobody() -> None:
    store = Store()
    group = GroupCommit(store)
    with ThreadPoolExecutor(1) as threads:
        other = threads.submit(group.add, 1)
        wait_for(lambda: bool(store.trips))

        with transaction.atomic():
            assert group.add(2) == 20

        store.go_on.set()
        assert other.result() == 10
    assert store.trips == [[1], [2]]
