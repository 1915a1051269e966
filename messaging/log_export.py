"""The communication log as a file: what was found, row by row, for a spreadsheet (CSV) or a program (JSON).

Half of it was written by strangers, so no cell of the CSV is ever read as a formula by a spreadsheet.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from django.db.models import QuerySet

from messaging.models import LogEntry
from messaging.models.messages import public_id
from messaging.refusals import cause_text
from messaging.solutions import Solution

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


# What the database tells of each of these columns; the others are words or forms of it.
_FIELDS = {
    "environment": "environment__code",
    "app_connector": "app_connector__description",
    "where": "door",
    "times": "repeats",
    "customer_environment": "sender_environment",
    "observed": "evidence__observed",
    "allowed": "evidence__allowed",
}
_NAMES = ("resolved_by__name", "resolved_by__username")
# The columns that are no values of the database, and the values of which they are made.
_WRITTEN = frozenset({"log_reference", "time", "last_seen", "cause_text", "solved", "solved_by", "solution"})
_READ = ("reference", "at", "last_seen_at", "resolved_at", "resolution", *_NAMES)


def as_csv(entries: QuerySet[LogEntry]) -> Iterator[str]:
    """Write entries as lines of CSV with semicolons, the newest first; many lines at a time."""
    yield _BOM + _lines([COLUMNS])
    for rows in _batches(entries):
        yield _lines([safe_cell(value) for value in row.values()] for row in rows)


def as_json(entries: QuerySet[LogEntry]) -> Iterator[str]:
    """Write entries as one JSON list, the newest first."""
    between = "[\n"
    for rows in _batches(entries):
        yield between + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        between = ",\n"
    yield "[\n]\n" if between == "[\n" else "\n]\n"


def safe_cell(value: Any) -> str:
    """Write a value so that a spreadsheet shows it as text, whoever chose it."""
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if text[:1].isalnum():  # nearly all of them
        return text
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _lines(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(rows)
    return text.getvalue()


def _batches(entries: QuerySet[LogEntry]) -> Iterator[list[dict[str, Any]]]:
    """Read entries by key in batches, so that no file holds a cursor or the whole list.

    Values only: making objects of fifty thousand rows and their relations takes longer than all the rest.
    """
    words = _Words()
    columns = [_FIELDS.get(name, name) for name in COLUMNS if name not in _WRITTEN]
    found = entries.order_by("-pk")
    last, left = None, MOST
    while left:
        rows = found if last is None else found.filter(pk__lt=last)
        batch = list(rows.values("pk", *_READ, *columns)[: min(_BATCH, left)])
        if batch:
            yield [_row(values, words) for values in batch]
        if len(batch) < _BATCH:
            return
        last, left = batch[-1]["pk"], left - len(batch)


class _Words:
    """The words for causes and solutions, of which there are few, looked up once per file."""

    def __init__(self) -> None:
        self.cause = cache(cause_text)
        self.solution = cache(lambda way: Solution(way).words)


def _row(values: dict[str, Any], words: _Words) -> dict[str, Any]:
    """Put the values of an entry into the columns of the file."""
    solved = values["resolved_at"]
    written = {
        "log_reference": public_id(values["reference"]),
        "time": values["at"].isoformat(),
        "last_seen": values["last_seen_at"].isoformat(),
        "cause_text": words.cause(values["cause"]),
        "message_id": public_id(values["message_id"]) if values["message_id"] else "",
        "solved": solved.isoformat() if solved else "",
        "solved_by": next((values[name] for name in _NAMES if values[name]), "") if solved else "",
        "solution": words.solution(values["resolution"]) if solved else "",
    }
    return {
        name: written[name] if name in written else "" if (value := values[_FIELDS.get(name, name)]) is None else value
        for name in COLUMNS
    }
