"""From where tokens are used, gathered from messages and the communication log for the auditor.

Two statements over what came in since the last time. Doing one again changes nothing, so they overlap a little, and
what a lost worker left undone is in the next one.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from connectors.causes import Cause
from connectors.models import ENVIRONMENT_CODE, TokenOrigin

_OVERLAP = timedelta(minutes=10)
_LOOK_BACK = timedelta(days=90)
_KEEP = timedelta(days=365)
# An entry is found by when it was made; equal refusals within a minute are the same entry, seen again.
_SEEN_AGAIN = timedelta(minutes=2)
# Refusals of a token that was shown: an address or a customer environment that it is not for.
_CAUSES = [
    cause.code for cause in (Cause.ADDRESS_RESTRICTED, Cause.ADDRESS_NOT_ALLOWLISTED, Cause.OTHER_CUSTOMER_ENVIRONMENT)
]

_INSERT = """
    INSERT INTO connectors_tokenorigin AS known
        (token_id, network, customer_environment, refused, first_at, last_at)
    SELECT token_id, network(set_masklen(address, CASE family(address) WHEN 4 THEN 24 ELSE 48 END))::cidr,
           CASE WHEN customer ~ %(code)s THEN customer ELSE '' END, %(refused)s, min(at), max(at)
    FROM ({source}) AS seen
    WHERE token_id IS NOT NULL AND address IS NOT NULL
    GROUP BY 1, 2, 3
    ON CONFLICT (token_id, network, customer_environment, refused) DO UPDATE
    SET first_at = least(known.first_at, EXCLUDED.first_at), last_at = greatest(known.last_at, EXCLUDED.last_at)
"""
_MESSAGES = """
    SELECT token_id, source_address AS address, sender_environment AS customer, received_at AS at
    FROM messaging_message WHERE id >= %(first_id)s
"""
_REFUSALS = """
    SELECT token_id, address, sender_environment AS customer, last_seen_at AS at
    FROM messaging_logentry
    WHERE at >= %(made_since)s AND last_seen_at >= %(since)s AND cause = ANY(%(causes)s)
"""


def gather_origins() -> None:
    """Bring what is known of the origins of tokens up to date, and forget what is old."""
    now = timezone.now()
    with connection.cursor() as cursor:
        since = _since(now, refused=False)
        # Ids of messages begin with their time (UUID version 7).
        first_id = uuid.UUID(int=int(since.timestamp() * 1000) << 80)
        told: dict[str, Any] = {"code": ENVIRONMENT_CODE, "refused": False, "first_id": first_id}
        cursor.execute(_INSERT.format(source=_MESSAGES), told)
        since = _since(now, refused=True)
        told = {"code": ENVIRONMENT_CODE, "refused": True, "causes": _CAUSES}
        told |= {"since": since, "made_since": since - _SEEN_AGAIN}
        cursor.execute(_INSERT.format(source=_REFUSALS), told)
    TokenOrigin.objects.filter(last_at__lt=now - _KEEP).delete()


def _since(now: datetime, *, refused: bool) -> datetime:
    newest = TokenOrigin.objects.filter(refused=refused).aggregate(newest=Max("last_at"))["newest"]
    return max(newest - _OVERLAP, now - _LOOK_BACK) if newest else now - _LOOK_BACK
