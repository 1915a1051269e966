"""Algemeen / Beheer / App connector: the list, and the tabs *Algemeen* and *Connectoren* of the properties."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from connectors.actions.app_connectors import (
    delete_app_connector,
    grant_connector,
    revoke_connector,
    update_app_connector,
)
from connectors.audit_facts import facts_of
from connectors.audit_terms import Rule
from connectors.auditor import audit
from connectors.forms.app_connectors import GrantForm, PropertiesForm
from connectors.models import AppConnector
from connectors.queries import (
    administrators_of,
    app_connectors_of,
    counts_of,
    get_app_connector_for,
    get_grant_for,
)
from connectors.views.environment import EnvironmentRequest, environment_page
from connectors.views.links import list_url, tab_url
from portal.errors import DomainError
from portal.http import redirect_after, render_page
from portal.permissions import MANAGE, READ_SETUP

_get_or_post = require_http_methods(["GET", "POST"])


@require_GET
@environment_page(READ_SETUP)
def app_connector_list(request: EnvironmentRequest) -> HttpResponse:
    app_connectors, now = [*app_connectors_of(request.environment)], timezone.now()
    facts = facts_of(app_connectors, now=now)
    rows = [(app_connector, audit(facts[app_connector.pk], now=now)) for app_connector in app_connectors]
    expiring = [row for row in rows if any(finding.rule is Rule.EXPIRING for finding in row[1].findings)]
    context = {"app_connectors": app_connectors, "rows": rows, "expiring": expiring, **who_may(request)}
    return render_page(request, "connectors/app_connectors/list.html", context)


@require_GET
@environment_page(READ_SETUP)
def app_connector_detail(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """Tab *Algemeen*."""
    app_connector = get_app_connector_for(request.environment, pk)
    return _general(request, app_connector, PropertiesForm(app_connector))


@_get_or_post
@environment_page(MANAGE)
def app_connector_save(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """*Opslaan*: stay on the tab."""
    app_connector = get_app_connector_for(request.environment, pk)
    return _save(request, app_connector, tab_url(request, "general", app_connector))


@_get_or_post
@environment_page(MANAGE)
def app_connector_save_and_close(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """*Opslaan en sluiten*: back to the list."""
    return _save(request, get_app_connector_for(request.environment, pk), list_url(request))


@_get_or_post
@environment_page(MANAGE)
def app_connector_delete(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """Ask, and remove an app connector that never had a token."""
    app_connector = get_app_connector_for(request.environment, pk)
    if request.method == "GET":
        context = {"app_connector": app_connector, "can_go": not app_connector.tokens.exists()}
        return render_page(request, "connectors/app_connectors/delete.html", context)
    try:
        delete_app_connector(app_connector=app_connector, acting_user=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
        return redirect_after(request, tab_url(request, "general", app_connector))
    messages.success(request, _("App connector %(name)s has been deleted.") % {"name": app_connector})
    return redirect_after(request, list_url(request))


@require_GET
@environment_page(READ_SETUP)
def grant_list(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """Tab *Connectoren*."""
    app_connector = get_app_connector_for(request.environment, pk)
    context = {**properties(request, app_connector, "grants"), "grants": app_connector.grants.order_by("connector")}
    return render_page(request, "connectors/app_connectors/grants.html", context)


@_get_or_post
@environment_page(MANAGE)
def grant_add(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """*Nieuw*: put a connector on the list. The wizard's last page sends here too."""
    app_connector, form = get_app_connector_for(request.environment, pk), GrantForm(request.POST or None)
    if form.is_valid():
        connector = form.cleaned_data["connector"]
        grant_connector(app_connector=app_connector, connector=connector, acting_user=request.user)
        messages.success(request, _("%(connector)s has been added.") % {"connector": connector})
        return redirect_after(request, tab_url(request, "grants", app_connector))
    context = {"app_connector": app_connector, "form": form}
    status = 422 if form.errors else 200
    return render_page(request, "connectors/app_connectors/grant_add.html", context, status=status)


@_get_or_post
@environment_page(MANAGE)
def grant_remove(request: EnvironmentRequest, pk: int, grant_pk: int) -> HttpResponse:
    """Ask, and take a connector off the list."""
    app_connector = get_app_connector_for(request.environment, pk)
    grant = get_grant_for(app_connector, grant_pk)
    if request.method == "GET":
        context = {"app_connector": app_connector, "grant": grant, "counts": counts_of(app_connector)}
        return render_page(request, "connectors/app_connectors/grant_remove.html", context)
    revoke_connector(grant=grant, acting_user=request.user)
    messages.success(request, _("%(connector)s has been removed.") % {"connector": grant})
    return redirect_after(request, tab_url(request, "grants", app_connector))


def who_may(request: EnvironmentRequest) -> dict[str, Any]:
    """Whether this member may change the set-up, and if not, the names of who may."""
    manages = request.membership.role in MANAGE
    return {"manages": manages, "administrators": [] if manages else administrators_of(request.environment)}


def properties(request: EnvironmentRequest, app_connector: AppConnector, tab: str) -> dict[str, Any]:
    """What every tab of the properties shows."""
    return {
        "app_connector": app_connector,
        "tab": tab,
        "counts": counts_of(app_connector),
        **who_may(request),
    }


def _general(
    request: EnvironmentRequest, app_connector: AppConnector, form: PropertiesForm, status: int = 200
) -> HttpResponse:
    context = {
        **properties(request, app_connector, "general"),
        "form": form,
        "can_go": not app_connector.tokens.exists(),
    }
    return render_page(request, "connectors/app_connectors/general.html", context, status=status)


def _save(request: EnvironmentRequest, app_connector: AppConnector, then: str) -> HttpResponse:
    if request.method == "GET":  # after switching language on an answer with errors
        return redirect_after(request, tab_url(request, "general", app_connector))
    form = PropertiesForm(app_connector, request.POST)
    if form.is_valid():
        try:
            update_app_connector(app_connector=app_connector, acting_user=request.user, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%(name)s has been saved.") % {"name": app_connector})
            return redirect_after(request, then)
    return _general(request, get_app_connector_for(request.environment, app_connector.pk), form, status=422)
