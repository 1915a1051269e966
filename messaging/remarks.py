"""What an assessor should see before deciding, in words: from the document, its period, and what else came in."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from messaging.models import Message, MessageReading
from messaging.neighbours import Comparison, Neighbour, Neighbours
from messaging.periods import OddPeriod, odd_about
from messaging.sheets import Sheet, figures
from messaging.statuses import Status
from portal import formats


@dataclass(frozen=True)
class Remark:
    """One thing to look at, with where to look (nothing: here)."""

    text: str
    url: str = ""
    link: str = ""


def remarks_on(
    message: Message, reading: MessageReading | None, sheet: Sheet | None, beside: Neighbours
) -> list[Remark]:
    """Return what to look at before deciding, what the document itself says first."""
    remarks = [Remark(sentence) for sentence in sheet.findings] if sheet else []
    if reading is None:
        return remarks
    remarks += _on_period(message, reading)
    remarks += [_on_overlap(message, other) for other in beside.overlapping[:3]]
    if beside.comparison and beside.comparison.agrees is False:
        remarks.append(Remark(words_of_difference(beside.comparison)))
    if message.organisation is None and reading.number:
        remarks.append(
            Remark(
                _("No organisation is known by the number %(number)s.") % {"number": reading.number},
                _address(message, "message_link"),
                _("Link to an organisation"),
            )
        )
    return remarks


def words_of_difference(comparison: Comparison) -> str:
    """Say how listing and return differ."""
    return _("Rubriek 3b and the ICP listing over %(period)s differ: 3b is %(three_b)s, listed is %(listed)s.") % {
        "period": formats.period(comparison.start, comparison.end),
        "three_b": figures(comparison.rubriek_3b),
        "listed": figures(comparison.listed),
    }


def _on_period(message: Message, reading: MessageReading) -> list[Remark]:
    if reading.period_start is None or reading.period_end is None:
        return []
    odd = odd_about(
        reading.kind,
        reading.period_start,
        reading.period_end,
        received=timezone.localdate(message.received_at),
    )
    period = formats.period(reading.period_start, reading.period_end)
    words = {
        OddPeriod.NOT_OVER: _("The period (%(period)s) was not over yet when the message came in."),
        OddPeriod.NOT_USUAL: _("The period (%(period)s) is not one over which messages of this type are filed."),
    }
    return [Remark(words[each] % {"period": period}) for each in odd]


def _on_overlap(message: Message, other: Neighbour) -> Remark:
    words = (
        _("Possibly double: %(what)s over %(period)s came in before, on %(when)s (status %(status)s).")
        if other.message_id < message.pk
        else _("Possibly double: %(what)s over %(period)s came in later, on %(when)s (status %(status)s).")
    )
    text = words % {
        "what": message.message_type,
        "period": formats.period(other.start, other.end),
        "when": formats.datetime_nl(other.received_at),
        "status": f"{other.status} {Status(other.status).label}",
    }
    return Remark(text, _address(message, "message_detail", other.public_id), _("Look at it"))


def _address(message: Message, name: str, public_id: str = "") -> str:
    return reverse(f"messaging:{name}", args=[message.environment.code, public_id or message.public_id])
