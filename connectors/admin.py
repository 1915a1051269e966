"""Who may call, in the admin site."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet

from connectors.fields import display_network
from connectors.models import (
    AllowlistEntry,
    AllowlistRemark,
    AllowlistRequest,
    AppConnector,
    ConnectorGrant,
    Environment,
    GroupMember,
    IpRule,
    Token,
    TokenClaim,
    TokenOrigin,
    UserGroup,
)
from portal.admin_base import EnvironmentScopedAdmin
from portal.admin_history import register_with_history
from portal.admin_site import register


class NetworkColumn:
    """A column that writes a network as people do."""

    @admin.display(description=IpRule._meta.get_field("network").verbose_name)
    def written_network(self, row: Any) -> str:
        return display_network(row.network)


@register_with_history(UserGroup)
class UserGroupAdmin(EnvironmentScopedAdmin):
    environment_path = "environment"
    list_display = ("name", "environment", "created_at")
    list_select_related = ("environment",)
    search_fields = ("name__icontains",)
    fields = ("environment", "name", "created_at")
    editable = ("name",)


@register_with_history(GroupMember)
class GroupMemberAdmin(EnvironmentScopedAdmin):
    environment_path = "environment"
    list_display = ("user", "group", "environment", "created_at")
    list_select_related = ("user", "group", "environment")
    search_fields = ("user__username__istartswith", "user__name__icontains", "group__name__icontains")
    fields = ("user", "group", "environment", "created_at")
    deletable = True


@register_with_history(AppConnector)
class AppConnectorAdmin(EnvironmentScopedAdmin):
    """A superuser can stop a connector at once; everything else is set up in the portal."""

    environment_path = "environment"
    list_display = ("description", "environment", "group", "blocked", "created_at")
    list_filter = ("blocked",)
    list_select_related = ("environment", "group")
    search_fields = ("description__icontains",)
    fields = ("environment", "description", "group", "blocked", "token_validity_days", "created_at")
    editable = ("blocked",)


@register_with_history(ConnectorGrant)
class ConnectorGrantAdmin(EnvironmentScopedAdmin):
    environment_path = "app_connector__environment"
    list_display = ("connector", "app_connector", "created_at")
    list_filter = ("connector",)
    list_select_related = ("app_connector",)
    search_fields = ("app_connector__description__icontains",)
    fields = ("app_connector", "connector", "created_at")
    deletable = True


@register_with_history(IpRule)
class IpRuleAdmin(NetworkColumn, EnvironmentScopedAdmin):
    """A rule that locks everybody out can be taken away here."""

    environment_path = "app_connector__environment"
    list_display = ("written_network", "action", "app_connector", "note", "created_at")
    list_filter = ("action",)
    list_select_related = ("app_connector",)
    search_fields = ("network", "app_connector__description__icontains")
    fields = ("app_connector", "action", "written_network", "note", "created_at")
    deletable = True


@register_with_history(Token)
class TokenAdmin(EnvironmentScopedAdmin):
    """Tokens as an auditor may know them: by their last four characters. They are made and deleted in the portal."""

    environment_path = "environment"
    list_display = (
        "hint",
        "device",
        "user",
        "app_connector",
        "customer_environment",
        "environment",
        "expires_at",
        "last_used_at",
        "deleted_at",
    )
    list_select_related = ("user", "app_connector", "environment")
    search_fields = ("hint__iexact", "customer_environment", "device__icontains", "user__username__istartswith")
    fields = (
        "hint",
        "device",
        "user",
        "app_connector",
        "environment",
        "customer_environment",
        "created_at",
        "created_by",
        "expires_at",
        "last_used_at",
        "last_used_address",
        "last_used_client",
        "closing_since",
        "close_after_hours",
        "expiry_announced",
        "deleted_at",
        "deleted_by",
    )


@register_with_history(TokenClaim)
class TokenClaimAdmin(EnvironmentScopedAdmin):
    """Claim links: when and from where each was claimed. What waits, and the code that opens it, are nowhere to see."""

    environment_path = "token__environment"
    list_display = ("token", "created_by", "created_at", "expires_at", "claimed_at", "claimed_address", "alarm")
    list_filter = ("alarm",)
    list_select_related = ("token", "created_by")
    search_fields = ("token__hint__iexact", "token__customer_environment", "claimed_address")
    fields = (
        "token",
        "created_by",
        "created_at",
        "expires_at",
        "claimed_at",
        "claimed_address",
        "claimed_client",
        "revoked_at",
        "revoked_by",
        "wrong_codes",
        "alarm",
        "alarm_at",
        "alarm_address",
        "alarm_settled_at",
        "alarm_settled_by",
    )


@register(TokenOrigin)
class TokenOriginAdmin(EnvironmentScopedAdmin):
    environment_path = "token__environment"
    list_display = ("token", "network", "customer_environment", "refused", "first_at", "last_at")
    list_filter = ("refused",)
    list_select_related = ("token",)
    search_fields = ("token__hint__iexact", "customer_environment", "network")
    fields = ("token", "network", "customer_environment", "refused", "first_at", "last_at")


@register_with_history(AllowlistRequest)
class AllowlistRequestAdmin(NetworkColumn, EnvironmentScopedAdmin):
    environment_path = "environment"
    list_display = (
        "id",
        "written_network",
        "participant_number",
        "environment",
        "status",
        "submitted_by",
        "submitted_at",
        "decided_by",
        "decided_at",
    )
    list_filter = ("status", "profile")
    list_select_related = ("environment", "submitted_by", "decided_by")
    search_fields = ("id", "network", "participant_number")
    fields = (
        "environment",
        "feature",
        "profile",
        "participant_number",
        "written_network",
        "explanation",
        "log_reference",
        "evidence",
        "status",
        "assigned_to",
        "awaits_answer",
        "submitted_by",
        "submitted_at",
        "decided_by",
        "decided_at",
        "decision_reason",
    )


@register_with_history(AllowlistEntry)
class AllowlistEntryAdmin(NetworkColumn, EnvironmentScopedAdmin):
    """An entry belongs to a participant number, and so to every environment with that number."""

    environment_path = "participant_number"
    list_display = (
        "written_network",
        "participant_number",
        "profile",
        "created_by",
        "created_at",
        "expires_at",
        "revoked_at",
    )
    list_filter = ("profile",)
    list_select_related = ("created_by",)
    search_fields = ("network", "participant_number")
    fields = (
        "written_network",
        "participant_number",
        "profile",
        "request",
        "created_by",
        "created_at",
        "expires_at",
        "revoked_at",
        "revoked_by",
        "revoke_reason",
        "reviewed_at",
        "review_on",
        "first_used_at",
        "first_used_hint",
        "last_used_at",
        "announced_days",
    )
    editable = ("expires_at",)

    def within(self, environments: QuerySet[Any, Any]) -> Q:
        return Q(participant_number__in=Environment.objects.filter(pk__in=environments).values("participant_number"))

    def history_within(self, environments: QuerySet[Any, Any]) -> Q:
        return self.within(environments)


@register(AllowlistRemark)
class AllowlistRemarkAdmin(EnvironmentScopedAdmin):
    """What was said about incidents and addresses; append-only, so it is its own history."""

    environment_path = "incident__environment"
    list_display = ("at", "kind", "actor", "incident", "entry")
    list_filter = ("kind",)
    list_select_related = ("actor", "incident", "entry")
    search_fields = ("incident__id", "entry__id")
    fields = ("at", "kind", "actor", "incident", "entry", "text")

    def within(self, environments: QuerySet[Any, Any]) -> Q:
        numbers = Environment.objects.filter(pk__in=environments).values("participant_number")
        return Q(incident__environment__in=environments) | Q(entry__participant_number__in=numbers)
