"""The communication log in the admin site, and what is counted of messages and refusals.

The log grows to tens of millions of rows. Searching goes by values that have an index, and lists by the key.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from connectors.causes import Cause
from messaging.models import DailyMessages, DailyRefusals, FixTime, LogEntry
from messaging.models.messages import public_id
from portal.admin_base import EnvironmentScopedAdmin
from portal.admin_site import register
from portal.formats import NOTHING


class CauseFilter(admin.SimpleListFilter):
    """The causes as people read them; it asks the database nothing."""

    title = _("cause")
    parameter_name = "cause"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(cause.code, cause.value.text) for cause in Cause]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(cause=self.value()) if self.value() else queryset


@register(LogEntry)
class LogEntryAdmin(EnvironmentScopedAdmin):
    """The communication log with its evidence; people who solve something read it in the portal."""

    environment_path = "environment"
    list_display = ("at", "written_reference", "words", "door", "address", "token_hint", "environment", "repeats")
    list_filter = ("door", CauseFilter)
    list_select_related = ("environment",)
    search_fields = ("reference", "address", "token_hint__iexact", "message")
    search_help_text = _("Log reference, address, token hint, message id, or code of the environment")
    fields = (
        "at",
        "written_reference",
        "words",
        "door",
        "method",
        "environment",
        "of_connector",
        "token",
        "token_hint",
        "address",
        "proxies",
        "client",
        "sender_environment",
        "message_type",
        "external_message_id",
        "of_message",
        "evidence",
        "repeats",
        "last_seen_at",
        "keep_until",
        "resolved_at",
        "resolved_by",
        "resolution",
    )

    @admin.display(description=_("log reference"))
    def written_reference(self, entry: LogEntry) -> str:
        return entry.public_reference

    # By number: neither the app connector nor the message needs to be there any more.
    @admin.display(description=_("app connector"))
    def of_connector(self, entry: LogEntry) -> str:
        return NOTHING if entry.app_connector_id is None else f"#{entry.app_connector_id}"

    @admin.display(description=_("message"))
    def of_message(self, entry: LogEntry) -> str:
        return NOTHING if entry.message_id is None else public_id(entry.message_id)

    @admin.display(description=_("cause"))
    def words(self, entry: LogEntry) -> str:
        return str(entry.explained.value.text)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup == "message" or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]  # the stubs lag behind Django 5.2


@register(FixTime)
class FixTimeAdmin(EnvironmentScopedAdmin):
    """How long senders were kept out, by cause."""

    environment_path = "environment"
    list_display = ("refused_at", "fixed_at", "cause", "sender", "environment")
    list_filter = (CauseFilter,)
    list_select_related = ("environment",)
    search_fields = ("sender__istartswith",)
    fields = (
        "sender",
        "cause",
        "environment",
        "token",
        "address",
        "sender_environment",
        "reference",
        "refused_at",
        "fixed_at",
    )


@register(DailyMessages)
class DailyMessagesAdmin(EnvironmentScopedAdmin):
    """What the dashboard knows of messages."""

    environment_path = "environment"
    list_display = ("day", "environment", "status", "count")
    list_filter = ("status",)
    list_select_related = ("environment",)
    fields = ("environment", "day", "status", "count")


@register(DailyRefusals)
class DailyRefusalsAdmin(EnvironmentScopedAdmin):
    """What the dashboard knows of refusals."""

    environment_path = "environment"
    list_display = ("day", "environment", "cause", "count")
    list_select_related = ("environment",)
    fields = ("environment", "day", "cause", "count")
