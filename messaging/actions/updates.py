"""Telling a sender which of its messages have another status: `GetUpdatedMessages` (DOMAIN 3a).

The rule, which stands here only. A change is offered until it has stood in `ANSWERS_PER_CHANGE` (two) answers to the
token that sent the message. One later call proves nothing, for a caller that lost its answer asks in the same words
as one that read it; with the second answer any single answer may be lost. So a caller may see a change twice and
never misses one. Another change in between begins anew, and the answer shows the newest status only. That a message
was registered is no change: the answer to its upload told it.

Each message keeps count for itself (`Message.answers_due`), because changes are not committed in the order of their
times or numbers, so that a mark up to which a caller has been told would step over some. What was never offered comes
first, then by age. A filter hides the other changes and leaves them due.

Calls of one token at the same moment get the same changes, since neither can know that the other's answer arrives. A
message that somebody is changing, or counting, just then is not counted: it is offered once more instead of waited
for, and nobody waits for a sender either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from messaging.models import Message
from messaging.statuses import Status

PAGE = 500  # messages in one answer

_COUNT = """
    UPDATE messaging_message SET answers_due = answers_due - 1
    WHERE id IN (
        SELECT message.id
        FROM unnest(%s::uuid[], %s::timestamptz[]) AS offered (id, changed_at)
        JOIN messaging_message AS message ON message.id = offered.id
        WHERE message.status_changed_at = offered.changed_at AND message.answers_due > 0
        FOR NO KEY UPDATE OF message SKIP LOCKED
    )
"""


@dataclass(frozen=True)
class Updates:
    """One page of changed messages; `more` of them wait."""

    messages: Sequence[Message]
    more: bool


def take_updates(*, token_id: int, status: Status | None = None, limit: int = PAGE) -> Updates:
    """Return the changes that are due to a token, and count that they stand in this answer.

    With a `status`, only messages that have it now. Takes two statements, however much there is to tell. A crash
    between them, or before the answer is sent, costs the caller nothing but a repetition.
    """
    due = Message.objects.filter(token_id=token_id, answers_due__gt=0)
    if status is not None:
        due = due.filter(status=status)
    found = list(due.order_by("-answers_due", "id")[: limit + 1])
    page = found[:limit]
    if page:
        _count_as_offered(page)
    return Updates(page, more=len(found) > limit)


def _count_as_offered(messages: Sequence[Message]) -> None:
    """Count what was read, each as it was read: a change of a moment ago stays due in full."""
    ids = [message.pk for message in messages]
    changes = [message.status_changed_at for message in messages]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [ids, changes])
