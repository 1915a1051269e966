"""Reading the communication log: the doors to it, for the people of an environment and for support staff."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from connectors.models import Environment
from messaging.models import LogEntry


def log_of(environment: Environment) -> QuerySet[LogEntry]:
    """Return the entries of an environment. Calls without a token that belongs somewhere are support's only."""
    return log_for_support().filter(environment=environment)


def log_for_support() -> QuerySet[LogEntry]:
    """Return the entries of all environments and of none, with what a list shows of them."""
    return LogEntry.objects.select_related("environment", "app_connector").defer("repeat_key")


def get_log_entry(entries: QuerySet[LogEntry], reference: UUID) -> LogEntry:
    """Return the entry with this reference, with what its page shows. Raises `Http404` when it is not among them."""
    found = entries.select_related("environment", "app_connector__group", "token__user", "message", "resolved_by")
    entry = found.defer("repeat_key", "token__digest").filter(reference=reference).first()
    if entry is None:
        raise Http404
    return entry
