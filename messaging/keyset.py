"""Pages of a list that only grows: by key, newest first, never by counting or skipping rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)

PAGE_SIZE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows of one page, newest first; `has_newer` and `has_older` tell whether there is more on either side."""

    rows: list[Row]
    has_newer: bool
    has_older: bool


def keyset_page(queryset: QuerySet[Row], *, before: Any = None, after: Any = None, size: int = PAGE_SIZE) -> Page[Row]:
    """Return the newest rows, or those older than the key `before`, or those just newer than the key `after`.

    One query, which reads one row more than it shows. The primary key must be the order of the list: keys are
    unique, so that no row is shown twice or left out, also where rows are equally old.
    """
    if after is not None:
        found = list(queryset.filter(pk__gt=after).order_by("pk")[: size + 1])
        return Page(found[:size][::-1], has_newer=len(found) > size, has_older=True)
    older = queryset if before is None else queryset.filter(pk__lt=before)
    found = list(older.order_by("-pk")[: size + 1])
    return Page(found[:size], has_newer=before is not None, has_older=len(found) > size)
