"""Several callers, one trip to the database: whoever comes while another is storing waits, and goes along next time.

A commit waits for the disk, and a statement costs more than a row in it. So the first caller stores its item at once;
items that come in meanwhile gather, and when it is done one of their callers stores them all together. There is no
thread of its own, no queue that could outlive a crash, and nobody ever waits for company: alone a caller is as quick
as without this, and the busier it gets, the more each trip carries. Nobody gets an answer before the commit that holds
its item.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

from django.db import DataError, IntegrityError, connection

Item = TypeVar("Item")
Result = TypeVar("Result")

# What the database says to an item that it does not take; that shall cost the others of its trip nothing.
_FAULT_OF_AN_ITEM = (DataError, IntegrityError)


class _Place(Generic[Item, Result]):
    """A caller's place in the queue: its item, and then what came of it."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.done = False
        self.error: BaseException | None = None
        self.result: Result | None = None
        self.wake = Lock()
        self.wake.acquire()


class GroupCommit(Generic[Item, Result]):
    """Gathers items for `store`, which commits a list of them and returns a result for each, in their order."""

    def __init__(self, store: Callable[[list[Item]], Sequence[Result]]) -> None:
        self._store = store
        self._lock = Lock()
        self._waiting: list[_Place[Item, Result]] = []
        self._busy = False

    def add(self, item: Item) -> Result:
        """Return what `store` made of the item. What `store` raises, every caller of that trip gets.

        Inside a transaction the item goes alone: it has to be committed or rolled back with the rest of that.
        """
        if connection.in_atomic_block:
            return self._store([item])[0]
        place: _Place[Item, Result] = _Place(item)
        with self._lock:
            self._waiting.append(place)
            leads, self._busy = not self._busy, True
        if not leads:
            place.wake.acquire()
        if not place.done:
            self._lead()
        if place.error is not None:
            raise place.error
        return place.result  # type: ignore[return-value]  # is a Result, now that it is done without an error

    def _lead(self) -> None:
        """Store everything that waits; then let the next caller lead, and the others go."""
        with self._lock:
            group, self._waiting = self._waiting, []
        self._store_group(group)
        with self._lock:
            heirs = self._waiting[:1]
            self._busy = bool(heirs)
        for place in group:
            place.done = True
        for place in heirs + group:
            place.wake.release()

    def _store_group(self, group: list[_Place[Item, Result]]) -> None:
        try:
            for place, result in zip(group, self._store([place.item for place in group]), strict=True):
                place.result = result
        except BaseException as error:  # whatever it is, nobody may wait for ever; the callers raise it
            if isinstance(error, _FAULT_OF_AN_ITEM) and len(group) > 1:
                for place in group:
                    self._store_group([place])
            else:
                for place in group:
                    place.error = error
