"""Writing the communication log."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection

from connectors.causes import Cause
from connectors.fields import display_network
from connectors.throttling import origin_of
from messaging.models import LogEntry, Message
from portal.formats import printable
from portal.group_commit import GroupCommit
from portal.network import parse_address
from portal.postgresql.raw import execute_each

_REPEAT_SECONDS = 60
# Equal refusals within the same minute raise the counter of the first; all get its reference. `repeats`: how many equal
# ones this row stands for. What is refused again was not solved.
_INSERT = """
    INSERT INTO messaging_logentry AS entry
        (reference, at, cause, door, method, environment_id, app_connector_id, token_id, token_hint, address, proxies,
         client, sender_environment, message_type, external_message_id, message_id, evidence, repeats, last_seen_at,
         repeat_key, keep_until, resolution)
    VALUES
        (%(reference)s, CURRENT_TIMESTAMP, %(cause)s, %(door)s, %(method)s, %(environment_id)s, %(app_connector_id)s,
         %(token_id)s, %(token_hint)s, %(address)s, %(proxies)s, %(client)s, %(sender_environment)s, %(message_type)s,
         %(external_message_id)s, %(message_id)s, %(evidence)s, %(repeats)s, CURRENT_TIMESTAMP, %(repeat_key)s,
         %(keep_until)s, '')
    ON CONFLICT (repeat_key) DO UPDATE
        SET repeats = entry.repeats + EXCLUDED.repeats, last_seen_at = CURRENT_TIMESTAMP,
            resolved_at = NULL, resolved_by_id = NULL, resolution = ''
    RETURNING reference"""
# To count on an entry that is on the disk for certain nobody waits for the disk, nor for a row that somebody else holds
# meanwhile. The count is committed, but PostgreSQL may take up to 0.6 s to write it out: a crash of the database itself
# in that time costs some repetitions, never an entry. No killed process of ours costs anything.
_COUNT = _INSERT + ", set_config('synchronous_commit', 'off', true)"
# Repeat keys of entries that are on the disk for certain. A key holds for a minute, so old ones may be forgotten.
_on_disk: set[bytes] = set()
_REMEMBER_MOST = 10_000

# Of the form of `evidence`; entries from before it have what was observed and allowed only.
DECISION_VERSION = 2
_LONGEST_EVIDENCE = 500  # characters of one text

_LONGEST = {field.name: field.max_length or 0 for field in LogEntry._meta.concrete_fields}


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What was known of a call when it was refused. Text from callers is bounded and cleaned here."""

    door: LogEntry.Door
    method: str = ""
    address: str | None = None
    proxies: str = ""
    client: str = ""
    sender_environment: str = ""
    message_type: str = ""
    external_message_id: str = ""
    environment_id: int | None = None
    app_connector_id: int | None = None
    token_id: int | None = None
    token_hint: str = ""
    message_id: UUID | None = None

    @classmethod
    def of_message(cls, message: Message, door: LogEntry.Door, *, address: str | None = None) -> Circumstances:
        """Return what is known when a stored message is refused; its type and token are needed with it."""
        return cls(
            door=door,
            address=address,
            sender_environment=message.sender_environment,
            message_type=message.message_type.code,
            external_message_id=message.external_message_id,
            environment_id=message.environment_id,
            app_connector_id=message.token.app_connector_id,
            token_id=message.token_id,
            token_hint=message.token.hint,
            message_id=message.pk,
        )

    def row(self) -> dict[str, Any]:
        return {
            name: printable(value, _LONGEST[name]) if isinstance(value, str) else value
            for name, value in vars(self).items()
        }


def record_refusal(cause: Cause, circumstances: Circumstances, evidence: dict[str, Any] | None = None) -> UUID:
    """Write a refusal or failure into the communication log and return its log reference.

    Outside a transaction the entry is committed when this returns, so a gateway that answers afterwards never names
    a reference that does not exist.
    """
    row = circumstances.row()
    now = datetime.now(UTC)
    row |= {
        "reference": uuid4(),
        "cause": cause.code,
        "door": circumstances.door.value,
        "evidence": json.dumps(_decision(cause, evidence or {}), default=display_network),
        "repeat_key": _repeat_key(cause, row, now),
        "keep_until": (now + timedelta(days=settings.LOG_RETENTION_DAYS)).date(),
    }
    return _together.add(row)


def _write(rows: list[dict[str, Any]]) -> list[UUID]:
    """Write entries in one commit, equal ones as one; return the reference of each."""
    kinds = [row["repeat_key"] or row["reference"].bytes for row in rows]
    counts = Counter(kinds)
    first_of = dict(reversed([*zip(kinds, rows, strict=True)]))
    # In one order in every process, so that no two wait for each other's counters crosswise.
    in_order = sorted(first_of)
    statement = _COUNT if _on_disk.issuperset(in_order) else _INSERT
    written = execute_each(statement, [first_of[kind] | {"repeats": counts[kind]} for kind in in_order])
    if statement is _INSERT and not connection.in_atomic_block:
        _remember(in_order)
    references = {kind: answer[0] for kind, answer in zip(in_order, written, strict=True)}
    return [references[kind] for kind in kinds]


def _remember(kinds: list[bytes]) -> None:
    if len(_on_disk) > _REMEMBER_MOST:
        _on_disk.clear()
    _on_disk.update(kinds)


_together = GroupCommit(_write)


def _decision(cause: Cause, evidence: dict[str, Any]) -> dict[str, Any]:
    """Return the record of a decision: by which rule, what was observed, what would have passed, who mends it, and how.

    The names are those of the enums of `connectors.explanations`, so that a record still reads when a cause is gone.
    """
    explanation = cause.value
    condition = explanation.condition
    record: dict[str, Any] = _printable_evidence(evidence)
    return record | {
        "version": DECISION_VERSION,
        "rule": condition.name.lower() if condition else "request",
        "owner": explanation.owner.name.lower(),
        "fix": explanation.fix.name.lower(),
    }


def _repeat_key(cause: Cause, row: dict[str, Any], now: datetime) -> bytes | None:
    """Return what equal refusals within one minute share; failures of a stored message are never equal.

    Of a caller without a known token everything but the address is its own invention and may differ in every call:
    one address makes one entry per cause and minute, which keeps the circumstances of the first call.
    """
    if row["message_id"]:
        return None
    same: list[Any] = sorted(row.items())
    if row["token_id"] is None and row["address"]:
        same = [origin_of(parse_address(row["address"]))]
    minute = int(now.timestamp()) // _REPEAT_SECONDS
    return hashlib.sha256(repr((cause.code, minute, same)).encode()).digest()


def _printable_evidence(evidence: Any) -> Any:
    """Make text in evidence fit for the log, at any depth; the database refuses NUL and half characters."""
    if isinstance(evidence, str):
        return printable(evidence, _LONGEST_EVIDENCE)
    if isinstance(evidence, dict):
        return {name: _printable_evidence(value) for name, value in evidence.items()}
    return [_printable_evidence(value) for value in evidence] if isinstance(evidence, list) else evidence
