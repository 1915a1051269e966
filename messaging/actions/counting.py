"""Keeping the daily counts of the dashboard: set-based, and only for what changed since the last time.

A day of an environment is counted anew when a message of it changed status: no sum can drift away. Refusals are added
when they are final (a repeat counter rises for a minute), so each is counted once. Both leave the last two minutes to
the next run, because rows are not committed in the order of their numbers.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

DAYS = 30
_SETTLED = "INTERVAL '2 minutes'"

_TOUCHED = """
    SELECT m.environment_id, (m.received_at AT TIME ZONE %(zone)s)::date, max(e.id) FILTER (
        WHERE e.at < now() - INTERVAL '2 minutes')
    FROM messaging_messageevent e JOIN messaging_message m ON m.id = e.message_id
    WHERE e.id > %(after)s AND e.to_status IS NOT NULL
    GROUP BY 1, 2
"""

_RECOUNT = """
    WITH gone AS (
        DELETE FROM messaging_dailymessages WHERE environment_id = %(environment)s AND day = %(day)s
        AND status NOT IN (SELECT m.status FROM messaging_message m JOIN connectors_token t ON t.id = m.token_id
                           WHERE m.environment_id = %(environment)s AND m.id >= %(first)s AND m.id < %(next)s
                             AND t.test_address IS NULL)
    )
    INSERT INTO messaging_dailymessages (environment_id, day, status, count)
    SELECT %(environment)s, %(day)s, m.status, count(*)
    FROM messaging_message m JOIN connectors_token t ON t.id = m.token_id
    WHERE m.environment_id = %(environment)s AND m.id >= %(first)s AND m.id < %(next)s AND t.test_address IS NULL
    GROUP BY m.status
    ON CONFLICT (environment_id, day, status) DO UPDATE SET count = excluded.count
"""

_REFUSALS = """
    WITH settled AS (
        SELECT l.id, l.environment_id, (l.at AT TIME ZONE %(zone)s)::date AS day, l.cause, l.repeats, t.test_address
        FROM messaging_logentry l LEFT JOIN connectors_token t ON t.id = l.token_id
        WHERE l.id > %(after)s AND l.at < now() - {settled}
    ), counted AS (
        INSERT INTO messaging_dailyrefusals AS known (environment_id, day, cause, count)
        SELECT environment_id, day, cause, sum(repeats) FROM settled
        WHERE test_address IS NULL AND environment_id IS {which} NULL GROUP BY 1, 2, 3
        ON CONFLICT {target} DO UPDATE SET count = known.count + excluded.count
    )
    SELECT max(id) FROM settled
"""
_OF_SOMEBODY = _REFUSALS.format(settled=_SETTLED, which="NOT", target="(environment_id, day, cause)")
_OF_NOBODY = _REFUSALS.format(settled=_SETTLED, which="", target="(day, cause) WHERE environment_id IS NULL")


def first_id_of(day: dt.date) -> uuid.UUID:
    """Return the least message id of a day: ids begin with the time at which they were made."""
    start = dt.datetime.combine(day, dt.time(), timezone.get_default_timezone())
    return uuid.UUID(int=int(start.timestamp() * 1000) << 80)


@transaction.atomic
def count_messages() -> int:
    """Count anew the days on which a message changed status since the last time; return how many there were."""
    with connection.cursor() as cursor:
        after = _held_mark(cursor, "messages")
        cursor.execute(_TOUCHED, {"zone": timezone.get_default_timezone_name(), "after": after})
        touched = cursor.fetchall()
        for environment, day, _last in touched:
            bounds = {"first": first_id_of(day), "next": first_id_of(day + dt.timedelta(days=1))}
            cursor.execute(_RECOUNT, {"environment": environment, "day": day, **bounds})
        _set_mark(cursor, "messages", max([after, *(last for _environment, _day, last in touched if last)]))
    return len(touched)


@transaction.atomic
def count_refusals() -> None:
    """Add the refusals that have become final since the last time."""
    with connection.cursor() as cursor:
        after = _held_mark(cursor, "refusals")
        last = None
        for statement in (_OF_SOMEBODY, _OF_NOBODY):
            cursor.execute(statement, {"zone": timezone.get_default_timezone_name(), "after": after})
            (last,) = cursor.fetchone() or (None,)
        _set_mark(cursor, "refusals", last or after)


def counted_at() -> dt.datetime | None:
    """Return when messages were last counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT at FROM messaging_countedupto WHERE name = 'messages'")
        (at,) = cursor.fetchone() or (None,)
    return at


def _held_mark(cursor: CursorWrapper, name: str) -> int:
    """Return up to which number has been counted, held until the end of the transaction: one counts at a time."""
    cursor.execute("INSERT INTO messaging_countedupto (name) VALUES (%s) ON CONFLICT DO NOTHING", [name])
    cursor.execute("SELECT last_id FROM messaging_countedupto WHERE name = %s FOR UPDATE", [name])
    (last_id,) = cursor.fetchone() or (0,)
    return int(last_id)


def _set_mark(cursor: CursorWrapper, name: str, last_id: int) -> None:
    cursor.execute("UPDATE messaging_countedupto SET last_id = %s, at = now() WHERE name = %s", [last_id, name])
