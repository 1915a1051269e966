"""What support staff see of incidents and the allowlist: each line with its evidence, each address with its use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from connectors.evidence import Evidence
from connectors.models import AllowlistEntry, AllowlistRequest
from connectors.traffic import evidence_of, first_calls
from portal.models import User

# Not used for so long: listed for cleaning up.
UNUSED_DAYS = 365
# About to end, or to be looked at again, within so many days.
SOON_DAYS = 30


@dataclass(frozen=True)
class DeskLine:
    """One incident of the queue: what the gateway sees of an open one, what became of an approved one."""

    incident: AllowlistRequest
    evidence: Evidence | None
    entry: AllowlistEntry | None


def desk_lines(incidents: Sequence[AllowlistRequest]) -> list[DeskLine]:
    """Lay evidence and entries beside the incidents of a page; the number of queries does not grow with it."""
    evidence = evidence_of([incident for incident in incidents if incident.status == AllowlistRequest.Status.OPEN])
    approved = [incident.pk for incident in incidents if incident.status == AllowlistRequest.Status.APPROVED]
    entries = {entry.request_id: entry for entry in AllowlistEntry.objects.filter(request__in=approved).order_by("pk")}
    look_for_use(list(entries.values()))
    return [DeskLine(incident, evidence.get(incident.pk), entries.get(incident.pk)) for incident in incidents]


def look_for_use(entries: Sequence[AllowlistEntry]) -> None:
    """Fill in the first call of entries that none is known of, as it is now; nothing is written."""
    waiting = [entry for entry in entries if entry.first_used_at is None]
    for pk, call in first_calls(waiting).items():
        entry = next(entry for entry in waiting if entry.pk == pk)
        entry.first_used_at, entry.first_used_hint = call.at, call.hint
        entry.last_used_at = entry.last_used_at or call.at


def entries_elsewhere(incident: AllowlistRequest) -> list[AllowlistEntry]:
    """Return what of the same addresses is let in for other participants, the first twenty."""
    others = live().filter(network__overlaps=incident.network).exclude(participant_number=incident.participant_number)
    return list(others.order_by("participant_number", "pk")[:20])


def staff() -> QuerySet[User]:
    """Return the support staff to whom an incident can be given."""
    return User.objects.filter(is_support=True, is_active=True).order_by("name", "pk")


def live() -> QuerySet[AllowlistEntry]:
    """Return what is let in now, of all participants."""
    return AllowlistEntry.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()), revoked_at__isnull=True
    )


def expiring(entries: QuerySet[AllowlistEntry]) -> QuerySet[AllowlistEntry]:
    """Narrow entries down to those that end soon."""
    return entries.filter(expires_at__lte=timezone.now() + timedelta(days=SOON_DAYS))


def unused(entries: QuerySet[AllowlistEntry]) -> QuerySet[AllowlistEntry]:
    """Narrow entries down to those that let nothing in for a year, and that nobody found needed meanwhile."""
    since = timezone.now() - timedelta(days=UNUSED_DAYS)
    return entries.alias(used=Coalesce("last_used_at", "created_at")).filter(
        Q(reviewed_at__isnull=True) | Q(reviewed_at__lt=since) | Q(review_on__lte=timezone.localdate()), used__lt=since
    )


def to_review(entries: QuerySet[AllowlistEntry]) -> QuerySet[AllowlistEntry]:
    """Narrow entries down to those whose next review is due soon or overdue."""
    return entries.filter(review_on__lte=timezone.localdate() + timedelta(days=SOON_DAYS))


def over() -> QuerySet[AllowlistEntry]:
    """Return what is not let in any more, revoked or expired."""
    return AllowlistEntry.objects.filter(Q(revoked_at__isnull=False) | Q(expires_at__lte=timezone.now()))
