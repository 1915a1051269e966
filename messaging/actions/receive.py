"""Taking a message in: stored for certain, with its content and its event, in one statement and one commit.

The only path that uses SQL by hand for speed (DESIGN 5): the ORM took three times as long.
"""

from __future__ import annotations

import hashlib
import re
from uuid import UUID

import psycopg
from django.db import connection

from connectors.authentication import Call, Grant, Refused
from connectors.causes import Cause
from messaging.models.messages import new_message_id

LONGEST_EXTERNAL_ID = 200
# JSON can carry them, but no answer over SOAP could name such an id.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

_STORE = """
    WITH message AS (
        INSERT INTO messaging_message
            (id, environment_id, token_id, message_type_id, external_message_id, sender_environment, source_address,
             content_digest, content_size, pdf_digest, received_at, status, status_changed_at, attempts)
        VALUES
            (%(id)s, %(environment)s, %(token)s, %(message_type)s, %(external_id)s, %(sender)s, %(address)s,
             %(digest)b, %(size)s, %(pdf_digest)b, CURRENT_TIMESTAMP, 10, CURRENT_TIMESTAMP, 0)
        ON CONFLICT (token_id, external_message_id) DO NOTHING
        RETURNING id
    ), content AS (
        INSERT INTO messaging_messagecontent (message_id, content, pdf)
        SELECT id, %(content)b, %(pdf)b FROM message
    ), event AS (
        INSERT INTO messaging_messageevent (message_id, kind, to_status, at, actor_name, note)
        SELECT id, 'status', 10, CURRENT_TIMESTAMP, %(actor)s, '' FROM message
    )
    SELECT id FROM message
"""

_STORED_BEFORE = """
    SELECT id, content_digest = %(digest)b AND pdf_digest IS NOT DISTINCT FROM %(pdf_digest)b::bytea
               AND message_type_id = %(message_type)s
    FROM messaging_message WHERE token_id = %(token)s AND external_message_id = %(external_id)s
"""


def receive_message(*, grant: Grant, call: Call, external_id: str, content: bytes, pdf: bytes | None) -> UUID:
    """Store a message that may be sent (see `connectors.authentication.decide`) and return its id.

    The same external id with the same content answers the same id and stores nothing; with other content it is
    `Refused`. Of two equal calls at the same moment one stores and both get its id.
    """
    if not 0 < len(external_id) <= LONGEST_EXTERNAL_ID or external_id.isspace() or _NOT_IN_XML.search(external_id):
        raise Refused(Cause.EXTERNAL_ID_MISSING, grant=grant, evidence={"observed": len(external_id)})
    message_id = new_message_id()
    row = {
        "id": message_id,
        "environment": grant.environment_id,
        "token": grant.token_id,
        "message_type": grant.message_types[call.message_type or ""].pk,
        "external_id": external_id,
        "sender": call.customer_environment or grant.customer_environment,
        "address": str(call.address),
        "digest": hashlib.sha256(content).digest(),
        "size": len(content),
        "pdf_digest": hashlib.sha256(pdf).digest() if pdf else None,
        "content": content,
        "pdf": pdf,
        "actor": grant.user_name,
    }
    connection.ensure_connection()
    # Django's own cursor would write the content into the statement as text; psycopg's sends the bytes as they are.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        stored = cursor.execute(_STORE, row).fetchone()
        if stored is not None:
            return message_id
        found, same = cursor.execute(_STORED_BEFORE, row).fetchone() or (None, False)
    if found is None or not same:
        raise Refused(Cause.EXTERNAL_ID_CONFLICT, grant=grant, evidence={"observed": external_id})
    return UUID(str(found))
