"""The one door: who calls, and may this caller send this? Nothing else reads tokens from calls.

A credential is looked up once and remembered for at most `GATEWAY_GRANT_SECONDS`; then `decide` goes through the
conditions in the order of DOMAIN 1b, 1c and 3, and the first that fails is the cause. A second kind of credential
(DOMAIN 6: OAuth 2.0) becomes a second way to a `Grant`; the decision stays.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import connection

from connectors import tokens
from connectors.causes import Cause
from connectors.explanations import Condition
from connectors.fields import display_network
from connectors.models import ENVIRONMENT_CODE, CommunicationProfile, Connector
from portal.network import Address, Network, covers, parse_address, parse_network, permitted


@dataclass(frozen=True)
class OpenType:
    """A message type of the environment as the decision needs it."""

    pk: int
    blocked: bool


@dataclass(frozen=True)
class Grant:
    """Everything that is known about a credential, whether or not it may be used."""

    token_id: int
    hint: str
    environment_id: int
    environment_code: str
    app_connector_id: int
    user_name: str
    customer_environment: str
    deleted: bool
    expires_at: datetime | None
    user_active: bool
    connector_blocked: bool
    in_group: bool
    connectors: frozenset[str]
    allowed: tuple[Network, ...]
    excluded: tuple[Network, ...]
    allowlist: tuple[Network, ...]
    message_types: Mapping[str, OpenType]
    # Of the one-time token of a test message: the address as from which its call is judged.
    test_address: Address | None = None


@dataclass(frozen=True)
class Call:
    """What a caller asks for, as far as the decision needs it. Empty fields were not stated.

    `connector` None: what every credential may ask, whatever is on the list of its app connector.
    """

    address: Address
    customer_environment: str = ""
    message_type: str | None = None
    connector: str | None = Connector.COMM_SVC
    client: str = ""


class Refused(Exception):
    """The call is refused. Carries what the communication log needs: cause, grant if known, and the evidence."""

    def __init__(
        self, cause: Cause, *, grant: Grant | None = None, hint: str = "", evidence: dict[str, Any] | None = None
    ) -> None:
        super().__init__(cause.code)
        self.cause = cause
        self.grant = grant
        self.hint = grant.hint if grant else hint
        self.evidence = evidence or {}


# One indexed look-up brings everything together: the token by its unique digest, the rest by key from there. It
# reads the table of message types though that belongs to the app above: a second look-up would cost every call.
_GRANT = """
    SELECT t.id AS token_id, t.hint, t.environment_id, e.code AS environment_code, t.app_connector_id,
           u.username AS user_name, t.customer_environment, t.deleted_at IS NOT NULL AS deleted, t.expires_at,
           host(t.test_address) AS test_address,
           u.is_active AS user_active, a.blocked AS connector_blocked,
           EXISTS (SELECT FROM connectors_groupmember m
                   WHERE m.group_id = a.group_id AND m.user_id = t.user_id) AS in_group,
           ARRAY (SELECT g.connector FROM connectors_connectorgrant g WHERE g.app_connector_id = a.id) AS connectors,
           ARRAY (SELECT r.network::text FROM connectors_iprule r
                  WHERE r.app_connector_id = a.id AND r.action = 'allow') AS allowed,
           ARRAY (SELECT r.network::text FROM connectors_iprule r
                  WHERE r.app_connector_id = a.id AND r.action = 'exclude') AS excluded,
           ARRAY (SELECT l.network::text FROM connectors_allowlistentry l
                  WHERE l.participant_number = e.participant_number AND l.profile = %(profile)s
                    AND l.revoked_at IS NULL AND (l.expires_at IS NULL OR l.expires_at > now())) AS allowlist,
           ARRAY (SELECT y.code || ' ' || y.id || ' ' || y.blocked::int FROM messaging_messagetype y
                  WHERE y.environment_id = e.id) AS message_types
    FROM connectors_token t
    JOIN connectors_appconnector a ON a.id = t.app_connector_id
    JOIN connectors_environment e ON e.id = t.environment_id
    JOIN portal_user u ON u.id = t.user_id
