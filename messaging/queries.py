"""Reading messages and message types: the one door to each, and what the lists show. Nothing here counts a table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from connectors.models import Environment
from messaging.models import LogEntry, Message, MessageEvent, MessageReading, MessageType, Workflow
from messaging.statuses import Status
from messaging.workflow import is_usable

# The numbers of the list of message types are taken from so many of the newest messages at most.
RECENT_MESSAGES = 10_000
RECENT_DAYS = 30
MAX_EVENTS = 200

_RECENT = """
    SELECT message_type_id, count(*) FILTER (WHERE received_at >= %(since)s AND t.test_address IS NULL),
           max(received_at) FILTER (WHERE t.test_address IS NULL), count(*)
    FROM (SELECT message_type_id, received_at, token_id FROM messaging_message
          WHERE environment_id = %(environment)s ORDER BY id DESC LIMIT %(limit)s) AS newest
    JOIN connectors_token t ON t.id = newest.token_id
    GROUP BY message_type_id
"""


@dataclass(frozen=True)
class MessageTypeRow:
    """A line of the list of message types.

    `messages` counts the past 30 days, tests left out; when `capped`, there are more than were looked at.
    `last_received` is None when there was none, or (capped) none lately.
    """

    message_type: MessageType
    messages: int = 0
    last_received: dt.datetime | None = None
    capped: bool = False


def message_type_rows(environment: Environment, *, only: str = "") -> list[MessageTypeRow]:
    """Return the message types in their fixed order, each with its traffic; or only the one with this code."""
    types = {
        message_type.pk: message_type
        for message_type in environment.message_types.select_related("workflow").order_by("pk")
        if only in ("", message_type.code)
    }
    since = timezone.now() - dt.timedelta(days=RECENT_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(_RECENT, {"environment": environment.pk, "since": since, "limit": RECENT_MESSAGES})
        traffic = {row[0]: row[1:] for row in cursor.fetchall()}
    capped = sum(looked_at for _recent, _last, looked_at in traffic.values()) == RECENT_MESSAGES
    rows = []
    for pk, message_type in types.items():
        recent, last, _looked_at = traffic.get(pk, (0, None, 0))
        rows.append(MessageTypeRow(message_type, recent, last, capped))
    return rows


def get_message_type_for(environment: Environment, code: str) -> MessageType:
    """Return a message type of the environment by its code. Raises `Http404` for one that does not exist."""
    found = environment.message_types.select_related("workflow").filter(code=code).first()
    if found is None:
        raise Http404
    return found


def workflows_with_use(environment: Environment) -> list[tuple[Workflow, bool]]:
    """Return the workflows of an environment by name, each with whether it can handle messages."""
    workflows = environment.workflows.order_by("name").prefetch_related("versions__steps")
    return [(workflow, is_usable(workflow)) for workflow in workflows]


def messages_of(environment: Environment) -> QuerySet[Message]:
    """Return the messages of an environment with what a list shows of them; never content or document."""
    return (
        Message.objects.filter(environment=environment)
        .select_related("message_type", "organisation", "reading", "token__app_connector")
        .defer("reading__document", "token__digest")
    )


def has_messages(environment: Environment) -> bool:
    """Tell whether anything was ever received."""
    return Message.objects.filter(environment=environment).exists()


def get_message_for(environment: Environment, message_id: UUID) -> Message:
    """Return a message of the environment with everything that its page shows, but for content and events.

    Raises `Http404` for another environment's.
    """
    found = (
        Message.objects.select_related(
            "message_type__workflow",
            "organisation",
            "reading",
            "token__app_connector",
            "workflow_version__workflow",
            "step__group",
            "question",
        )
        .defer("token__digest")
        .filter(environment=environment, pk=message_id)
        .first()
    )
    if found is None:
        raise Http404
    return found


def messages_by_id(environment: Environment, message_ids: Iterable[UUID]) -> list[Message]:
    """Return the messages of the environment among these ids, in the order given, each with where it waits."""
    ids = [*dict.fromkeys(message_ids)]
    found = messages_of(environment).select_related("step__group", "question").in_bulk(ids)
    return [found[message_id] for message_id in ids if message_id in found]


def reading_of(message: Message) -> MessageReading | None:
    """Return what was read in a message; None when it has not been read, or could not be."""
    return getattr(message, "reading", None)


def events_of(message: Message) -> list[MessageEvent]:
    """Return what happened to a message, the newest first."""
    return list(message.events.select_related("step", "to_step", "question").order_by("-id")[:MAX_EVENTS])


def failure_of(message: Message, events: list[MessageEvent]) -> LogEntry | None:
    """Return the log entry that tells why a message could not be processed; None when a person rejected it."""
    if message.status != Status.REJECTED:
        return None
    rejection = next((event for event in events if event.to_status == Status.REJECTED), None)
    if rejection is None or rejection.log_reference is None:
        return None
    return LogEntry.objects.filter(reference=rejection.log_reference, environment=message.environment_id).first()
