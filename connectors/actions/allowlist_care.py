"""What is done for the allowlist from time to time: noting what was used, and announcing what is about to end."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from connectors.incident_mail import tell_expiring
from connectors.models import AllowlistEntry, AllowlistRemark
from connectors.traffic import first_calls, first_message_id

ANNOUNCED_BEFORE = (1, 7, 30)  # days
# Looked back over again each time, for what was still being stored when the last round looked.
_OVERLAP = timedelta(minutes=10)
# How far the very first round looks back: what was not used since is listed for cleaning up.
_FIRST_ROUND = timedelta(days=400)

# What came in since, by address and participant, laid beside the entries that let it in.
_NOTE_USE = """
    WITH calls AS (
        SELECT e.participant_number, m.source_address AS address, max(m.received_at) AS last
        FROM messaging_message m JOIN connectors_environment e ON e.id = m.environment_id
        WHERE m.id >= %(first_id)s
        GROUP BY e.participant_number, m.source_address
        UNION ALL
        SELECT e.participant_number, t.last_used_address, t.last_used_at
        FROM connectors_token t JOIN connectors_environment e ON e.id = t.environment_id
        WHERE t.last_used_at >= %(since)s AND t.last_used_address IS NOT NULL
    ), used AS (
        SELECT a.id, max(calls.last) AS last
        FROM calls JOIN connectors_allowlistentry a
          ON a.participant_number = calls.participant_number AND calls.address <<= a.network
        WHERE a.revoked_at IS NULL AND calls.last >= a.created_at
        GROUP BY a.id
    )
    UPDATE connectors_allowlistentry a SET last_used_at = used.last
    FROM used WHERE used.id = a.id AND (a.last_used_at IS NULL OR a.last_used_at < used.last)
"""


def note_use() -> int:
    """Write of each entry when it was last used, out of what was received since the last round; return how many."""
    latest = AllowlistEntry.objects.aggregate(latest=Max("last_used_at"))["latest"]
    since = latest - _OVERLAP if latest else timezone.now() - _FIRST_ROUND
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_USE, {"first_id": first_message_id(since), "since": since})
        changed: int = cursor.rowcount
    _note_first_use()
    return changed


def announce_expiring() -> int:
    """Tell people 30, 7 and 1 days before an address ends, each once; return how many entries were announced."""
    soon = timezone.now() + timedelta(days=max(ANNOUNCED_BEFORE))
    return sum(_announce(pk) for pk in _ending().filter(expires_at__lte=soon).values_list("pk", flat=True))


def _note_first_use() -> None:
    fresh = list(AllowlistEntry.objects.filter(first_used_at__isnull=True, last_used_at__isnull=False))
    calls = first_calls(fresh)
    for entry in fresh:
        call = calls.get(entry.pk)
        # So much else came in before it that the very first is not worth looking for.
        entry.first_used_at = call.at if call else entry.last_used_at
        entry.first_used_hint = call.hint if call else ""
    AllowlistEntry.objects.bulk_update(fresh, ["first_used_at", "first_used_hint"])


@transaction.atomic
def _announce(pk: int) -> bool:
    entry = _ending().select_for_update(skip_locked=True).filter(pk=pk).first()
    if entry is None or entry.expires_at is None:
        return False
    left = entry.expires_at - timezone.now()
    due = min(days for days in ANNOUNCED_BEFORE if left <= timedelta(days=days))
    if entry.announced_days is not None and entry.announced_days <= due:
        return False
    entry.announced_days = due
    entry.save(update_fields=["announced_days"])
    entry.remarks.create(kind=AllowlistRemark.Kind.ANNOUNCED)
    tell_expiring(entry)
    return True


def _ending() -> QuerySet[AllowlistEntry]:
    return AllowlistEntry.objects.filter(revoked_at__isnull=True, expires_at__gt=timezone.now())
