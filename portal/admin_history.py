"""The audit trail in the admin site: one read-only list per recorded model."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext_lazy as _

from portal.admin_base import EnvironmentScopedAdmin, event_model_of
from portal.admin_site import AdminClass, change_url, list_url, site
from portal.formats import NOTHING, seconds_nl

CHANGES = {"insert": _("Made"), "update": _("Changed"), "delete": _("Deleted")}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:")  # as the database writes one in JSON
# What a person calls a thing, in order of preference; the first that the model has is its name in the history.
NAMES = ("code", "username", "name", "description", "network", "connector", "device", "role", "number")


class ChangeFilter(admin.SimpleListFilter):
    """Made, changed or deleted; it asks the database nothing."""

    title = _("change")
    parameter_name = "change"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*CHANGES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pgh_label=self.value()) if self.value() in CHANGES else queryset


class HistoryAdmin(EnvironmentScopedAdmin):
    """The recorded changes of one model: when, what, who, from where, in which request, and what became different.

    The values of the row before and whether the object still exists come with the list's one query.
    """

    tracked: ClassVar[type[EnvironmentScopedAdmin]]
    tracked_model: ClassVar[type[models.Model]]
    change_list_template = "admin/history_list.html"
    change_form_template = "admin/history_detail.html"
    list_display = ("at", "what", "thing", "who", "address", "request_begin", "difference")
    list_display_links = ("at",)
    list_filter = (ChangeFilter,)
    fields = ("at", "what", "thing", "who", "address", "request", "page", "difference", "values", "context_id")
    search_fields = ("pgh_obj", "pgh_context__request_id", "pgh_context__user_name", "pgh_context__address")
    search_help_text = _("Number of the object, request id, name of the user, address, or code of the environment")
    environment_path = "pgh_obj"

    def within(self, environments: QuerySet[Any, Any]) -> Q:
        return self.tracked(self.tracked_model, self.admin_site).history_within(environments)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        before = self.model._default_manager.filter(pgh_obj=OuterRef("pgh_obj"), pgh_id__lt=OuterRef("pgh_id"))
        columns = {field.attname: field.attname for field in self._recorded()}
        still = self.tracked_model._default_manager.filter(pk=OuterRef("pgh_obj"))
        values_before = models.Subquery(before.order_by("-pgh_id").values(found=JSONObject(**columns))[:1])
        rows: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(values_now=JSONObject(**columns), values_before=values_before, still_exists=Exists(still))
        )
        return rows

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup == "pgh_obj" or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]  # the stubs lag behind Django 5.2

    def _recorded(self) -> list[models.Field[Any, Any]]:
        """Return the columns of the recorded model in the history, without those of the history itself."""
        return [field for field in self.model._meta.concrete_fields if not field.name.startswith("pgh_")]

    # Columns ----------------------------------------------------------------------------------------------------------

    @admin.display(description=_("when"), ordering="pgh_id")
    def at(self, event: Any) -> str:
        return seconds_nl(event.pgh_created_at)

    @admin.display(description=_("change"))
    def what(self, event: Any) -> str:
        return str(CHANGES.get(event.pgh_label, event.pgh_label))

    @admin.display(description=_("object"))
    def thing(self, event: Any) -> SafeString:
        """The name that the object had, as a link while it exists, and a link to all of its history."""
        name = name_in(event.values_now)
        subject = (
            format_html('<a href="{}">{}</a>', change_url(self.tracked_model, event.pgh_obj_id), name)
            if event.still_exists
            else format_html("{} ({})", name, _("no longer exists"))
        )
        whole = list_url(self.model, pgh_obj=event.pgh_obj_id)
        return format_html('{} <a class="quiet" href="{}">#{}</a>', subject, whole, event.pgh_obj_id)

    @admin.display(description=_("who"))
    def who(self, event: Any) -> str:
        return context_of(event).get("user_name") or NOTHING

    @admin.display(description=_("address"))
    def address(self, event: Any) -> str:
        return context_of(event).get("address") or NOTHING

    @admin.display(description=_("request id"))
    def request(self, event: Any) -> SafeString | str:
        request_id = context_of(event).get("request_id")
        return format_html("<code>{}</code>", request_id) if request_id else NOTHING

    @admin.display(description=_("request id"))
    def request_begin(self, event: Any) -> SafeString | str:
        """The id as long as a column has room for; it leads to all that this request changed here."""
        request_id = context_of(event).get("request_id")
        if not request_id:
            return NOTHING
        whole = list_url(self.model, q=request_id)
        return format_html(
            '<a href="{}" title="{}"><code>{}</code></a>', whole, request_id, Truncator(request_id).chars(9)
        )

    @admin.display(description=_("page"))
    def page(self, event: Any) -> str:
        return context_of(event).get("url") or NOTHING

    @admin.display(description=_("what became different"))
    def difference(self, event: Any) -> SafeString | str:
        if event.pgh_label != "update" or event.values_before is None:
            return NOTHING
        changed = [
            (self._label(name), shown(event.values_before.get(name)), shown(value))
            for name, value in event.values_now.items()
            if value != event.values_before.get(name)
        ]
        return format_html_join("", '<div class="difference"><b>{}</b>: <del>{}</del> → <ins>{}</ins></div>', changed)

    @admin.display(description=_("all values"))
    def values(self, event: Any) -> SafeString:
        rows = [(self._label(name), shown(value)) for name, value in event.values_now.items()]
        return format_html_join("", "<div><b>{}</b>: {}</div>", rows)

    @admin.display(description=_("change as a whole"))
    def context_id(self, event: Any) -> str:
        """All rows with the same id were written by one piece of work."""
        return str(event.pgh_context_id or NOTHING)

    def _label(self, column: str) -> str:
        try:
            return capfirst(str(self.model._meta.get_field(column.removesuffix("_id")).verbose_name))
        except FieldDoesNotExist:
            return column

    # The words around the list ----------------------------------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        title = _("Audit trail: %(things)s") % {"things": self.tracked_model._meta.verbose_name_plural}
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        title = _("Recorded change: %(thing)s") % {"thing": self.tracked_model._meta.verbose_name}
        context = {"title": title, "subtitle": "", "tracked": self.tracked_model._meta, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)


def context_of(event: Any) -> Mapping[str, Any]:
    """Return who and what the triggers wrote beside the change; nothing when it was made without any context."""
    return event.pgh_context or {}


def name_in(values: Mapping[str, Any]) -> str:
    """Return what a person called the object at that moment."""
    return next((str(values[name]) for name in NAMES if values.get(name)), f"#{values['id']}")


def shown(value: Any) -> str:
    """Return a recorded value as people read it."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, str) and _MOMENT.match(value) and (moment := parse_datetime(value)):
        return seconds_nl(moment)
    return NOTHING if value in (None, "") else str(value)


def register_with_history(model: type[models.Model]) -> Callable[[AdminClass], AdminClass]:
    """Register a model on the portal's admin site, and the record of its changes beside it."""

    def wrap(admin_class: AdminClass) -> AdminClass:
        site.register(model, admin_class)
        event_model = event_model_of(model)
        assert event_model is not None, f"{model} is not tracked"  # noqa: S101  # narrows the type
        name = f"{event_model.__name__}Admin"
        site.register(event_model, type(name, (HistoryAdmin,), {"tracked": admin_class, "tracked_model": model}))
        return admin_class

    return wrap
