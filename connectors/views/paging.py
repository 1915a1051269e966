"""Keyset pages over a list that is ordered by primary key: no counting, no skipping over rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of a page, with the keys behind which its neighbours begin (None: there is no such page)."""

    rows: list[Row]
    back: int | None = None
    onward: int | None = None


def page_of(rows: QuerySet[Row], parameters: Any, *, size: int = 50, oldest_first: bool = False) -> Page[Row]:
    """Return the page behind `?after=<pk>`, or the one that ends before `?before=<pk>`; the first without either."""
    forward, backward = ("gt", "lt") if oldest_first else ("lt", "gt")
    order, reverse = ("pk", "-pk") if oldest_first else ("-pk", "pk")
    before, after = _key(parameters, "before"), _key(parameters, "after")
    if before is not None:
        found = list(rows.filter(**{f"pk__{backward}": before}).order_by(reverse)[: size + 1])
        more, found = len(found) > size, found[:size][::-1]
        return Page(found, back=found[0].pk if more else None, onward=found[-1].pk if found else None)
    if after is not None:
        rows = rows.filter(**{f"pk__{forward}": after})
    found = list(rows.order_by(order)[: size + 1])
    more, found = len(found) > size, found[:size]
    return Page(found, back=found[0].pk if after and found else None, onward=found[-1].pk if more else None)


def _key(parameters: Any, name: str) -> int | None:
    """Return a key out of the address; what is no number (a link cut off, a try) is no key."""
    text = str(parameters.get(name, ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
