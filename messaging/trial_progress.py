"""How far a test message came: condition by condition, then stored, read, and in its workflow."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connectors.causes import Cause
from connectors.explanations import Condition, Explanation
from messaging.fixes import FixLink, fix_link
from messaging.models import LogEntry, Trial
from messaging.statuses import Status
from portal.help import cause_help_url

STORED, READ, IN_WORKFLOW = _("message stored"), _("message read"), _("message in its workflow")


@dataclass(frozen=True)
class Mark:
    """A place on the way in: `passed` is None when the message did not come that far, or not yet."""

    label: str | Promise
    passed: bool | None


@dataclass(frozen=True)
class Stop:
    """Why it went no further, and what takes that away. `entry` is where the communication log tells all of it."""

    explanation: Explanation
    entry: LogEntry
    link: FixLink | None
    help_url: str


@dataclass(frozen=True)
class Progress:
    """What the page of a test shows; `under_way` while more is to come."""

    marks: list[Mark]
    under_way: bool
    stop: Stop | None = None

    @property
    def arrived(self) -> bool:
        return all(mark.passed for mark in self.marks)


def progress_of(trial: Trial) -> Progress:
    """Work out how far a test is from its row, its log entry and the events of its message."""
    if trial.outcome == Trial.Outcome.TAKEN and trial.message_id:
        return _progress_inside(trial)
    failed = _condition(trial.entry)
    conditions = list(Condition)
    place = conditions.index(failed) if failed else -1
    marks = [Mark(condition.value, None if at > place else at < place) for at, condition in enumerate(conditions)]
    return Progress([*marks, *_later(None, None, None)], not trial.outcome, _stop(trial.entry))


def _progress_inside(trial: Trial) -> Progress:
    """It was taken in: the rest is what the events of the message say."""
    events = list(trial.message.events.filter(kind="status").order_by("id")) if trial.message else []
    reached = {event.to_status for event in events}
    failure = next((event.log_reference for event in events if event.log_reference), None)
    entry = LogEntry.objects.filter(reference=failure).select_related("environment").first() if failure else None
    arrived = Status.IN_WORKFLOW in reached
    read = True if arrived else False if failure else None
    marks = [Mark(condition.value, True) for condition in Condition]
    return Progress([*marks, *_later(True, read, arrived or None)], under_way=read is None, stop=_stop(entry))


def _later(stored: bool | None, read: bool | None, in_workflow: bool | None) -> list[Mark]:
    return [Mark(STORED, stored), Mark(READ, read), Mark(IN_WORKFLOW, in_workflow)]


def _condition(entry: LogEntry | None) -> Condition | None:
    explanation = _explanation(entry)
    return explanation.condition if explanation else None


def _explanation(entry: LogEntry | None) -> Explanation | None:
    try:
        return Cause.from_code(entry.cause).value if entry else None
    except KeyError:  # a cause of another version of this program
        return None


def _stop(entry: LogEntry | None) -> Stop | None:
    explanation = _explanation(entry)
    if entry is None or explanation is None:
        return None
    return Stop(explanation, entry, fix_link(entry, explanation.fix), cause_help_url(entry.cause))
