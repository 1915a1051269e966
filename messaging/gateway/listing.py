"""The list of a token's messages over REST (DOMAIN 3b), asked for in the vendor's way of filtering and ordering.

Several fields are joined by commas and must all match; groups of these are joined by semicolons, of which one must:
`filterfieldids=status,changedAt;externalMessageId`, with `filtervalues` and `operatortypes` in the same shape. Of a
single field the whole value counts, with any comma or semicolon in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import DateTimeField, F, Func, Q, QuerySet

from messaging.gateway.results import message_rows, shown_time
from messaging.models import Message

DEFAULT_TAKE, MOST_TAKE = 100, 1000
# As with any skipping, rows before the page are read and thrown away.
MOST_SKIP = 1_000_000
_LONGEST_VALUE = 200
_MOST_CONDITIONS = 20
_NUMBER = re.compile(r"-?[0-9]{1,9}", re.ASCII)


class QueryError(ValueError):
    """What was asked for does not exist; the text names the part and quotes nothing longer than 40 characters."""


@dataclass(frozen=True)
class Field:
    """A field to filter and order by: where it is, how its values read, and whether it is text."""

    source: str
    read: Callable[[str], Any]
    text: bool = False


@dataclass(frozen=True)
class Page:
    """What part of which messages was asked for, and in which order."""

    skip: int
    take: int
    condition: Q
    order: tuple[str, ...]


def _time(text: str) -> datetime:
    """Read a date or time in ISO 8601; without an offset it is the time in the Netherlands."""
    # A plus sign that was not escaped arrives as a space.
    found = datetime.fromisoformat(re.sub(r" (\d\d:\d\d)$", r"+\1", text))
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))).astimezone(UTC)


def _status(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text, re.ASCII):
        raise ValueError
    return int(text)


FIELDS: Mapping[str, Field] = {
    "messageId": Field("id", UUID),
    "externalMessageId": Field("external_message_id", str, text=True),
    "messageType": Field("message_type__code", str.upper, text=True),
    "status": Field("status", _status),
    "changedAt": Field("changed_at_shown", _time),
    "receivedAt": Field("received_at_shown", _time),
}
_BY_NAME = {name.lower(): field for name, field in FIELDS.items()}
# The vendor's numbers; a lookup with an exclamation mark is denied. 8 and 9 (empty, not empty) and 15 (quick filter)
# make no sense on these fields.
_COMPARING = {1: "exact", 2: "gte", 3: "lte", 4: "gt", 5: "lt", 7: "!exact"}
_ON_TEXT = {
    1: "exact",
    6: "icontains",
    7: "!exact",
    10: "istartswith",
    11: "!icontains",
    12: "!istartswith",
    13: "iendswith",
    14: "!iendswith",
}


def read_page(query: Mapping[str, str]) -> Page:
    """Read what is asked for from a query with names in lower case. Raises `QueryError`."""
    take = _number(query, "take", default=DEFAULT_TAKE, most=None)
    return Page(
        skip=max(0, _number(query, "skip", default=0, most=MOST_SKIP)),
        take=MOST_TAKE if take < 0 else min(take, MOST_TAKE),
        condition=_condition(query),
        order=_order(query.get("orderbyfieldids", "")),
    )


def messages_of(token_id: int, page: Page) -> QuerySet[Message]:
    """Return the page of a token's messages."""
    # Filters see the times as they are shown, in milliseconds, so that a shown time finds its message.
    found = Message.objects.filter(token_id=token_id).select_related("message_type")
    found = found.alias(
        changed_at_shown=_milliseconds("status_changed_at"), received_at_shown=_milliseconds("received_at")
    )
    return found.filter(page.condition).order_by(*page.order)[max(page.skip, 0) : max(page.skip, 0) + page.take]


def listed_rows(messages: Iterable[Message]) -> list[dict[str, str | int]]:
    """Return messages as rows of the list."""
    found = list(messages)
    return [
        row | {"messageType": message.message_type.code, "receivedAt": shown_time(message.received_at)}
        for message, row in zip(found, message_rows(found), strict=True)
    ]


def _milliseconds(field: str) -> Func:
    template = "date_trunc('milliseconds', %(expressions)s)"
    return Func(F(field), template=template, output_field=DateTimeField())


def _number(query: Mapping[str, str], name: str, *, default: int, most: int | None) -> int:
    """Read a number; clients exist that say -1 for "no bound"."""
    text = query.get(name, "")
    if not text:
        return default
    if not _NUMBER.fullmatch(text) or int(text) < -1 or (most is not None and int(text) > most):
        raise QueryError(f"{name}={text[:40]}")
    return int(text)


def _condition(query: Mapping[str, str]) -> Q:
    names, values, operators = (query.get(name, "") for name in ("filterfieldids", "filtervalues", "operatortypes"))
    if not names:
        if values or operators:
            raise QueryError("filterfieldids is missing")
        return Q()
    groups = [group.split(",") for group in names.split(";")]
    count = sum(map(len, groups))
    if count > _MOST_CONDITIONS:
        raise QueryError(f"more than {_MOST_CONDITIONS} conditions")
    rows = [[values]] if count == 1 else [group.split(",") for group in values.split(";")]
    kinds = [group.split(",") for group in operators.split(";")] if operators else [["1"] * len(g) for g in groups]
    if [*map(len, rows)] != [*map(len, groups)] or [*map(len, kinds)] != [*map(len, groups)]:
        raise QueryError("filterfieldids, filtervalues and operatortypes differ in number")
    condition = Q()
    for group in zip(groups, rows, kinds, strict=True):
        every = Q()
        for name, value, kind in zip(*group, strict=True):
            every &= _comparison(name.strip(), value, kind.strip())
        condition |= every
    return condition


def _comparison(name: str, value: str, kind: str) -> Q:
    field = _BY_NAME.get(name.lower())
    if field is None:
        raise QueryError(f"field {name[:40]}")
    operators = _ON_TEXT if field.text else _COMPARING
    lookup = operators.get(int(kind)) if re.fullmatch(r"[0-9]{1,2}", kind, re.ASCII) else None
    if lookup is None:
        raise QueryError(f"operator {kind[:10]} on {name[:40]}")
    try:
        wanted = field.read(value.strip())
    except (ValueError, OverflowError):
        raise QueryError(f"value of {name[:40]}") from None
    if "\0" in value or len(value) > _LONGEST_VALUE:
        raise QueryError(f"value of {name[:40]}")
    found = Q((f"{field.source}__{lookup.removeprefix('!')}", wanted))
    return ~found if lookup.startswith("!") else found


def _order(names: str) -> tuple[str, ...]:
    """Read the order: fields joined by commas, a minus sign for descending; newest first unless asked otherwise."""
    order: list[str] = []
    for name in filter(None, names.split(",")):
        field = _BY_NAME.get(name.strip().lstrip("-").lower())
        if field is None or len(order) == len(FIELDS):
            raise QueryError(f"order {name[:40]}")
        order.append(("-" if name.strip().startswith("-") else "") + field.source)
    # Last by id, so that pages do not overlap.
    return (*order, "-id")
