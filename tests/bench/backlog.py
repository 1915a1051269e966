"""Lay messages before the workers of a portal that runs, and ring: `N` registered ones, or `N URL` approved ones.

The database makes them in one statement, each with its content and its event, all triggers on.
"""

from __future__ import annotations

import sys
from typing import Any

import django

_FILL = """
    WITH message AS (
        INSERT INTO messaging_message
            (id, environment_id, token_id, message_type_id, external_message_id, sender_environment, source_address,
             content_digest, content_size, status, attempts)
        SELECT uuidv7(), %(environment)s, %(token)s, %(type)s, 'BACKLOG-' || uuidv4(), 'O67890AA', '127.0.0.1',
               sha256(%(content)s), length(%(content)s), %(status)s, 0
        FROM generate_series(1, %(count)s)
        RETURNING id, content_digest
    ), content AS (
        INSERT INTO messaging_messagecontent (message_id, content) SELECT id, %(content)s FROM message
    )
    INSERT INTO messaging_messageevent (message_id, kind, to_status, at, actor_name, note, content_digest)
    SELECT id, 'status', %(status)s, CURRENT_TIMESTAMP, 'bench', '',
           CASE WHEN %(status)s = 50 THEN content_digest END
    FROM message
"""


def main() -> None:
    """Fill and ring."""
    django.setup()
    from django.db import connection  # after setup, as everything below

    from connectors.models import Environment, Token
    from messaging.actions.channels import create_channel
    from messaging.kinds import MessageKind
    from messaging.models import DeliveryChannel
    from messaging.wakeup import ring, ring_delivery
    from portal.audit import acting_as
    from portal.demo.environments import READY
    from portal.models import User
    from tests.bench.requests import OPEN_TYPE, document

    count, *url = sys.argv[1:]
    environment = Environment.objects.get(code=READY)
    message_type = environment.message_types.get(code=MessageKind(OPEN_TYPE))
    token = Token.objects.filter(environment=environment, test_address__isnull=True).first()
    assert token
    values: dict[str, Any] = {
        "environment": environment.pk,
        "token": token.pk,
        "type": message_type.pk,
        "content": document().encode(),
        "status": 50 if url else 10,
        "count": int(count),
    }
    if url:
        DeliveryChannel.objects.filter(environment=environment).delete()
        with acting_as("benchmark"):
            create_channel(
                environment=environment,
                name="bench",
                kind=DeliveryChannel.Kind.WEBHOOK,
                url=url[0],
                message_types=[message_type],
                acting_user=User.objects.get(username="beheerder"),
            )
    with connection.cursor() as cursor:
        cursor.execute(_FILL, values)
        cursor.execute("ANALYZE messaging_message")
    ring_delivery() if url else ring()


if __name__ == "__main__":
    main()
