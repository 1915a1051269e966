"""Pages over tables that grow without end: what is not shown is not counted."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator

# So many rows can be leafed through in the admin site; whoever needs more narrows the search.
LEAFABLE = 1000


class CappedPaginator(Paginator[Any]):
    """Pages over the first `LEAFABLE` rows. It reads their keys in place of a COUNT, which visits every row."""

    @cached_property
    def _found(self) -> int:
        return len(self.object_list.values_list("pk", flat=True)[: LEAFABLE + 1])  # type: ignore[union-attr]  # the admin site pages querysets only

    @cached_property
    def count(self) -> int:
        return min(self._found, LEAFABLE)

    @property
    def capped(self) -> bool:
        """Whether there are more rows than can be leafed through."""
        return self._found > LEAFABLE
