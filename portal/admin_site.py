"""The admin site: the auditors' tool, and the last resort of a superuser. Daily work is done in the portal.

Who sees what: staff see what is registered here, read-only, and only the rows of environments that they are a member
of. Staff who are also support staff are platform auditors and see all environments, as superusers do. Removing a
membership can therefore only ever narrow what somebody sees. Superusers may also change the few fields and rows that
each admin names; the audit triggers record that like any other change.

Tokens' digests, passwords and what is in a message are not here for anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

AdminClass = TypeVar("AdminClass", bound=type[admin.ModelAdmin[Any]])


class PortalAdminSite(admin.AdminSite):
    """Django's admin site with the portal's own sign-in, and the audit trail as a section of its own."""

    site_header = _("Berichtenpoort: audit and rescue")
    site_title = "Berichtenpoort"
    index_title = _("Audit and rescue")
    site_url = "/"

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send strangers to the portal's sign-in; tell who is signed in and is not staff that this is not for them."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        target = request.GET.get("next", reverse("admin:index"))
        return redirect_to_login(target, resolve_url("account_login"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return HttpResponseRedirect(reverse("account_logout"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return HttpResponseRedirect(reverse("account_change_password"))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Put the histories, which Django files under each app, together under one heading."""
        sections, histories = super().get_app_list(request, app_label), []
        for section in sections:
            for line in section["models"]:
                history = getattr(line["model"], "pgh_tracked_model", None)
                if history is not None:
                    line["name"] = capfirst(history._meta.verbose_name_plural)
                    histories.append(line)
            section["models"] = [line for line in section["models"] if line not in histories]
        trail = {
            "name": _("Audit trail: who changed what"),
            "app_label": "history",
            "app_url": reverse("admin:index"),
            "has_module_perms": True,
            "models": histories,
        }
        return [*(section for section in sections if section["models"]), *([trail] if histories else [])]


site = PortalAdminSite(name="admin")
# Rows are taken away one at a time, on a page that says what goes with them.
site.disable_action("delete_selected")


def register(model: type[models.Model]) -> Callable[[AdminClass], AdminClass]:
    """Register a model on the portal's admin site."""

    def wrap(admin_class: AdminClass) -> AdminClass:
        site.register(model, admin_class)
        return admin_class

    return wrap


def change_url(instance_or_model: models.Model | type[models.Model], pk: object) -> str:
    """Return the address of an object's page in the admin site."""
    meta = instance_or_model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[pk])


def list_url(model: type[models.Model], **query: object) -> str:
    """Return the address of a model's list in the admin site, filtered by `query`."""
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist", query=query)
