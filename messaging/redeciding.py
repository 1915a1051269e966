"""A recorded refusal, decided again by the one door: under today's configuration, or under one that is only thought of.

Nothing is sent and nothing is written. The content of a refused call is not kept, so what is decided is whether the
call would come as far as its content.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from connectors.authentication import Call, Grant, Refused, decide, load_grants
from connectors.causes import Cause
from connectors.models import Connector
from messaging.models import LogEntry
from portal.network import parse_address

UPLOAD = "UploadMessage"
# What every credential may ask, whatever stands on the list of its app connector (messaging.gateway.rest_view).
_ASKED_BY_ANYONE = frozenset({"profitversion", "metainfo", "connectors"})

# The causes that `decide` knows, in the order in which it looks for them.
AT_THE_DOOR = (
    Cause.TOKEN_DELETED,
    Cause.TOKEN_EXPIRED,
    Cause.USER_BLOCKED,
    Cause.CONNECTOR_BLOCKED,
    Cause.USER_NOT_IN_GROUP,
    Cause.CONNECTOR_NOT_GRANTED,
    Cause.ADDRESS_RESTRICTED,
    Cause.ADDRESS_NOT_ALLOWLISTED,
    Cause.ENVIRONMENT_MALFORMED,
    Cause.OTHER_CUSTOMER_ENVIRONMENT,
    Cause.MESSAGE_TYPE_UNKNOWN,
    Cause.MESSAGE_TYPE_BLOCKED,
)
_CODES = {cause.code: place for place, cause in enumerate(AT_THE_DOOR)}


def can_be_decided(entry: LogEntry) -> bool:
    """Tell whether enough is known of a call to decide it again: a token that exists here, and an address."""
    at_the_gateway = entry.door in {LogEntry.Door.SOAP, LogEntry.Door.REST}
    return at_the_gateway and entry.token_id is not None and bool(entry.address)


def call_of(entry: LogEntry) -> Call:
    """Return what the recorded call asked for. Raises `NetworkError` for an entry without an address."""
    return Call(
        address=parse_address(entry.address or ""),
        customer_environment=entry.sender_environment,
        message_type=entry.message_type.strip().upper() if entry.method == UPLOAD else None,
        connector=None if entry.method in _ASKED_BY_ANYONE else Connector.COMM_SVC,
    )


def refusal_under(grant: Grant, call: Call) -> Refused | None:
    """Return how the door would refuse this call; None when it would let it in.

    The token of a test ends with its test. That is no cause to be mended: what counts is whether a new test gets in.
    """
    if grant.test_address is not None:
        grant = replace(grant, deleted=False, expires_at=None)
    try:
        decide(grant, call)
    except Refused as refused:
        return refused
    return None


def is_mended(cause: str, refused: Refused | None) -> bool:
    """Tell whether the condition that failed then is met now: the call passes it, or only stops at a later one."""
    if cause not in _CODES:
        return False
    return refused is None or _CODES[refused.cause.code] > _CODES[cause]


def mended_among(entries: Collection[LogEntry]) -> list[LogEntry]:
    """Return those of these refusals whose condition is met now; one query, however many there are."""
    asked = [entry for entry in entries if entry.cause in _CODES and can_be_decided(entry)]
    grants = load_grants({entry.token_id for entry in asked if entry.token_id})
    return [entry for entry in asked if _is_mended_by(grants, entry)]


def _is_mended_by(grants: Mapping[int, Grant], entry: LogEntry) -> bool:
    grant = grants.get(entry.token_id or 0)
    return grant is not None and is_mended(entry.cause, refusal_under(grant, call_of(entry)))
