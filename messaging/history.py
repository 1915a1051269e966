"""The history of a message in words: what happened, why, and what to do when it could not be processed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from connectors.causes import Cause
from messaging.models import LogEntry, MessageEvent
from messaging.models.messages import public_id
from messaging.statuses import Status
from messaging.xbrl import explain
from portal.audit import SYSTEM

_K = MessageEvent.Kind
# Whatever takes a message further, or has it wait for somebody else; a remark or a link does not.
KINDS_OF_ACTS = (_K.STATUS, _K.APPROVED, _K.FORWARDED, _K.RETURNED, _K.ASKED, _K.ANSWERED, _K.WITHDRAWN)


@dataclass(frozen=True)
class HistoryLine:
    """One event; `status` and `label` are empty when it changed no status, `step` when it was done in none."""

    at: dt.datetime
    actor: str
    title: str
    status: int | None
    label: str
    note: str
    log_reference: str
    digest: str  # of the content that was approved
    step: str


@dataclass(frozen=True)
class Failure:
    """Why a message could not be processed, and what takes that away."""

    reason: str
    detail: str
    fix: str
    log_reference: str


def history(events: Iterable[MessageEvent]) -> list[HistoryLine]:
    """Put events into words, in the order given."""
    return [_line(event) for event in events]


def _line(event: MessageEvent) -> HistoryLine:
    status = Status(event.to_status) if event.kind == MessageEvent.Kind.STATUS and event.to_status else None
    repaired = (event.from_status, event.to_status) == (Status.REJECTED, Status.IN_WORKFLOW)
    return HistoryLine(
        at=event.at,
        # A stored name is as people wrote it; that of the system is a word of ours.
        actor=_("system") if event.actor_name == SYSTEM else event.actor_name,
        title=_("Message status repaired") if repaired else "" if status else title_of(event),
        status=int(status) if status else None,
        label=str(status.label) if status else "",
        note=_note(event),
        log_reference=public_id(event.log_reference) if event.log_reference else "",
        digest=bytes(event.content_digest).hex().upper() if event.content_digest else "",
        step=event.step.name if event.step else "",
    )


def title_of(event: MessageEvent) -> str:
    """Say what was done, of an event that changed no status: also where the message went, or who was asked."""
    words = {
        _K.APPROVED: _("Approved and passed on to %(to)s"),
        _K.FORWARDED: _("Passed on to %(to)s"),
        _K.RETURNED: _("Sent back to %(to)s"),
        _K.ASKED: _("Question to %(who)s"),
        _K.ANSWERED: _("Answer to %(asker)s"),
        _K.WITHDRAWN: _("Question to %(who)s withdrawn"),
    }
    question = event.question
    values = {
        "to": event.to_step.name if event.to_step else "",
        "who": question.addressee if question else "",
        "asker": question.asked_by_name if question else "",
    }
    kind = _K(event.kind)
    return words[kind] % values if kind in words else str(kind.label)


def _note(event: MessageEvent) -> str:
    """Return the note; the system notes the code of a cause, of which people read the words."""
    if event.log_reference is None:
        return event.note
    try:
        return str(Cause.from_code(event.note).value.text)
    except KeyError:
        return event.note


def failure(entry: LogEntry | None) -> Failure | None:
    """Put the log entry of a message that could not be processed into words."""
    if entry is None:
        return None
    try:
        explanation = entry.explained.value
    except KeyError:
        return Failure(entry.cause, "", "", entry.public_reference)
    return Failure(str(explanation.text), _detail(entry), str(explanation.fix.value), entry.public_reference)


def _detail(entry: LogEntry) -> str:
    """Return what was found in the document. Evidence is data of several ages: what is not there, is not told."""
    evidence = entry.evidence if isinstance(entry.evidence, dict) else {}
    try:
        return str(explain(str(evidence["code"]), str(evidence.get("found", ""))))
    except (KeyError, ValueError):
        return ""
