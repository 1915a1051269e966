"""*Mijn taken*: the messages that wait for one member, by role, group, four eyes, or a question to them.

Built for millions of messages: one probe of the index `message_tasks` per step in which the member may act, and the
open questions of the environment, which are few. Nothing is counted past a bound, and pages go by key.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import IntegerField
from django.db.models.expressions import RawSQL
from django.utils import timezone

from messaging.models import Message
from messaging.models.events import vouched
from messaging.queries import messages_by_id
from portal.menu_numbers import Number
from portal.models import Membership, Role
from portal.permissions import ASSESS

PAGE_SIZE = 50
COUNT_BOUND = 100
NO_DEADLINE = "infinity"

_VALUE = re.compile(r"%\((\w+)\)s")
# The deadline of a task `m` as the index has it; one without a deadline comes last.
DUE = "COALESCE(m.due_at, 'infinity'::timestamptz)"
# Per step the first rows of the index, then the first of all of them. Four eyes are looked at for each of these rows:
# as a condition of its own, not within a SELECT, the database would gather all that this person ever passed on.
_TASKS = f"""
    SELECT id, due::text FROM (
        (SELECT t.id, t.due FROM messaging_workflowstep s
        JOIN messaging_workflowversion v ON v.id = s.version_id
        JOIN messaging_workflow w ON w.id = v.workflow_id
        CROSS JOIN LATERAL (
            SELECT m.id, {DUE} AS due FROM messaging_message m
            WHERE m.step_id = s.id AND m.status = 30 AND m.question_id IS NULL {{conditions}}
              AND NOT (s.four_eyes AND (SELECT {vouched("m.id", "%(user)s", "s.position")}))
            ORDER BY {DUE} {{order}}, m.id {{order}} LIMIT %(limit)s
        ) t
        WHERE w.environment_id = %(environment)s AND v.published_at IS NOT NULL
          AND (%(is_admin)s OR s.role = %(role)s)
          AND (s.group_id IS NULL OR EXISTS (
            SELECT FROM connectors_groupmember g WHERE g.group_id = s.group_id AND g.user_id = %(user)s))
        ORDER BY t.due {{order}}, t.id {{order}} LIMIT %(limit)s)
        UNION ALL
        (SELECT m.id, {DUE} AS due FROM messaging_question q
        JOIN messaging_message m ON m.question_id = q.id
        WHERE q.environment_id = %(environment)s AND q.closed_at IS NULL
          AND q.asked_by_id IS DISTINCT FROM %(user)s
          AND (q.to_user_id = %(user)s OR (q.to_role <> '' AND (%(is_admin)s OR q.to_role = %(role)s))) {{conditions}}
        ORDER BY {DUE} {{order}}, m.id {{order}} LIMIT %(limit)s)
    ) found ORDER BY found.due {{order}}, found.id {{order}} LIMIT %(limit)s
"""  # noqa: S608  conditions and order are our own


@dataclass(frozen=True)
class TaskKey:
    """Where a task stands in the list: by its deadline, then by its id."""

    due: str
    message_id: UUID


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks to look at: SQL conditions on the message `m`, each with its values."""

    conditions: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)

    def narrowed(self, condition: str, **values: Any) -> TaskFilter:
        return TaskFilter((*self.conditions, condition), {**self.values, **values})


@dataclass(frozen=True)
class TaskPage:
    """The tasks of one page, oldest deadline first, with the keys behind which its neighbours begin."""

    rows: list[Message]
    back: TaskKey | None = None
    onward: TaskKey | None = None


def task_page(
    membership: Membership,
    chosen: TaskFilter | None = None,
    *,
    after: TaskKey | None = None,
    before: TaskKey | None = None,
    size: int = PAGE_SIZE,
) -> TaskPage:
    """Return the first tasks, those after the key `after`, or those just before the key `before`. Two queries."""
    keys = _keys(membership, chosen or TaskFilter(), size + 1, after=after, before=before)
    more, keys = len(keys) > size, keys[:size]
    if before is not None:
        keys.reverse()
    back = keys[0] if keys and (more if before is not None else after is not None) else None
    onward = keys[-1] if keys and (more if before is None else True) else None
    return TaskPage(_rows(membership, keys), back, onward)


def task_count(membership: Membership, chosen: TaskFilter | None = None) -> int:
    """Return how many tasks wait, `COUNT_BOUND` at most. One query."""
    return len(_keys(membership, chosen or TaskFilter(), COUNT_BOUND))


def number_of_tasks(membership: Membership) -> Number:
    """Return how many tasks wait, for the menu."""
    statement, values = _statement(membership, TaskFilter(), COUNT_BOUND)
    # An expression takes its values by place, not by name.
    names = _VALUE.findall(statement)
    counted = f"SELECT COUNT(*) FROM ({_VALUE.sub('%s', statement)}) waiting"  # noqa: S608  a statement of our own
    return Number(RawSQL(counted, [values[name] for name in names], IntegerField()), count_in_words)  # noqa: S611  same


def count_in_words(count: int) -> str:
    """Return a bounded count as it is shown: `99+` where there may be more."""
    return f"{COUNT_BOUND - 1}+" if count >= COUNT_BOUND else str(count) if count else ""


def next_task(membership: Membership, message: Message) -> Message | None:
    """Return the task to go on with after this message: the first one that is another message."""
    keys = _keys(membership, TaskFilter(), 2)
    other = next((key.message_id for key in keys if key.message_id != message.pk), None)
    return Message(pk=other) if other else None


def _keys(
    membership: Membership,
    chosen: TaskFilter,
    limit: int,
    *,
    after: TaskKey | None = None,
    before: TaskKey | None = None,
) -> list[TaskKey]:
    if membership.role not in ASSESS:
        return []
    for key, sign in ((after, ">"), (before, "<")):
        if key is not None:
            condition = f"({DUE}, m.id) {sign} (%(key_due)s::timestamptz, %(key_id)s::uuid)"
            chosen = chosen.narrowed(condition, key_due=key.due, key_id=key.message_id)
    with connection.cursor() as cursor:
        cursor.execute(*_statement(membership, chosen, limit, order="DESC" if before else "ASC"))
        return [TaskKey(due, message_id) for message_id, due in cursor.fetchall()]


def _statement(
    membership: Membership, chosen: TaskFilter, limit: int, *, order: str = "ASC"
) -> tuple[str, dict[str, Any]]:
    values: dict[str, Any] = {
        "environment": membership.environment_id,
        "user": membership.user_id,
        "role": membership.role,
        "is_admin": membership.role == Role.BEHEERDER,
        "limit": limit,
    }
    conditions = "".join(f" AND {condition}" for condition in chosen.conditions)
    return _TASKS.format(conditions=conditions, order=order), {**values, **chosen.values}


def _rows(membership: Membership, keys: list[TaskKey]) -> list[Message]:
    """Return the messages of these keys, in that order."""
    return messages_by_id(membership.environment, [key.message_id for key in keys])


def is_overdue(message: Message, now: dt.datetime | None = None) -> bool:
    """Tell whether the deadline of the step in which a message waits has passed."""
    return message.due_at is not None and message.due_at < (now or timezone.now())
