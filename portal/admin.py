"""Users and their memberships in the admin site."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from portal.admin_base import EnvironmentScopedAdmin, event_model_of
from portal.admin_history import register_with_history
from portal.models import Membership, MutedNotice, User


@register_with_history(User)
class UserAdmin(EnvironmentScopedAdmin):
    """People and system users. A superuser blocks somebody, or gives and takes the platform roles; passwords are the
    sign-in's business."""

    environment_path = "memberships__environment"
    list_display = ("username", "name", "email", "kind", "is_active", "is_staff", "is_superuser", "is_support")
    list_filter = ("kind", "is_active", "is_staff", "is_superuser", "is_support")
    search_fields = ("username__istartswith", "name__icontains", "email__istartswith")
    fields = (
        "username",
        "name",
        "email",
        "kind",
        "language",
        "is_active",
        "is_staff",
        "is_superuser",
        "is_support",
        "date_joined",
        "last_login",
        "password_changed_at",
    )
    editable = ("name", "email", "is_active", "is_staff", "is_superuser", "is_support")

    def within(self, environments: QuerySet[Any, Any]) -> Q:
        # Not a join: who is a member of several environments stands in the list once.
        return Q(pk__in=Membership.objects.filter(environment__in=environments).values("user"))

    def history_within(self, environments: QuerySet[Any, Any]) -> Q:
        memberships: Any = event_model_of(Membership)
        return Q(pgh_obj__in=memberships.objects.filter(environment__in=environments).values("user"))


@register_with_history(Membership)
class MembershipAdmin(EnvironmentScopedAdmin):
    """Who belongs where. A superuser helps an office that has lost its last administrator."""

    environment_path = "environment"
    list_display = ("user", "role", "environment", "created_at")
    list_filter = ("role",)
    list_select_related = ("user", "environment")
    search_fields = ("user__username__istartswith", "user__name__icontains")
    fields = ("user", "environment", "role", "created_at")
    raw_id_fields = ("user", "environment")
    editable = ("role",)
    addable = ("user", "environment", "role")
    deletable = True


@register_with_history(MutedNotice)
class MutedNoticeAdmin(EnvironmentScopedAdmin):
    """Which e-mail people do not want. It is theirs to say: on the page *Meldingen*."""

    environment_path = "user__memberships__environment"
    list_display = ("user", "kind", "created_at")
    list_filter = ("kind",)
    list_select_related = ("user",)
    search_fields = ("user__username__istartswith", "user__name__icontains")
    fields = ("user", "kind", "created_at")

    def within(self, environments: QuerySet[Any, Any]) -> Q:
        return Q(user__in=Membership.objects.filter(environment__in=environments).values("user"))

    def history_within(self, environments: QuerySet[Any, Any]) -> Q:
        memberships: Any = event_model_of(Membership)
        return Q(user__in=memberships.objects.filter(environment__in=environments).values("user"))
