"""A communication log entry in words: what happened, at which check it stopped, and what the sender was told.

One record of a decision, read in three ways: the caller gets `sender_text` and no more, an administrator what was
observed against the rule with the fix, and support staff the record as it was written too.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from connectors.causes import Cause
from connectors.explanations import GENERIC_TEXT, Answer, Condition, Explanation, Fix, Owner
from messaging.history import failure
from messaging.kinds import MessageKind
from messaging.models import LogEntry
from portal.formats import number, seconds_nl

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
_NOT_SHOWN = frozenset({"checks", "code", "found", "version", "rule", "owner", "fix", "unit"})


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
    """What the page of an entry says. `title` is empty of any detail that the sender chose.

    `owner` and `fix` are None for a cause that this program does not know and whose record does not name them.
    """

    title: str
    sentence: str
    detail: str
    owner: Owner | None
    fix: Fix | None
    checks: list[Check]
    facts: list[Fact]
    sender_status: str
    sender_text: str


def cause_in_words(entry: LogEntry) -> str:
    """Return the cause as people read it; one of another version of this program by its code."""
    return cause_text(entry.cause)


def cause_text(code: str) -> str:
    """Return the same for the code of a cause."""
    explanation = _explanation(code)
    return str(explanation.text) if explanation else code


def explain(entry: LogEntry) -> Refusal:
    """Put an entry into words."""
    explanation = _explanation(entry.cause)
    told = failure(entry)
    is_delivery = entry.door == LogEntry.Door.DELIVERY  # what was checked before the message was taken, all passed
    status, text = _what_the_sender_saw(entry, explanation)
    record = entry.evidence if isinstance(entry.evidence, dict) else {}
    return Refusal(
        title=cause_in_words(entry),
        sentence=_sentence(entry),
        detail=told.detail if told else "",
        owner=explanation.owner if explanation else Owner.__members__.get(str(record.get("owner")).upper()),
        fix=explanation.fix if explanation else Fix.__members__.get(str(record.get("fix")).upper()),
        checks=[] if is_delivery else checks(explanation.condition if explanation else None),
        facts=facts(entry.evidence),
        sender_status=status,
        sender_text=text,
    )


def note_for_sender(entry: LogEntry, refusal: Refusal) -> str:
    """Write what the sender has to know to mend it, ready to be sent: what was wrong, where, and what to do."""
    found = [f"{fact.label}: {', '.join(fact.values)}" for fact in refusal.facts if fact.values]
    call = [_call(entry), entry.external_message_id, seconds_nl(entry.at)]
    lines = [
        _("Your call was refused: %(call)s.") % {"call": ", ".join(part for part in call if part)},
        refusal.title,
        *found,
        str(refusal.fix.value) if refusal.fix else "",
        _("Log reference: %(reference)s") % {"reference": entry.public_reference},
    ]
    return "\n".join(line for line in lines if line)


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
    unit = str(evidence.get("unit", ""))
    shown = [name for name in names if name not in _NOT_SHOWN]
    return [Fact(str(_EVIDENCE.get(name, name)), _as_lines(evidence[name], unit)) for name in shown]


def _as_lines(value: Any, unit: str) -> list[str]:
    if isinstance(value, list):
        return [line for item in value for line in _as_lines(item, unit)]
    if value in (None, ""):
        return []
    return [_measured(value, unit)]


def _measured(value: Any, unit: str) -> str:
    """Write a value of the evidence with its unit; text is shown as it is, unless it is a moment."""
    if unit == "moment":
        try:
            return seconds_nl(dt.datetime.fromisoformat(str(value)))
        except ValueError:
            return str(value)
    if unit and isinstance(value, int) and not isinstance(value, bool):
        counted = {
            "digits": ngettext("%(n)s hexadecimal digit", "%(n)s hexadecimal digits", value),
            "characters": ngettext("%(n)s character", "%(n)s characters", value),
            "bytes": ngettext("%(n)s byte", "%(n)s bytes", value),
            "per_minute": _("%(n)s in a minute"),
        }
        return counted.get(unit, "%(n)s") % {"n": number(value)}
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _sentence(entry: LogEntry) -> str:
    """Say in one sentence what happened; the cause stands above it."""
    told = {
        "address": entry.address or _("an unknown address"),
        "call": _call(entry),
        "token": f"…{entry.token_hint}",
        "customer": entry.sender_environment or (entry.token.customer_environment if entry.token else ""),
    }
    if entry.message_id:
        return _("A message that had been taken in stopped here: %(call)s, from %(address)s.") % told
    if entry.door in {LogEntry.Door.WORKER, LogEntry.Door.DELIVERY}:
        return _("This happened in the portal itself, not in a call.")
    if entry.token_hint and told["customer"]:
        return _("From %(address)s came %(call)s with token %(token)s of %(customer)s, and was refused.") % told
    if entry.token_hint:
        return _("From %(address)s came %(call)s with token %(token)s, and was refused.") % told
    return _("From %(address)s came %(call)s without a token that is known here, and was refused.") % told


def _call(entry: LogEntry) -> str:
    """Name what was asked for: the method, and for a message its type."""
    kind = entry.message_type.strip().upper()
    label = str(MessageKind(kind).label) if kind in MessageKind.values else entry.message_type
    method = entry.method or _("a call")
    return f"{method} ({label})" if label else method


def _explanation(code: str) -> Explanation | None:
    try:
        return Cause.from_code(code).value
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
