"""Reading the communication log: the doors to it, for the people of an environment and for support staff."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max, Min, Q, QuerySet, Sum
from django.http import Http404, HttpRequest

from connectors.causes import Cause
from connectors.explanations import Condition
from connectors.models import Environment
from messaging.models import LogEntry
from portal.menu_numbers import Number, counter, up_to

MAX_COUNTED = 99  # in the menu
# Of the entries like one, so many are counted, of a day around it.
MOST_ALIKE = 1_000
_OF_THE_ADDRESS = frozenset(cause.code for cause in Cause if cause.value.condition is Condition.ADDRESS)
# Entries of one moment, and how long an entry takes up what is refused alike.
MOMENT = dt.timedelta(minutes=2)


@dataclass(frozen=True)
class Occurrences:
    """How often the same was refused around the same time; `more` when not all of it was counted."""

    times: int
    first: dt.datetime
    last: dt.datetime
    more: bool = False

    @property
    def span(self) -> dt.timedelta:
        return self.last - self.first


def log_of(environment: Environment) -> QuerySet[LogEntry]:
    """Return the entries of an environment. Calls without a token that belongs somewhere are support's only."""
    return log_for_support().filter(environment=environment)


def log_for_support() -> QuerySet[LogEntry]:
    """Return the entries of all environments and of none, with what a list shows of them."""
    return LogEntry.objects.select_related("environment", "app_connector", "token").defer("repeat_key", "token__digest")


def get_log_entry(entries: QuerySet[LogEntry], reference: UUID) -> LogEntry:
    """Return the entry with this reference, with what its page shows. Raises `Http404` when it is not among them."""
    found = entries.select_related(
        "environment", "app_connector__group", "token__user", "token__deleted_by", "message", "resolved_by"
    )
    entry = found.defer("repeat_key", "token__digest").filter(reference=reference).first()
    if entry is None:
        raise Http404
    return entry


def occurrences_of(entry: LogEntry) -> Occurrences:
    """Count what was refused like an entry, for the same cause and token (or address), in the day up to it and since.

    Within a minute equal refusals are one entry, so what keeps failing is many. When the address is what was wrong, the
    same token from another address is another matter.
    """
    whose = Q(token=entry.token_id) if entry.token_id else Q(token__isnull=True, address=entry.address)
    if entry.cause in _OF_THE_ADDRESS:
        whose &= Q(address=entry.address)
    since = entry.at - dt.timedelta(days=1)
    alike = LogEntry.objects.filter(whose, cause=entry.cause, environment=entry.environment_id, at__gte=since)
    keys = [*alike.order_by("-pk").values_list("pk", flat=True)[: MOST_ALIKE + 1]]
    found = LogEntry.objects.filter(pk__in=keys[:MOST_ALIKE]).aggregate(
        times=Sum("repeats"), first=Min("at"), last=Max("last_seen_at")
    )
    if not keys:
        return Occurrences(entry.repeats, entry.at, entry.last_seen_at)
    return Occurrences(found["times"], found["first"], found["last"], more=len(keys) > MOST_ALIKE)


def first_key_since(moment: dt.datetime) -> int:
    """Return the key from which entries were written since a moment (0: there are none), so that none before is read.

    Keys grow with the time, but for entries that were being written at the same moment.
    """
    first = LogEntry.objects.filter(at__gte=moment - MOMENT).order_by("at", "pk").values_list("pk", flat=True).first()
    return first or 0


@counter("messaging:log_list")
def unsolved(request: HttpRequest) -> Number | None:
    """Count the entries of this environment that nobody has solved: those of the list's own filter *open*."""
    environment: Environment | None = getattr(request, "environment", None)
    opened = LogEntry.objects.filter(environment=environment, resolved_at__isnull=True).order_by("-pk")
    return up_to(MAX_COUNTED, opened) if environment else None
