"""Messages in the admin site: what is known about them, never what is in them.

These tables grow to tens of millions of rows. Searching goes by values that have an index, and lists by the key.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import ExpressionWrapper
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from messaging.models import (
    Delivery,
    LogEntry,
    Message,
    MessageContent,
    MessageEvent,
    MessageReading,
    OrganisationImport,
    Question,
    ResendRun,
    Trial,
)
from portal.admin_base import EnvironmentScopedAdmin
from portal.admin_site import list_url, register
from portal.formats import NOTHING


@register(Message)
class MessageAdmin(EnvironmentScopedAdmin):
    """A message's facts and status; its history button leads to its events."""

    environment_path = "environment"
    list_display = (
        "number",
        "status",
        "message_type",
        "environment",
        "token",
        "source_address",
        "external_message_id",
        "received_at",
    )
    list_filter = ("status",)
    has_history = True
    list_select_related = ("message_type", "environment", "token")
    search_fields = ("pk", "external_message_id")
    search_help_text = _("Message id, id of the sender, or code of the environment")
    fields = (
        "number",
        "environment",
        "message_type",
        "status",
        "status_changed_at",
        "received_at",
        "token",
        "sender_environment",
        "external_message_id",
        "source_address",
        "content_size",
        "digest_in_hex",
        "organisation",
        "workflow_version",
        "step",
        "due_at",
        "attempts",
        "lease_until",
        "in_log",
    )

    @admin.display(description=_("message id"))
    def number(self, message: Message) -> str:
        return message.public_id

    @admin.display(description=_("SHA-256 of the content"))
    def digest_in_hex(self, message: Message) -> str:
        return bytes(message.content_digest).hex()

    @admin.display(description=_("communication log"))
    def in_log(self, message: Message) -> SafeString:
        return format_html('<a href="{}">{}</a>', list_url(LogEntry, message=message.pk), _("Entries of this message"))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(list_url(MessageEvent, message=object_id))


class OfMessageAdmin(EnvironmentScopedAdmin):
    """A row that belongs to a message."""

    environment_path = "message__environment"
    list_select_related: ClassVar[tuple[str, ...]] = ("message",)
    search_fields = ("message",)
    search_help_text = _("Message id, or code of the environment")


@register(MessageEvent)
class MessageEventAdmin(OfMessageAdmin):
    list_display = ("at", "message", "kind", "from_status", "to_status", "actor_name", "note", "log_reference")
    list_filter = ("kind", "to_status")
    fields = (
        "message",
        "at",
        "kind",
        "from_status",
        "to_status",
        "actor",
        "actor_name",
        "note",
        "log_reference",
        "approved_content",
        "step",
        "to_step",
    )

    @admin.display(description=_("SHA-256 of the approved content"))
    def approved_content(self, event: MessageEvent) -> str:
        return bytes(event.content_digest).hex() if event.content_digest else NOTHING


@register(Question)
class QuestionAdmin(OfMessageAdmin):
    """Who asked whom, and when; the question itself and its answer are for those who read the message."""

    list_display = ("asked_at", "message", "asked_by_name", "to_name", "to_role", "closed_at")
    list_filter = ("to_role",)
    fields = ("message", "step", "asked_at", "asked_by_name", "to_name", "to_role", "closed_at")


@register(OrganisationImport)
class OrganisationImportAdmin(EnvironmentScopedAdmin):
    """That a file was taken in, by whom and with what result; its lines are shown in the portal only."""

    environment_path = "environment"
    list_display = ("file_name", "environment", "made_by", "made_at", "done_at")
    list_select_related = ("environment", "made_by")
    search_fields = ("file_name__icontains",)
    fields = ("environment", "file_name", "made_by", "made_at", "done_at", "result")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("lines")


@register(MessageContent)
class MessageContentAdmin(OfMessageAdmin):
    """That there is content, and how much; the bytes are not read."""

    list_display = ("message", "size", "with_pdf")
    fields = ("message", "size", "with_pdf")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        has_pdf = ExpressionWrapper(Q(pdf__isnull=False), output_field=BooleanField())
        rows: QuerySet[Any] = super().get_queryset(request).defer("content", "pdf").annotate(has_pdf=has_pdf)
        return rows

    @admin.display(description=_("size in bytes"))
    def size(self, content: MessageContent) -> int:
        return content.message.content_size

    @admin.display(description=_("with PDF"), boolean=True)
    def with_pdf(self, content: Any) -> bool:
        return bool(content.has_pdf)


@register(MessageReading)
class MessageReadingAdmin(OfMessageAdmin):
    """That a message was read, when and as what; the figures in it are for its readers in the portal."""

    list_display = ("message", "kind", "findings", "read_at")
    list_filter = ("kind",)
    fields = ("message", "kind", "findings", "read_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("document")


@register(Delivery)
class DeliveryAdmin(OfMessageAdmin):
    """What became of handing a message over."""

    environment_path = "environment"
    list_display = ("message", "channel", "attempts", "due_at", "held", "cause", "gave_up_at")
    list_select_related = ("message", "channel")
    fields = (
        "message",
        "channel",
        "attempts",
        "turn",
        "due_at",
        "held",
        "cause",
        "observed",
        "gave_up_at",
        "resend_run",
    )


@register(ResendRun)
class ResendRunAdmin(EnvironmentScopedAdmin):
    environment_path = "environment"
    list_display = ("requested_at", "environment", "requested_by", "state", "done", "total")
    list_filter = ("state",)
    list_select_related = ("environment", "requested_by")
    fields = ("environment", "requested_at", "requested_by", "wanted", "state", "done", "total", "ended_at")


@register(Trial)
class TrialAdmin(EnvironmentScopedAdmin):
    """What was tried with test messages, and how far it came."""

    environment_path = "environment"
    list_display = ("requested_at", "environment", "message_type", "address", "outcome", "requested_by")
    list_filter = ("outcome",)
    list_select_related = ("environment", "requested_by")
    search_fields = ("address",)
    search_help_text = _("Address, or code of the environment")
    fields = (
        "environment",
        "message_type",
        "address",
        "token",
        "requested_by",
        "requested_at",
        "started_at",
        "finished_at",
        "outcome",
        "answer",
    )
