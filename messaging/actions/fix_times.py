"""Working out how long senders are kept out: from a refusal to the first success of the same sender, per cause.

Set by set, out of the communication log and the last use of tokens; no call pays for it.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from connectors.causes import Cause
from messaging.models import FixTime

# A token with one of these never comes through again: its sender is known by where it calls from.
_NEVER_AGAIN = [cause.code for cause in (Cause.TOKEN_DELETED, Cause.TOKEN_EXPIRED)]
# Said by strangers and by calls that were put off, not something that anybody mends.
_NOT_COUNTED = {Cause.TOO_MANY_FAILURES, Cause.PROCESSING_GAVE_UP, Cause.NOT_PROCESSABLE}
_COUNTED = [cause.code for cause in Cause if cause.value.condition is not None and cause not in _NOT_COUNTED]
# Entries are numbered before they are stored: so many are looked at again, for what was still on its way.
_OVERLAP = 500
# So many messages are looked through for the very first success; else the last use of the token stands for it.
_MESSAGES = 5_000

_NOTE_REFUSALS = """
    WITH refused AS (
        SELECT l.*, CASE WHEN l.token_id IS NOT NULL AND l.cause <> ALL (%(never_again)s)
                         THEN 'token ' || l.token_id
                         ELSE 'address ' || host(l.address) || ' '
                              || coalesce(l.environment_id::text, l.sender_environment) END AS sender
        FROM messaging_logentry l
        WHERE l.id > %(after)s AND l.door <> 'worker' AND l.cause = ANY (%(counted)s)
          AND (l.token_id IS NOT NULL OR l.address IS NOT NULL)
          AND NOT EXISTS (SELECT FROM connectors_token t WHERE t.id = l.token_id AND t.test_address IS NOT NULL)
    )
    INSERT INTO messaging_fixtime AS known
        (sender, cause, environment_id, token_id, address, sender_environment, reference, last_entry, refused_at)
    SELECT DISTINCT ON (r.sender, r.cause) r.sender, r.cause, r.environment_id, r.token_id, r.address,
           r.sender_environment, r.reference, max(r.id) OVER (PARTITION BY r.sender, r.cause), r.at
    FROM refused r
    WHERE NOT EXISTS (SELECT FROM messaging_fixtime f
                      WHERE f.sender = r.sender AND f.cause = r.cause AND f.fixed_at >= r.at)
    ORDER BY r.sender, r.cause, r.id
    ON CONFLICT (sender, cause) WHERE fixed_at IS NULL
    DO UPDATE SET last_entry = greatest(known.last_entry, excluded.last_entry)
"""

# It sets out from the tokens, by whatever name each may be known as a sender: there are few of them, and of senders
# that are still kept out (anybody who ever tried) there may be very many.
_NOTE_FIXES = f"""
    WITH success AS (
        SELECT o.id, o.refused_at, t.id AS token_id, t.environment_id, t.last_used_at
        FROM connectors_token t
        CROSS JOIN LATERAL (
            SELECT 'token ' || t.id AS sender
            UNION ALL
            SELECT 'address ' || host(t.last_used_address) || ' ' || of.whom
            FROM unnest(ARRAY[t.environment_id::text, '', t.customer_environment]) AS of(whom)
        ) AS known
        JOIN messaging_fixtime o ON o.sender = known.sender AND o.fixed_at IS NULL
        WHERE t.last_used_at > o.refused_at
          AND (o.sender LIKE 'token %%' OR t.environment_id = o.environment_id
               OR (o.environment_id IS NULL AND o.sender_environment IN ('', t.customer_environment)))
    ), fixed AS (
        SELECT DISTINCT ON (s.id) s.id, s.environment_id, coalesce(stored.at, s.last_used_at) AS at
        FROM success s
        LEFT JOIN LATERAL (
            SELECT m.received_at AS at
            FROM (SELECT id, token_id, received_at FROM messaging_message
                  WHERE environment_id = s.environment_id
                    AND id >= (lpad(to_hex((extract(epoch FROM s.refused_at) * 1000)::bigint), 12, '0')
                               || repeat('0', 20))::uuid
                  ORDER BY id LIMIT {_MESSAGES}) m
            WHERE m.token_id = s.token_id AND m.received_at > s.refused_at ORDER BY m.id LIMIT 1
        ) AS stored ON true
        ORDER BY s.id, coalesce(stored.at, s.last_used_at)
    )
    UPDATE messaging_fixtime f
    SET fixed_at = fixed.at, environment_id = coalesce(f.environment_id, fixed.environment_id)
    FROM fixed WHERE fixed.id = f.id
"""  # noqa: S608  # only a constant of this module is put into it


@transaction.atomic
def work_out_fix_times() -> tuple[int, int]:
    """Note who is kept out by what since the last round, and who came through again; return how many of each."""
    last = FixTime.objects.order_by("-last_entry").values_list("last_entry", flat=True).first()
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE_REFUSALS,
            {"after": (last or 0) - _OVERLAP, "counted": _COUNTED, "never_again": _NEVER_AGAIN},
        )
        refused: int = cursor.rowcount
        cursor.execute(_NOTE_FIXES)
        fixed: int = cursor.rowcount
    return refused, fixed


def forget_old_fix_times() -> int:
    """Drop what is older than the communication log keeps entries; return how many."""
    before = timezone.now() - timedelta(days=settings.LOG_RETENTION_DAYS)
    dropped, _by_model = FixTime.objects.filter(refused_at__lt=before).delete()
    return dropped
