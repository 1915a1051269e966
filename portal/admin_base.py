"""What every page of the admin site has in common: who sees which rows, who may change what, and bounded lists."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import pghistory.core
from django.contrib import admin, messages
from django.db import IntegrityError, models
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from portal.admin_search import matching
from portal.admin_site import list_url
from portal.models import Membership, Role, User
from portal.paginator import CappedPaginator


def event_model_of(model: type[models.Model]) -> type[models.Model] | None:
    """Return the model that records the changes of `model`, if any does."""
    found = pghistory.core.event_models(tracks_model=model)
    return found[0] if found else None


def sees_every_environment(user: User) -> bool:
    """Whether this member of staff is a superuser or a platform auditor (see portal.admin_site)."""
    return user.is_superuser or user.is_support


class EnvironmentScopedAdmin(admin.ModelAdmin[Any]):
    """Read-only rows of the environments that the reader may see.

    `environment_path` leads from a row to its environment's id. `fields` is all that is ever shown. A superuser may
    change `editable`, fill in `addable` for a new row, and take rows away when `deletable`.
    """

    environment_path: ClassVar[str]
    editable: ClassVar[tuple[str, ...]] = ()
    addable: ClassVar[tuple[str, ...]] = ()
    deletable: ClassVar[bool] = False

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    ordering = ("-pk",)
    actions_selection_counter = False

    # Which rows -------------------------------------------------------------------------------------------------------

    def within(self, environments: QuerySet[Any, Any]) -> Q:
        """Return the condition that a row belongs to one of the environments (a queryset of ids)."""
        return Q(**{f"{self.environment_path}__in": environments})

    def history_within(self, environments: QuerySet[Any, Any]) -> Q:
        """Return the same for a row of this model's history, also when what it leads to has been deleted since."""
        return _history_within(self.model, self.environment_path.split("__"), environments)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        user = request.user
        if not isinstance(user, User) or sees_every_environment(user):
            return rows
        own = Membership.objects.filter(user=user).exclude(role=Role.SYSTEM).values("environment")
        return rows.filter(self.within(own))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        if re.fullmatch(r"[OTA]\d{5}[A-Z]{2}", term.upper()):
            environment = Membership._meta.get_field("environment").related_model
            named = environment._default_manager.filter(code=term.upper()).values("pk")
            return queryset.filter(self.within(named)), False
        condition = matching(self.model, self.search_fields, term)
        return (queryset.filter(condition) if condition is not None else queryset.none()), False

    # Who may do what --------------------------------------------------------------------------------------------------

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(getattr(request.user, "is_staff", False))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(getattr(request.user, "is_staff", False))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(self.addable) and _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.editable) and _is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.deletable and _is_superuser(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fields(request, obj) if obj is not None else self.addable

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        writable = self.editable if obj is not None else self.addable
        return [name for name in self.get_fields(request, obj) if name not in writable]

    @property
    def has_history(self) -> bool:
        """Whether the page of an object has a history button."""
        return event_model_of(self.model) is not None

    # Changing ---------------------------------------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {"has_history": self.has_history, **(extra_context or {})}
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except IntegrityError:
            return self._refused(request)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except IntegrityError:
            return self._refused(request)

    def _refused(self, request: HttpRequest) -> HttpResponse:
        """Say that the database holds a rule that this change breaks; the portal's own pages explain which."""
        text = _("Nothing has changed: the database refuses this change. Make it in the portal, which explains why.")
        messages.error(request, text)
        return HttpResponseRedirect(request.path)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Go to the recorded changes of the object; what Django itself would note of this site says far less."""
        event_model = event_model_of(self.model)
        assert event_model is not None, "the button is drawn for tracked models only"  # noqa: S101  # narrows the type
        return HttpResponseRedirect(list_url(event_model, pgh_obj=object_id))

    # The audit triggers record changes made here like any others, so Django's own notes of them are not kept.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        return None


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def _history_within(model: type[models.Model], path: list[str], environments: QuerySet[Any, Any]) -> Q:
    """Follow the path through histories: the app connector of a deleted rule may be deleted too, its history is not."""
    name, rest = path[0], path[1:]
    if name == "pk":
        return Q(pgh_obj__in=environments)
    if not rest:
        return Q(**{f"{name}__in": environments})
    related: Any = model._meta.get_field(name).related_model
    history: Any = event_model_of(related)
    return Q(**{f"{name}__in": history.objects.filter(_history_within(related, rest, environments)).values("pgh_obj")})
