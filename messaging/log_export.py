"""The communication log as a file: what was found, row by row, for a spreadsheet (CSV) or a program (JSON).

Half of it was written by strangers, so no cell of the CSV is ever read as a formula by a spreadsheet.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from messaging.models import LogEntry
from messaging.models.messages import public_id
from messaging.refusals import cause_in_words
from messaging.solutions import recorded_solution

MOST = 50_000  # rows of one file
_BATCH = 1_000
_BOM = "\ufeff"  # without it a spreadsheet takes UTF-8 for something else
COLUMNS = (
    "log_reference",
    "time",
    "last_seen",
    "times",
    "cause",
    "cause_text",
    "where",
    "method",
    "environment",
    "app_connector",
    "token_hint",
    "address",
    "proxies",
    "client",
    "customer_environment",
    "message_type",
    "external_message_id",
    "message_id",
    "observed",
    "allowed",
    "solved",
    "solved_by",
    "solution",
)
# What makes a spreadsheet calculate; a tab or line end before it does not help it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def as_csv(entries: QuerySet[LogEntry]) -> Iterator[str]:
    """Write entries as lines of CSV with semicolons, the newest first."""
    writer = csv.writer(_Echo(), delimiter=";")
    yield _BOM + writer.writerow(COLUMNS)
    for row in _rows(entries):
        yield writer.writerow([safe_cell(row[name]) for name in COLUMNS])


def as_json(entries: QuerySet[LogEntry]) -> Iterator[str]:
    """Write entries as one JSON list, the newest first."""
    yield "["
    for number, row in enumerate(_rows(entries)):
        yield (",\n" if number else "\n") + json.dumps(row, ensure_ascii=False)
    yield "\n]\n"


def safe_cell(value: Any) -> str:
    """Write a value so that a spreadsheet shows it as text, whoever chose it."""
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _rows(entries: QuerySet[LogEntry]) -> Iterator[dict[str, Any]]:
    """Read entries by key in batches, so that no file holds a cursor or the whole list."""
    entries = entries.select_related("resolved_by").order_by("-pk")
    last, left = None, MOST
    while left:
        batch = list((entries if last is None else entries.filter(pk__lt=last))[: min(_BATCH, left)])
        yield from (_row(entry) for entry in batch)
        if len(batch) < _BATCH:
            return
        last, left = batch[-1].pk, left - len(batch)


def _row(entry: LogEntry) -> dict[str, Any]:
    solution = recorded_solution(entry)
    evidence = entry.evidence if isinstance(entry.evidence, dict) else {}
    return {
        "log_reference": entry.public_reference,
        "time": entry.at.isoformat(),
        "last_seen": entry.last_seen_at.isoformat(),
        "times": entry.repeats,
        "cause": entry.cause,
        "cause_text": cause_in_words(entry),
        "where": entry.door,
        "method": entry.method,
        "environment": entry.environment.code if entry.environment else "",
        "app_connector": str(entry.app_connector or ""),
        "token_hint": entry.token_hint,
        "address": entry.address or "",
        "proxies": entry.proxies,
        "client": entry.client,
        "customer_environment": entry.sender_environment,
        "message_type": entry.message_type,
        "external_message_id": entry.external_message_id,
        "message_id": public_id(entry.message_id) if entry.message_id else "",
        "observed": evidence.get("observed", ""),
        "allowed": evidence.get("allowed", ""),
        "solved": solution.at.isoformat() if solution and solution.at else "",
        "solved_by": solution.by if solution else "",
        "solution": solution.words if solution else "",
    }
