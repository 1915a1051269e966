"""Environments and how their messages are handled, in the admin site; traffic and log are in modules beside."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from connectors.models import Environment
from messaging import admin_log, admin_traffic
from messaging.actions.environments import create_environment
from messaging.models import (
    DeliveryChannel,
    DeliveryRoute,
    MessageType,
    Organisation,
    OrganisationNumber,
    Workflow,
    WorkflowStep,
    WorkflowVersion,
)
from portal.admin_base import EnvironmentScopedAdmin
from portal.admin_history import register_with_history

__all__ = ["admin_log", "admin_traffic"]


@register_with_history(Environment)
class EnvironmentAdmin(EnvironmentScopedAdmin):
    """Here a superuser opens an environment; it comes with its message types and the delivered workflows."""

    environment_path = "pk"
    list_display = ("code", "name", "participant_number", "created_at")
    search_fields = ("code__istartswith", "name__icontains", "participant_number")
    fields = ("code", "name", "participant_number", "created_at")
    editable = ("name",)
    addable = ("code", "name")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            made = create_environment(code=obj.code, name=obj.name, acting_user=request.user)  # type: ignore[arg-type]  # staff are users
            obj.pk = made.pk


@register_with_history(MessageType)
class MessageTypeAdmin(EnvironmentScopedAdmin):
    """A superuser can stop a message type at once; its workflow is chosen in the portal."""

    environment_path = "environment"
    list_display = ("code", "environment", "blocked", "workflow")
    list_filter = ("code", "blocked")
    list_select_related = ("environment", "workflow")
    search_fields = ("code",)
    fields = ("environment", "code", "blocked", "workflow")
    editable = ("blocked",)


@register_with_history(Workflow)
class WorkflowAdmin(EnvironmentScopedAdmin):
    environment_path = "environment"
    list_display = ("name", "environment", "created_at")
    list_select_related = ("environment",)
    search_fields = ("name__icontains",)
    fields = ("environment", "name", "created_at")


@register_with_history(WorkflowVersion)
class WorkflowVersionAdmin(EnvironmentScopedAdmin):
    environment_path = "workflow__environment"
    list_display = ("workflow", "number", "published_at", "published_by")
    list_select_related = ("workflow", "published_by")
    search_fields = ("workflow__name__icontains",)
    fields = ("workflow", "number", "published_at", "published_by")


@register_with_history(WorkflowStep)
class WorkflowStepAdmin(EnvironmentScopedAdmin):
    environment_path = "version__workflow__environment"
    list_display = ("name", "version", "position", "role", "group", "four_eyes")
    list_filter = ("role", "four_eyes")
    list_select_related = ("version__workflow", "group")
    search_fields = ("name__icontains", "version__workflow__name__icontains")
    fields = (
        "version",
        "position",
        "name",
        "role",
        "group",
        "actions",
        "approval_decides",
        "deadline_days",
        "four_eyes",
    )


@register_with_history(Organisation)
class OrganisationAdmin(EnvironmentScopedAdmin):
    environment_path = "environment"
    list_display = ("name", "environment", "created_at", "archived_at")
    list_select_related = ("environment",)
    search_fields = ("name__icontains", "numbers__number")
    fields = ("environment", "name", "created_at", "archived_at")
    editable = ("name",)


@register_with_history(OrganisationNumber)
class OrganisationNumberAdmin(EnvironmentScopedAdmin):
    environment_path = "environment"
    list_display = ("number", "scheme", "organisation", "environment")
    list_filter = ("scheme",)
    list_select_related = ("organisation", "environment")
    search_fields = ("number", "organisation__name__icontains")
    fields = ("environment", "organisation", "scheme", "number")


@register_with_history(DeliveryChannel)
class DeliveryChannelAdmin(EnvironmentScopedAdmin):
    """A superuser can stop a channel at once; its secret is never shown."""

    environment_path = "environment"
    list_display = ("name", "environment", "kind", "blocked", "failures", "last_sent_at")
    list_filter = ("kind", "blocked")
    list_select_related = ("environment",)
    search_fields = ("name__icontains",)
    fields = (
        "environment",
        "name",
        "kind",
        "blocked",
        "folder",
        "url",
        "secret_changed_at",
        "created_at",
        "failures",
        "failing_since",
        "rests_until",
        "last_sent_at",
    )
    editable = ("blocked",)


@register_with_history(DeliveryRoute)
class DeliveryRouteAdmin(EnvironmentScopedAdmin):
    environment_path = "environment"
    list_display = ("message_type", "channel", "environment")
    list_select_related = ("message_type", "channel", "environment")
    search_fields = ("channel__name__icontains",)
    fields = ("environment", "message_type", "channel")
