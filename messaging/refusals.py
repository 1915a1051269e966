"""A communication log entry in words: what happened, at which check it stopped, and what the sender was told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connectors.causes import Cause
from connectors.explanations import GENERIC_TEXT, Answer, Condition, Explanation
from messaging.history import failure
from messaging.models import LogEntry

# What the gateway writes as evidence; other names are shown as they are.
_EVIDENCE: dict[str, Promise] = {
    "observed": gettext_lazy("Observed"),
    "allowed": gettext_lazy("Allowed"),
    "excluded": gettext_lazy("Excluded"),
    "channel": gettext_lazy("Channel"),
    "attempt": gettext_lazy("Attempt"),
    "file": gettext_lazy("File"),
}
# Put into words elsewhere on the page.
_NOT_SHOWN = frozenset({"checks", "code", "found"})


@dataclass(frozen=True)
class Check:
    """One condition: `passed` is None when the call never came that far."""

    label: str | Promise
    passed: bool | None


@dataclass(frozen=True)
class Fact:
    """A piece of evidence; without `values` there was nothing of the kind."""

    label: str
    values: list[str]


@dataclass(frozen=True)
class Refusal:
    """What the page of an entry says. `title` is empty of any detail that the sender chose."""

    title: str
    detail: str
    owner: str
    fix: str
    checks: list[Check]
    facts: list[Fact]
    sender_status: str
    sender_text: str


def cause_in_words(entry: LogEntry) -> str:
    """Return the cause as people read it; one of another version of this program by its code."""
    explanation = _explanation(entry)
    return str(explanation.text) if explanation else entry.cause


def explain(entry: LogEntry) -> Refusal:
    """Put an entry into words."""
    explanation = _explanation(entry)
    told = failure(entry)
    is_delivery = entry.door == LogEntry.Door.DELIVERY  # what was checked before the message was taken, all passed
    status, text = _what_the_sender_saw(entry, explanation)
    return Refusal(
        title=cause_in_words(entry),
        detail=told.detail if told else "",
        owner=str(explanation.owner.value) if explanation else "",
        fix=str(explanation.fix.value) if explanation else "",
        checks=[] if is_delivery else checks(explanation.condition if explanation else None),
        facts=facts(entry.evidence),
        sender_status=status,
        sender_text=text,
    )


def checks(stopped_at: Condition | None) -> list[Check]:
    """Return all conditions in the order of checking: those before the one that failed have passed."""
    order = list(Condition)
    failed = order.index(stopped_at) if stopped_at else -1
    return [Check(condition.value, None if place > failed else place < failed) for place, condition in enumerate(order)]


def facts(evidence: Any) -> list[Fact]:
    """Return the evidence as lines of text. It is data of several ages, and partly chosen by strangers."""
    if not isinstance(evidence, dict):
        return []
    # The database keeps the names in an order of its own.
    names = [name for name in _EVIDENCE if name in evidence] + [name for name in evidence if name not in _EVIDENCE]
    return [Fact(str(_EVIDENCE.get(name, name)), _as_lines(evidence[name])) for name in names if name not in _NOT_SHOWN]


def _as_lines(value: Any) -> list[str]:
    if isinstance(value, list):
        return [line for item in value for line in _as_lines(item)]
    if value in (None, ""):
        return []
    return [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)]


def _explanation(entry: LogEntry) -> Explanation | None:
    try:
        return Cause.from_code(entry.cause).value
    except KeyError:
        return None


def _what_the_sender_saw(entry: LogEntry, explanation: Explanation | None) -> tuple[str, str]:
    """Return the form of the answer and its text (table of DOMAIN 3); the text is on the wire, always in Dutch."""
    if entry.door == LogEntry.Door.WORKER:
        return _("The message had been accepted; its status became 40 afterwards."), ""
    if entry.door == LogEntry.Door.DELIVERY:
        return _("Nothing: the message had been accepted, and waits to be sent on."), ""
    if entry.door == LogEntry.Door.PORTAL:
        return _("A page that says so"), ""
    answer, text = (explanation.answer, explanation.caller) if explanation else (Answer.REFUSED, GENERIC_TEXT)
    if entry.door == LogEntry.Door.SOAP:
        return _("A SOAP fault with this text and the log reference"), text
    if answer is Answer.REFUSED:
        return _("HTTP 500 with this text and the log reference"), text
    if answer is Answer.UNAVAILABLE:
        return _("HTTP 503 with this text, and when to try again"), text
    return _("HTTP %(status)s without any text") % {"status": answer.value}, ""
