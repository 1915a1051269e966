"""Entries of the communication log, and the pages on which they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from connectors.models import Environment
from messaging.models import LogEntry
from portal.models import User

Login = Callable[[User], Client]
SUPPORT = "/support/communicatielogboek/"


def entry_of(environment: Environment | None, **values: Any) -> LogEntry:
    facts = {"cause": "token_expired", "door": "soap", "keep_until": "2099-01-01", "address": "203.0.113.7"}
    return LogEntry.objects.create(environment=environment, **(facts | values))


def list_of(environment: Environment) -> str:
    return reverse("messaging:log_list", args=[environment.code])


def page_of(environment: Environment, entry: LogEntry) -> str:
    return reverse("messaging:log_detail", args=[environment.code, entry.reference])


def shown(client: Client, url: str, **query: str) -> list[LogEntry]:
    return list(client.get(url, query).context["page"].rows)
