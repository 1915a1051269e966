"""Taking a message in: stored for certain, with its content and its event, in one statement and one commit.

The only path that uses SQL by hand for speed (DESIGN 5): the ORM took three times as long. Messages that come in at
the same moment share the statement and the commit, which takes less than half of the work.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any
from uuid import UUID

from connectors.authentication import Call, Grant, Refused
from connectors.causes import Cause
from messaging.models.messages import new_message_id
from portal.group_commit import GroupCommit
from portal.postgresql.raw import raw_cursor

Row = dict[str, Any]

_SMALL = 256 * 1024  # bytes; a larger document goes alone, so that no other message has to wait for it
LONGEST_EXTERNAL_ID = 200
# JSON can carry them, but no answer over SOAP could name such an id.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

_STORE = """
    WITH incoming AS (
        SELECT * FROM unnest(
            %(id)b::uuid[], %(environment_id)b::bigint[], %(token_id)b::bigint[], %(message_type_id)b::bigint[],
            %(external_message_id)b::text[], %(sender_environment)b::text[], %(source_address)b::inet[],
            %(content_digest)b::bytea[], %(content_size)b::int[], %(pdf_digest)b::bytea[], %(content)b::bytea[],
            %(pdf)b::bytea[], %(actor_name)b::text[]
        ) AS row (
            id, environment_id, token_id, message_type_id, external_message_id, sender_environment, source_address,
            content_digest, content_size, pdf_digest, content, pdf, actor_name
        )
    ), message AS (
        INSERT INTO messaging_message
            (id, environment_id, token_id, message_type_id, external_message_id, sender_environment, source_address,
             content_digest, content_size, pdf_digest, received_at, status, status_changed_at, attempts)
        SELECT id, environment_id, token_id, message_type_id, external_message_id, sender_environment, source_address,
               content_digest, content_size, pdf_digest, CURRENT_TIMESTAMP, 10, CURRENT_TIMESTAMP, 0
        FROM incoming
        ON CONFLICT (token_id, external_message_id) DO NOTHING
        RETURNING id
    ), content AS (
        INSERT INTO messaging_messagecontent (message_id, content, pdf)
        SELECT id, content, pdf FROM message JOIN incoming USING (id)
    ), event AS (
        INSERT INTO messaging_messageevent (message_id, kind, to_status, at, actor_name, note)
        SELECT id, 'status', 10, CURRENT_TIMESTAMP, actor_name, '' FROM message JOIN incoming USING (id)
    )
    SELECT id FROM message
"""

_STORED_BEFORE = """
    SELECT id, content_digest = %(content_digest)b AND pdf_digest IS NOT DISTINCT FROM %(pdf_digest)b::bytea
               AND message_type_id = %(message_type_id)s
    FROM messaging_message WHERE token_id = %(token_id)s AND external_message_id = %(external_message_id)s
"""


def receive_message(*, grant: Grant, call: Call, external_id: str, content: bytes, pdf: bytes | None) -> UUID:
    """Store a message that may be sent (see `connectors.authentication.decide`) and return its id.

    The same external id with the same content answers the same id and stores nothing; with other content it is
    `Refused`. Of two equal calls at the same moment one stores and both get its id.
    """
    if not 0 < len(external_id) <= LONGEST_EXTERNAL_ID or external_id.isspace() or _NOT_IN_XML.search(external_id):
        evidence = {"observed": len(external_id), "allowed": LONGEST_EXTERNAL_ID, "unit": "characters"}
        raise Refused(Cause.EXTERNAL_ID_MISSING, grant=grant, evidence=evidence)
    message_id = new_message_id()
    row = {
        "id": message_id,
        "environment_id": grant.environment_id,
        "token_id": grant.token_id,
        "message_type_id": grant.message_types[call.message_type or ""].pk,
        "external_message_id": external_id,
        "sender_environment": call.customer_environment or grant.customer_environment,
        "source_address": str(call.address),
        "content_digest": hashlib.sha256(content).digest(),
        "content_size": len(content),
        "pdf_digest": hashlib.sha256(pdf).digest() if pdf else None,
        "content": content,
        "pdf": pdf,
        "actor_name": grant.user_name,
    }
    is_small = len(content) + len(pdf or b"") <= _SMALL
    if _together.add(row) if is_small else _store([row])[0]:
        return message_id
    with raw_cursor() as cursor:
        found, same = cursor.execute(_STORED_BEFORE, row).fetchone() or (None, False)
    if found is None or not same:
        raise Refused(Cause.EXTERNAL_ID_CONFLICT, grant=grant, evidence={"observed": external_id})
    return UUID(str(found))


def _store(rows: list[Row]) -> list[bool]:
    """Store messages in one commit; tell of each whether it is new."""
    # In one order in every process, so that no two wait for each other's external ids crosswise.
    in_order = sorted(rows, key=lambda row: (row["token_id"], row["external_message_id"]))
    with raw_cursor() as cursor:
        cursor.execute(_STORE, {name: [row[name] for row in in_order] for name in rows[0]})
        stored = {message_id for (message_id,) in cursor}
    return [row["id"] in stored for row in rows]


_together = GroupCommit(_store)
