"""What using a token leaves behind: the customer environment that it belongs to, and when it was used."""

from __future__ import annotations

import time

from django.db import connection, transaction

from connectors.authentication import Call, Grant, Refused
from connectors.causes import Cause
from connectors.models import Token
from portal.audit import acting_as
from portal.formats import printable

_WRITE_EVERY = 60  # seconds, per process: a busy token would otherwise be rewritten with every call
_written: dict[int, float] = {}


def bind_token(grant: Grant, call: Call) -> None:
    """Bind a token without a customer environment to the first that it is used with (DOMAIN 1b).

    Raises `Refused` when another environment was first a moment ago.
    """
    if grant.customer_environment or not call.customer_environment:
        return
    with acting_as(grant.user_name, address=str(call.address)), transaction.atomic():
        token = Token.objects.select_for_update().get(pk=grant.token_id)
        if not token.customer_environment:
            token.customer_environment = call.customer_environment
            token.save(update_fields=["customer_environment"])
    if token.customer_environment != call.customer_environment:
        evidence = {"observed": call.customer_environment, "allowed": [token.customer_environment]}
        raise Refused(Cause.OTHER_CUSTOMER_ENVIRONMENT, grant=grant, evidence=evidence)


def note_token_use(grant: Grant, call: Call) -> None:
    """Write when, from where and with which program a token was last used, at most once a minute."""
    now = time.monotonic()
    if now - _written.get(grant.token_id, -_WRITE_EVERY) < _WRITE_EVERY:
        return
    _written[grant.token_id] = now
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE connectors_token SET last_used_at = CURRENT_TIMESTAMP, last_used_address = %s,"
            " last_used_client = %s WHERE id = %s",
            [str(call.address), printable(call.client, 200), grant.token_id],
        )
