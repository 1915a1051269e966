"""What else came in about the same number: the period before, the same period twice, and the ICP listing beside 3b.

Everything goes by the number in the message, not by the organisation: a fiscal unity files a return per number. Each
look-up follows the index `reading_by_period`, and there are as many for any number of messages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from messaging.kinds import MessageKind
from messaging.models import Message, MessageReading
from messaging.models.messages import public_id
from messaging.statuses import Status

_AROUND = dt.timedelta(days=370)  # a return over a year stands beside listings over its quarters
_LOOKED_AT = 60  # readings of one kind; a year has twelve months
_DAY = dt.timedelta(days=1)
_COUNTERPART = {MessageKind.BTW.value: MessageKind.ICP.value, MessageKind.ICP.value: MessageKind.BTW.value}

# Rubriek 3b of returns; of listings the total, and how much of it corrects earlier periods.
_AMOUNTS = """
    SELECT message_id, kind,
           CASE kind WHEN 'BTW'
                THEN (jsonb_path_query_first(document, '$.lines[*] ? (@.rubriek == "3b").turnover') #>> '{}')::bigint
                ELSE amount END,
           CASE kind WHEN 'ICP' THEN (
                SELECT sum((item ->> 'amount')::bigint) FROM jsonb_array_elements(document -> 'rows') AS item
                WHERE item ->> 'category' LIKE 'corrections%%') END
    FROM messaging_messagereading WHERE message_id = ANY (%(ids)s)
"""


@dataclass(frozen=True)
class Neighbour:
    """A message of which the period was read."""

    message_id: UUID
    kind: str
    start: dt.date
    end: dt.date
    received_at: dt.datetime
    status: int

    @property
    def public_id(self) -> str:
        return public_id(self.message_id)

    def overlaps(self, start: dt.date, end: dt.date) -> bool:
        return self.start <= end and self.end >= start


@dataclass(frozen=True)
class Comparison:
    """The listing(s) and the VAT return(s) over one period; an amount is None while that side is not complete."""

    start: dt.date
    end: dt.date
    returns: tuple[Neighbour, ...]
    listings: tuple[Neighbour, ...]
    rubriek_3b: int | None = None
    listed: int | None = None
    corrections: int = 0

    @property
    def difference(self) -> int | None:
        """What is listed more than 3b states. Corrections of earlier periods may or may not be in 3b."""
        if self.rubriek_3b is None or self.listed is None:
            return None
        if self.rubriek_3b == self.listed - self.corrections:
            return 0
        return self.listed - self.rubriek_3b

    @property
    def agrees(self) -> bool | None:
        return None if self.difference is None else self.difference == 0


@dataclass(frozen=True)
class Neighbours:
    """What stands beside a message."""

    previous: MessageReading | None = None
    overlapping: tuple[Neighbour, ...] = ()
    comparison: Comparison | None = None


def neighbours_of(message: Message, reading: MessageReading | None) -> Neighbours:
    """Return what stands beside a message; nothing for one without period or number."""
    if reading is None or reading.period_start is None or reading.period_end is None or not reading.number:
        return Neighbours()
    own = Neighbour(
        message.pk, reading.kind, reading.period_start, reading.period_end, message.received_at, message.status
    )
    same = [other for other in _around(own, reading, reading.kind) if other.message_id != message.pk]
    return Neighbours(
        previous=_previous(own, same),
        overlapping=tuple(other for other in same if other.overlaps(own.start, own.end)),
        comparison=_comparison(own, same, reading),
    )


def _around(own: Neighbour, reading: MessageReading, kind: str) -> list[Neighbour]:
    """Return the readings of a kind with the same number around a period, the latest period first."""
    rows = (
        MessageReading.objects.filter(
            number_scheme=reading.number_scheme,
            number=reading.number,
            kind=kind,
            period_end__gte=own.start - _AROUND,
            period_start__lte=own.end + _AROUND,
            message__environment=reading.message.environment_id,
        )
        .exclude(message__status=Status.REJECTED)
        .order_by("-period_end", "-message_id")
        .values_list("message_id", "kind", "period_start", "period_end", "message__received_at", "message__status")
    )
    return [
        Neighbour(pk, of_kind, start, end, received, status)
        for pk, of_kind, start, end, received, status in rows[:_LOOKED_AT]
        if start and end
    ]


def _previous(own: Neighbour, same: Iterable[Neighbour]) -> MessageReading | None:
    """Return the newest reading over the last period before this one, whenever it came in."""
    before = [other for other in same if other.end < own.start]
    if not before:
        return None
    nearest = max(before, key=lambda other: (other.end, other.message_id))
    return MessageReading.objects.filter(message_id=nearest.message_id).first()


def _comparison(own: Neighbour, same: list[Neighbour], reading: MessageReading) -> Comparison | None:
    """Lay listings and returns beside each other, months against a quarter too; None for other kinds."""
    counterpart = _COUNTERPART.get(own.kind)
    if counterpart is None:
        return None
    others = _around(own, reading, counterpart)
    start, end = _common_period(own, others)
    mine = tiling(start, end, [*same, own], preferred=own)
    theirs = tiling(start, end, others)
    near = tuple(other for other in others if other.overlaps(start, end))
    amounts = _amounts([*(mine or (own,)), *(theirs or ())])
    returns, listings = (mine, theirs) if own.kind == MessageKind.BTW else (theirs, mine)
    own_side, other_side = mine or (own,), theirs or near
    return Comparison(
        start,
        end,
        returns=own_side if own.kind == MessageKind.BTW else other_side,
        listings=other_side if own.kind == MessageKind.BTW else own_side,
        rubriek_3b=None if returns is None else sum(amounts[each.message_id][0] for each in returns),
        listed=None if listings is None else sum(amounts[each.message_id][0] for each in listings),
        corrections=sum(amounts[each.message_id][1] for each in listings or ()),
    )


def _common_period(own: Neighbour, others: Iterable[Neighbour]) -> tuple[dt.date, dt.date]:
    """Return the shortest period of the other side that this one lies in; its own when there is none."""
    around = [(other.start, other.end) for other in others if other.start <= own.start and other.end >= own.end]
    return min(around, key=lambda period: period[1] - period[0], default=(own.start, own.end))


def tiling(
    start: dt.date, end: dt.date, pieces: Iterable[Neighbour], *, preferred: Neighbour | None = None
) -> tuple[Neighbour, ...] | None:
    """Return the pieces that fill a period from end to end, the newest of each; None when there is a hole.

    The longest piece that fits goes first; `preferred` goes before any other over its period.
    """
    newest: dict[tuple[dt.date, dt.date], Neighbour] = {}
    for piece in sorted(pieces, key=lambda each: (each == preferred, each.message_id)):
        newest[piece.start, piece.end] = piece
    if preferred:
        newest = {
            period: piece
            for period, piece in newest.items()
            if piece == preferred or not piece.overlaps(preferred.start, preferred.end)
        }
    chosen: list[Neighbour] = []
    at = start
    while at <= end:
        fitting = [piece for piece in newest.values() if piece.start == at and piece.end <= end]
        if not fitting:
            return None
        chosen.append(max(fitting, key=lambda piece: piece.end))
        at = chosen[-1].end + _DAY
    return tuple(chosen)


def _amounts(of: Iterable[Neighbour]) -> dict[UUID, tuple[int, int]]:
    """Return per message rubriek 3b or the total of the listing, and the corrections in it; not stated is zero."""
    with connection.cursor() as cursor:
        cursor.execute(_AMOUNTS, {"ids": [each.message_id for each in of]})
        return {pk: (amount or 0, int(corrections or 0)) for pk, _kind, amount, corrections in cursor.fetchall()}
