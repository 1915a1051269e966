"""The numbers behind the lines of the menu. Apps register them by the name of the page (`@counter("app:url_name")`), so
that the menu need not know their models; all that a page shows are worked out in one query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Expression, IntegerField, QuerySet, Subquery
from django.http import HttpRequest

from portal.models import User


@dataclass(frozen=True)
class Number:
    """What the database is to work out (one value, cheap whatever the size of the tables), and how that is written."""

    value: Expression | Subquery
    write: Callable[[Any], str]


Counter = Callable[[HttpRequest], Number | None]

_counters: dict[str, Counter] = {}


class _CountOf(Subquery):
    """The number of rows of a query, as one value."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS bounded)"
    output_field = IntegerField()


def up_to(most: int, rows: QuerySet[Any]) -> Number:
    """Count the rows no further than just past `most`; more than that is written as `99+`.

    They are ordered as the index has them by which they are found: then the database cannot choose to look through
    the table from its beginning instead, in the hope to come upon so many soon.
    """
    return Number(_CountOf(rows.values("pk")[: most + 1]), lambda count: bounded(count, most))


def bounded(count: int, most: int) -> str:
    """Write a count that stopped just past `most`: nothing for none, `99+` for more."""
    return f"{most}+" if count > most else str(count or "")


def counter(url_name: str) -> Callable[[Counter], Counter]:
    """Register the number behind the line of this page; the function returns None where there is none to show."""

    def register(function: Counter) -> Counter:
        _counters[url_name] = function
        return function

    return register


def numbers_for(request: HttpRequest, url_names: Iterable[str]) -> dict[str, str]:
    """Return what is written behind the lines of these pages. One query, or none when no line has a number."""
    found = {name: number for name in url_names if name in _counters and (number := _counters[name](request))}
    if not found or request.user.pk is None:
        return {}
    # One row to hang the values on: that of the person who looks.
    row = User.objects.filter(pk=request.user.pk).values_list(*(number.value for number in found.values())).get()
    return {name: number.write(value) for (name, number), value in zip(found.items(), row, strict=True)}
