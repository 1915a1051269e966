"""`manage.py fill_database --messages N`: as many messages as a busy office has after years, to measure pages with.

Written by the database itself, in sets, with the triggers and foreign keys switched off for this session only: what
they would check is true by construction (each message has its events, content and reading, in one environment).
"""

from __future__ import annotations

import hashlib
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection, transaction

from connectors.models import Environment, Token
from messaging.kinds import MessageKind
from messaging.workflow import entry_step

CONTENT = b"<xbrl>filled</xbrl>"
CHUNK = 250_000  # messages in one transaction
YEARS = 3  # over which they are spread, up to now

# Of a thousand messages a few are in every status that people look for, enough to fill a page among five thousand, so
# that lists over few and over many show as many lines; nearly all have been accepted.
# The id is a UUID version 7 of its moment, so that the key is the order of the list here too.
_ROWS = """
    CREATE TEMPORARY TABLE filling ON COMMIT DROP AS
    SELECT n, at, CASE WHEN n %% 1000 < 12 THEN 30 WHEN n %% 1000 < 24 THEN 40 WHEN n %% 1000 < 36 THEN 60
                       WHEN n %% 1000 < 48 THEN 90 ELSE 80 END AS status,
        (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(hash, 1, 3) || '8'
            || substr(hash, 4, 15))::uuid AS id
    FROM (SELECT n, md5(n || %(run)s) AS hash,
                 now() - make_interval(secs => (%(total)s - n) * %(seconds)s::float8 / %(total)s) AS at
          FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n) AS numbers
"""
_MESSAGES = """
    INSERT INTO messaging_message
        (id, environment_id, token_id, message_type_id, external_message_id, sender_environment, source_address,
         content_digest, content_size, received_at, status, status_changed_at, attempts, answers_due, organisation_id,
         workflow_version_id, step_id)
    SELECT id, %(environment)s, %(token)s, %(type)s, 'FILL-' || %(run)s || '-' || n, %(sender)s, '127.0.0.1',
           %(digest)s, %(size)s, at, status, at + interval '1 hour', 0, 0,
           (%(organisations)s::bigint[])[1 + n %% greatest(1, cardinality(%(organisations)s::bigint[]))],
           %(version)s, CASE WHEN status = 30 THEN %(step)s::bigint END
    FROM filling
"""
_CONTENTS = "INSERT INTO messaging_messagecontent (message_id, content) SELECT id, %(content)s FROM filling"
_EVENTS = """
    INSERT INTO messaging_messageevent (message_id, kind, from_status, to_status, at, actor_name, note)
    SELECT id, 'status', NULL, 10, at, 'fill_database', '' FROM filling
    UNION ALL SELECT id, 'status', 20, status, at + interval '1 hour', 'system', '' FROM filling
"""
_READINGS = """
    INSERT INTO messaging_messagereading
        (message_id, kind, period_start, period_end, number_scheme, number, amount, findings, document, read_at)
    SELECT id, 'BTW', date_trunc('month', at) - interval '1 month', date_trunc('month', at) - interval '1 day', 'btw',
           lpad((n %% 5000)::text, 9, '0') || 'B01', (n * 7919) %% 100000, CASE WHEN n %% 50 = 0 THEN 1 ELSE 0 END,
           '{}', at
    FROM filling
"""


class Command(BaseCommand):
    """Fill an environment of the demo."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--messages", type=int, required=True, help="how many to add")
        parser.add_argument("--environment", default="O12345AB", help="code of the environment")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("This is production (PRODUCTION is set): no messages are made up here.")
        environment = Environment.objects.filter(code=options["environment"]).first()
        token = Token.objects.filter(environment=environment).first()
        if environment is None or token is None:
            raise CommandError("There is no such environment with a token; manage.py seed_demo makes one.")
        started = time.monotonic()
        fill(environment, token, options["messages"])
        self.stdout.write(f"{options['messages']} messages in {time.monotonic() - started:.0f} s")


def fill(environment: Environment, token: Token, total: int) -> None:
    """Add messages, oldest first, and let the database learn how many there are now."""
    values = _values(environment, token, total)
    for first in range(1, total + 1, CHUNK):
        _fill_chunk({**values, "first": first, "last": min(first + CHUNK - 1, total)})
    with connection.cursor() as cursor:
        # The lists read from indexes alone only where the visibility map says that they may.
        for table in ("message", "messagecontent", "messageevent", "messagereading"):
            cursor.execute(f"VACUUM ANALYZE messaging_{table}")


def _values(environment: Environment, token: Token, total: int) -> dict[str, Any]:
    message_type = environment.message_types.get(code=MessageKind.BTW)
    step = entry_step(message_type)
    return {
        "environment": environment.pk,
        "token": token.pk,
        "sender": token.customer_environment,
        "type": message_type.pk,
        "organisations": [*environment.organisations.values_list("pk", flat=True)],
        "version": step.version_id if step else None,
        "step": step.pk if step else None,
        "content": CONTENT,
        "digest": hashlib.sha256(CONTENT).digest(),
        "size": len(CONTENT),
        "run": format(time.time_ns(), "x"),
        "total": total,
        "seconds": YEARS * 365 * 24 * 3600,
    }


@transaction.atomic
def _fill_chunk(values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        try:
            cursor.execute("SET LOCAL session_replication_role = replica")
        except DatabaseError as error:
            raise CommandError("Only a superuser of the database may do this.") from error
        cursor.execute(_ROWS, values)
        for statement in (_MESSAGES, _CONTENTS, _EVENTS, _READINGS):
            cursor.execute(statement, values)