"""
_BY_DIGEST = _GRANT + "WHERE t.digest = %(digest)s"
_BY_ID = _GRANT + "WHERE t.id = ANY(%(tokens)s)"

# By a token's digest: until when (monotonic clock) its grant holds; None of a token that does not exist.
_remembered: dict[bytes, tuple[float, Grant | None]] = {}
# What some caller is looking up again ahead of time.
_renewing: set[bytes] = set()
_remember_lock = Lock()
_REMEMBER_MOST = 10_000  # grants; past that all are forgotten, which costs one look-up each


def read_credential(*, authorization: str, token_text: str) -> str:
    """Return the data of the token that a call shows: in the `Authorization` header, else in its own field.

    Raises `Refused` when there is none, or something that is no token. Legacy user names and passwords never count.
    """
    try:
        data = tokens.read_header(authorization) if authorization else None
        if data is None and token_text.strip():
            data = tokens.read_text(token_text)
    except tokens.TokenError as error:
        evidence = {"observed": error.digits, "allowed": tokens.DIGITS, "unit": "digits"}
        raise Refused(Cause.TOKEN_MALFORMED, evidence=evidence) from None
    if data is None:
        raise Refused(Cause.TOKEN_MISSING)
    return data


def find_grant(data: str) -> Grant:
    """Return what is known about the token with this data. Raises `Refused` when there is no such token."""
    digest = tokens.digest(data)
    now = time.monotonic()
    until, grant = _remembered.get(digest, (now, None))
    left = until - now
    if left <= 0 or (left <= settings.GATEWAY_GRANT_SECONDS / 2 and _may_renew(digest)):
        grant = _look_up(digest, now)
    if grant is None:
        raise Refused(Cause.TOKEN_UNKNOWN, hint=tokens.hint(data))
    return grant


def _look_up(digest: bytes, now: float) -> Grant | None:
    """Look a grant up and remember it from `now` on."""
    try:
        grant = _load_grant(digest)
    finally:
        _renewing.discard(digest)
    with _remember_lock:
        if len(_remembered) >= _REMEMBER_MOST:
            _remembered.clear()
        _remembered[digest] = (now + settings.GATEWAY_GRANT_SECONDS, grant)
    return grant


def _may_renew(digest: bytes) -> bool:
    """Let one caller look a grant up ahead of time, so that a busy token never makes all its callers wait at once."""
    with _remember_lock:
        if digest in _renewing:
            return False
        _renewing.add(digest)
        return True


def forget_grants() -> None:
    """Forget what this process remembers, so that the next call sees the database as it is."""
    with _remember_lock:
        _remembered.clear()


def decide(grant: Grant, call: Call) -> None:
    """Go through the conditions in order and raise `Refused` at the first that fails.

    `call.message_type` None leaves out the condition on the message type: not every method names one.
    """
    _check_credential(grant)
    if call.connector is not None and call.connector not in grant.connectors:
        evidence = {"observed": call.connector, "allowed": sorted(grant.connectors)}
        raise Refused(Cause.CONNECTOR_NOT_GRANTED, grant=grant, evidence=evidence)
    _check_address(grant, call.address)
    _check_customer_environment(grant, call.customer_environment)
    if call.message_type is not None:
        _check_message_type(grant, call.message_type)


def passed_conditions(cause: Cause) -> list[Condition]:
    """Return the conditions that were met before `cause` stopped the call, in the order of checking."""
    if cause.value.condition is None:
        return []
    order = list(Condition)
    return order[: order.index(cause.value.condition)]


def _check_credential(grant: Grant) -> None:
    if grant.deleted:
        raise Refused(Cause.TOKEN_DELETED, grant=grant, evidence={"observed": f"…{grant.hint}"})
    if grant.expires_at is not None and grant.expires_at <= datetime.now(UTC):
        evidence = {"observed": grant.expires_at.isoformat(), "unit": "moment"}
        raise Refused(Cause.TOKEN_EXPIRED, grant=grant, evidence=evidence)
    if not grant.user_active:
        raise Refused(Cause.USER_BLOCKED, grant=grant, evidence={"observed": grant.user_name})
    if grant.connector_blocked:
        raise Refused(Cause.CONNECTOR_BLOCKED, grant=grant)
    if not grant.in_group:
        raise Refused(Cause.USER_NOT_IN_GROUP, grant=grant, evidence={"observed": grant.user_name})


def _check_address(grant: Grant, address: Address) -> None:
    if not permitted(address, allowed=grant.allowed, excluded=grant.excluded):
        evidence = {
            "observed": str(address),
            "allowed": [display_network(network) for network in grant.allowed],
            "excluded": [display_network(network) for network in grant.excluded],
        }
        raise Refused(Cause.ADDRESS_RESTRICTED, grant=grant, evidence=evidence)
    if not any(covers(network, address) for network in grant.allowlist):
        evidence = {
            "observed": str(address),
            "allowed": [display_network(network) for network in grant.allowlist],
        }
        raise Refused(Cause.ADDRESS_NOT_ALLOWLISTED, grant=grant, evidence=evidence)


def _check_customer_environment(grant: Grant, stated: str) -> None:
    """One token, one customer environment; a caller that states none counts as the one that the token is for."""
    if stated and not re.fullmatch(ENVIRONMENT_CODE, stated, re.ASCII):
        raise Refused(Cause.ENVIRONMENT_MALFORMED, grant=grant, evidence={"observed": stated[:40]})
    if stated and grant.customer_environment and stated != grant.customer_environment:
        evidence = {"observed": stated, "allowed": [grant.customer_environment]}
        raise Refused(Cause.OTHER_CUSTOMER_ENVIRONMENT, grant=grant, evidence=evidence)


def _check_message_type(grant: Grant, code: str) -> None:
    found = grant.message_types.get(code)
    if found is None:
        evidence = {"observed": code[:40], "allowed": sorted(grant.message_types)}
        raise Refused(Cause.MESSAGE_TYPE_UNKNOWN, grant=grant, evidence=evidence)
    if found.blocked:
        opened = sorted(code for code, kind in grant.message_types.items() if not kind.blocked)
        raise Refused(Cause.MESSAGE_TYPE_BLOCKED, grant=grant, evidence={"observed": code, "allowed": opened})


def _load_grant(digest: bytes) -> Grant | None:
    with connection.cursor() as cursor:
        # Planning the whole look-up takes longer than storing a message; whoever guesses tokens does not get that far.
        cursor.execute("SELECT FROM connectors_token WHERE digest = %s", [digest])
        if not cursor.rowcount:
            return None
        cursor.execute(_BY_DIGEST, {"digest": digest, "profile": CommunicationProfile.ACCOUNTANT.value})
        row = cursor.fetchone()
        columns = [column.name for column in cursor.description or ()]
    return None if row is None else _grant_of(columns, row)


def load_grants(token_ids: Collection[int]) -> dict[int, Grant]:
    """Return what is known now about these tokens, by their ids, in one query; deleted ones too."""
    if not token_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_BY_ID, {"tokens": [*token_ids], "profile": CommunicationProfile.ACCOUNTANT.value})
        columns = [column.name for column in cursor.description or ()]
        grants = [_grant_of(columns, row) for row in cursor.fetchall()]
    return {grant.token_id: grant for grant in grants}


def _grant_of(columns: list[str], row: tuple[Any, ...]) -> Grant:
    found = dict(zip(columns, row, strict=True))
    for name in ("allowed", "excluded", "allowlist"):
        found[name] = tuple(parse_network(network) for network in found[name])
    found["test_address"] = parse_address(found["test_address"]) if found["test_address"] else None
    types = (line.split(" ") for line in found["message_types"])
    found["message_types"] = {code: OpenType(int(pk), blocked == "1") for code, pk, blocked in types}
    found["connectors"] = frozenset(found["connectors"])
    return Grant(**found)
