"""What the gateway's own tables say about addresses: refusals before a decision, the first call that came through.

They belong to the app above and are read by hand here, as the one door does (`connectors.authentication`): set by set,
along an index of the address or the time, and never on a caller's time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from connectors.causes import Cause
from connectors.evidence import Evidence
from connectors.explanations import Condition
from connectors.models import AllowlistEntry, AllowlistRequest, Environment
from portal.network import Network

EVIDENCE_DAYS = 30
# So many log lines of one address are looked at, at most; each stands for all equal refusals within a minute.
_LINES = 5_000
# So many entries may be numbered out of the order of their times.
_ONE_MOMENT = 1_000
# So many messages of an environment are looked through for the first that an approval let in; connectors.tasks goes on.
_MESSAGES = 5_000

_NO_GOOD_TOKEN = [
    cause.code for cause in Cause if cause.value.condition in {Condition.TOKEN, Condition.CONNECTOR, Condition.GROUP}
]

# An index on addresses is used for both ends of a range, not for "lies in".
_IN_RANGE = (
    "{address} BETWEEN network(asked.network)::inet"
    " AND set_masklen(broadcast(asked.network)::inet, CASE family(asked.network) WHEN 4 THEN 32 ELSE 128 END)"
)

_EVIDENCE = f"""
    SELECT asked.id, seen.*
    FROM unnest(%(ids)s::bigint[], %(environments)s::bigint[], %(networks)s::cidr[])
         AS asked(id, environment_id, network)
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(repeats) FILTER (WHERE known AND cause = %(allowlist)s), 0) AS refused,
               coalesce(sum(repeats) FILTER (WHERE known AND cause <> %(allowlist)s), 0) AS others,
               coalesce(sum(repeats) FILTER (WHERE NOT known), 0) AS strangers,
               coalesce(bool_or(known AND cause <> ALL (%(bad_token)s)), false) AS token_valid,
               coalesce(min(at) FILTER (WHERE known), min(at)) AS first,
               coalesce(max(last_seen_at) FILTER (WHERE known), max(last_seen_at)) AS last
        FROM (SELECT l.cause, l.repeats, l.at, l.last_seen_at, l.environment_id IS NOT NULL AS known
              FROM messaging_logentry l LEFT JOIN connectors_token t ON t.id = l.token_id
              WHERE {_IN_RANGE.format(address="l.address")}
                AND (l.environment_id = asked.environment_id
                     OR (l.environment_id IS NULL AND l.cause = %(unknown)s))
                AND t.test_address IS NULL AND l.door <> 'worker'
                -- By key, which grows with the time but for calls of one moment: no index is read further back.
                AND l.id >= (SELECT id FROM messaging_logentry WHERE at > now() - make_interval(days => %(days)s)
                             ORDER BY at, id LIMIT 1) - {_ONE_MOMENT}
              LIMIT {_LINES}) AS lines
    ) AS seen
"""  # noqa: S608  # only constants of this module are put into it

_FIRST_CALLS = f"""
    SELECT DISTINCT ON (asked.id) asked.id, call.at, call.hint
    FROM unnest(%(ids)s::bigint[], %(participants)s::text[], %(networks)s::cidr[], %(since)s::timestamptz[],
                %(first_ids)s::uuid[]) AS asked(id, participant_number, network, since, first_id)
    JOIN connectors_environment e ON e.participant_number = asked.participant_number
    CROSS JOIN LATERAL (
        (SELECT m.received_at AS at, t.hint
         FROM (SELECT id, received_at, source_address, token_id FROM messaging_message
               WHERE environment_id = e.id AND id >= asked.first_id ORDER BY id LIMIT {_MESSAGES}) m
         JOIN connectors_token t ON t.id = m.token_id
         WHERE {_IN_RANGE.format(address="m.source_address")} AND m.received_at >= asked.since
         ORDER BY m.id LIMIT 1)
        UNION ALL
        (SELECT t.last_used_at, t.hint FROM connectors_token t
         WHERE t.environment_id = e.id AND t.last_used_at >= asked.since
           AND {_IN_RANGE.format(address="t.last_used_address")}
         ORDER BY t.last_used_at LIMIT 1)
    ) AS call
    ORDER BY asked.id, call.at
"""  # noqa: S608  # only constants of this module are put into it

_REFUSAL = """
    SELECT l.reference, host(l.address) AS address, l.at, l.cause, coalesce(a.description, '') AS app_connector,
           coalesce(nullif(l.sender_environment, ''), t.customer_environment, '') AS customer_environment, l.client
    FROM messaging_logentry l
    LEFT JOIN connectors_appconnector a ON a.id = l.app_connector_id
    LEFT JOIN connectors_token t ON t.id = l.token_id
    WHERE l.reference = %(reference)s AND l.environment_id = %(environment)s
"""


@dataclass(frozen=True)
class LoggedRefusal:
    """A line of the communication log, as far as an incident can be filled in from it."""

    reference: UUID
    address: str
    at: datetime
    cause: str
    app_connector: str
    customer_environment: str
    client: str


@dataclass(frozen=True)
class FirstCall:
    """The first call that an approval let in, with the last characters of its token."""

    at: datetime
    hint: str


def refusal_of(environment: Environment, reference: UUID) -> LoggedRefusal | None:
    """Return what the communication log of an environment has under a reference, if it has an address."""
    rows = _rows(_REFUSAL, {"reference": reference, "environment": environment.pk})
    return LoggedRefusal(**rows[0]) if rows and rows[0]["address"] else None


def evidence_about(environment: Environment, network: Network) -> Evidence:
    """Return what the gateway saw of a network in the past 30 days, for one environment; test messages are no calls."""
    return _evidence([(0, environment.pk, network)])[0]


def evidence_of(incidents: Sequence[AllowlistRequest]) -> dict[int, Evidence]:
    """Return the same as it is now for each incident, by its key, in one query."""
    return _evidence([(incident.pk, incident.environment_id, incident.network) for incident in incidents])


def first_calls(entries: Sequence[AllowlistEntry]) -> dict[int, FirstCall]:
    """Return for each entry, by its key, the first call since it was made; what never came through is not in it."""
    if not entries:
        return {}
    asked = {
        "ids": [entry.pk for entry in entries],
        "participants": [entry.participant_number for entry in entries],
        "networks": [str(entry.network) for entry in entries],
        "since": [entry.created_at for entry in entries],
        "first_ids": [first_message_id(entry.created_at) for entry in entries],
    }
    return {row["id"]: FirstCall(row["at"], row["hint"]) for row in _rows(_FIRST_CALLS, asked)}


def first_message_id(moment: datetime) -> UUID:
    """Return a key before that of any message received since: keys begin with the time in milliseconds (RFC 9562)."""
    return UUID(int=int(moment.astimezone(UTC).timestamp() * 1000) << 80)


def _evidence(asked: Sequence[tuple[int, int, Network]]) -> dict[int, Evidence]:
    if not asked:
        return {}
    ids, environments, networks = zip(*asked, strict=True)
    parameters = {
        "ids": list(ids),
        "environments": list(environments),
        "networks": [str(network) for network in networks],
        "allowlist": Cause.ADDRESS_NOT_ALLOWLISTED.code,
        "unknown": Cause.TOKEN_UNKNOWN.code,
        "bad_token": _NO_GOOD_TOKEN,
        "days": EVIDENCE_DAYS,
    }
    return {row.pop("id"): Evidence(**row) for row in _rows(_EVIDENCE, parameters)}


def _rows(query: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        columns = [column.name for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
