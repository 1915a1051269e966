"""Keyset pages over a list that is ordered by primary key: no counting, no skipping over rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.db.models.sql.where import WhereNode

Row = TypeVar("Row", bound=Model)

PAGE_SIZE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of a page, with the keys behind which its neighbours begin (None: there is no such page)."""

    rows: list[Row]
    back: Any = None
    onward: Any = None


def page_of(rows: QuerySet[Row], parameters: Any, *, size: int = PAGE_SIZE, oldest_first: bool = False) -> Page[Row]:
    """Return the page behind `?after=<pk>`, or the one that ends before `?before=<pk>`; the first without either.

    One query, which reads one row more than it shows. Keys are unique, so that no row is shown twice or left out,
    also where rows are equally old. A way back that leads to the beginning gives the whole first page.
    """
    forward, backward = ("gt", "lt") if oldest_first else ("lt", "gt")
    order, reverse = ("pk", "-pk") if oldest_first else ("-pk", "pk")
    before, after = _key(rows, parameters, "before"), _key(rows, parameters, "after")
    if before is not None:
        found = _first(rows.filter(**{f"pk__{backward}": before}), reverse, size + 1)
        if len(found) > size:
            found = found[:size][::-1]
            return Page(found, back=found[0].pk, onward=found[-1].pk)
    elif after is not None:
        rows = rows.filter(**{f"pk__{forward}": after})
    found = _first(rows, order, size + 1)
    more, found = len(found) > size, found[:size]
    back = found[0].pk if before is None and after is not None and found else None
    return Page(found, back=back, onward=found[-1].pk if more else None)


def _first(rows: QuerySet[Row], order: str, count: int) -> list[Row]:
    """Choose the keys first, and only then join what a list shows of these few rows.

    In one step the database may well walk through a joined table side by side with this one, from its very beginning
    to the page that is asked for.
    """
    keys = rows.order_by(order).values("pk")[:count]
    shown = rows.all()
    # The keys say it all: the conditions a second time would only lead the database to look for the rows by them.
    shown.query.where = WhereNode()
    return list(shown.filter(pk__in=keys).order_by(order))


def _key(rows: QuerySet[Row], parameters: Any, name: str) -> int | UUID | None:
    """Return a key out of the address; what cannot be one (a link cut off, a try) is no key."""
    text = str(parameters.get(name, ""))
    pk = rows.model._meta.pk
    # A row whose key is that of another row (one to one) has the form of key that the other one has.
    if getattr(pk, "target_field", pk).get_internal_type() != "UUIDField":
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    try:
        return UUID(hex=text)
    except ValueError:
        return None
