"""Algemeen / Beheer / Organisaties: the clients of the office, by the numbers in their messages (DOMAIN 1d)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connectors.forms.errors import show_refusal
from connectors.views.environment import EnvironmentRequest, environment_page
from messaging.actions import organisations as actions
from messaging.forms_organisations import NewOrganisationForm, NumberForm, OrganisationForm
from messaging.kinds import NumberScheme
from messaging.linking import AT_ONCE, count_with_number
from messaging.models import Organisation
from messaging.queries_organisations import (
    get_number_for,
    get_organisation_for,
    has_organisations,
    latest_messages,
    organisations_page,
)
from portal.errors import DomainError
from portal.http import redirect_after, render_page
from portal.permissions import MANAGE, READ_MESSAGES

LIST = "messaging/organisations/list.html"
DETAIL = "messaging/organisations/detail.html"
_get_or_post = require_http_methods(["GET", "POST"])


@require_GET
@environment_page(READ_MESSAGES)
def organisation_list(request: EnvironmentRequest) -> HttpResponse:
    text, archived = request.GET.get("q", "").strip()[:150], request.GET.get("archief") == "1"
    names = {name: request.GET.get(name, "")[:150] for name in ("after", "before")}
    page = organisations_page(request.environment, text, archived=archived, **names)
    narrowed = ({"q": text} if text else {}) | ({"archief": "1"} if archived else {})
    context = {
        "page": page,
        "text": text,
        "archived": archived,
        "back_url": page.back and f"?{urlencode(narrowed | {'before': page.back})}",
        "onward_url": page.onward and f"?{urlencode(narrowed | {'after': page.onward})}",
        "nothing_yet": not page.rows and not has_organisations(request.environment),
        "manages": request.membership.role in MANAGE,
    }
    return render_page(request, LIST, context, fragment="results")


@_get_or_post
@environment_page(MANAGE)
def organisation_add(request: EnvironmentRequest) -> HttpResponse:
    form = NewOrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (organisation := _add(request, form)):
        messages.success(request, _("The organisation has been added."))
        return _to(request, organisation)
    return render_page(request, "messaging/organisations/add.html", {"form": form}, status=422 if form.errors else 200)


def _add(request: EnvironmentRequest, form: NewOrganisationForm) -> Organisation | None:
    """Make the organisation with its numbers, or put what a rule said beside the field that it is about."""
    field = "name"
    try:
        with transaction.atomic():
            made = actions.create_organisation(
                environment=request.environment, name=form.cleaned_data["name"], acting_user=request.user
            )
            for field in NumberScheme.values:
                if number := form.cleaned_data[field]:
                    actions.add_number(organisation=made, scheme=field, number=number, acting_user=request.user)
    except DomainError as refusal:
        form.add_error(field, str(refusal.message))
        return None
    return made


@require_GET
@environment_page(READ_MESSAGES)
def organisation_detail(request: EnvironmentRequest, pk: int) -> HttpResponse:
    return _show(request, get_organisation_for(request.environment, pk))


@require_POST
@environment_page(MANAGE)
def organisation_rename(request: EnvironmentRequest, pk: int) -> HttpResponse:
    organisation, form = get_organisation_for(request.environment, pk), OrganisationForm(request.POST)
    if form.is_valid():
        try:
            actions.rename_organisation(organisation=organisation, acting_user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
    if form.errors:
        return _show(request, get_organisation_for(request.environment, pk), name_form=form, status=422)
    messages.success(request, _("The name has been saved."))
    return _to(request, organisation)


@require_POST
@environment_page(MANAGE)
def organisation_number_add(request: EnvironmentRequest, pk: int) -> HttpResponse:
    organisation, form = get_organisation_for(request.environment, pk), NumberForm(request.POST)
    linked = 0
    if form.is_valid():
        try:
            linked = actions.add_number(organisation=organisation, acting_user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
    if form.errors:
        return _show(request, organisation, number_form=form, status=422)
    messages.success(request, " ".join([_("The number has been added."), linked_words(linked)]).strip())
    return _to(request, organisation)


@_get_or_post
@environment_page(MANAGE)
def organisation_number_remove(request: EnvironmentRequest, pk: int, number_pk: int) -> HttpResponse:
    """Ask whether the number may go, saying how many messages are then about an unknown organisation."""
    organisation = get_organisation_for(request.environment, pk)
    number = get_number_for(organisation, number_pk)
    if request.method == "POST":
        actions.remove_number(number=number, acting_user=request.user)
        messages.success(request, _("The number has been taken away."))
        return _to(request, organisation)
    context = {
        "organisation": organisation,
        "number": number,
        "count": count_with_number(request.environment, number.scheme, number.number),
    }
    return render_page(request, "messaging/organisations/number_remove.html", context)


@require_POST
@environment_page(MANAGE)
def organisation_archive(request: EnvironmentRequest, pk: int) -> HttpResponse:
    organisation = get_organisation_for(request.environment, pk)
    actions.archive_organisation(organisation=organisation, acting_user=request.user)
    messages.success(request, _("The organisation is in the archive. Its messages and numbers stay with it."))
    return _to(request, organisation)


@require_POST
@environment_page(MANAGE)
def organisation_restore(request: EnvironmentRequest, pk: int) -> HttpResponse:
    organisation = get_organisation_for(request.environment, pk)
    actions.restore_organisation(organisation=organisation, acting_user=request.user)
    messages.success(request, _("The organisation is out of the archive."))
    return _to(request, organisation)


@_get_or_post
@environment_page(MANAGE)
def organisation_delete(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """Ask whether the organisation may go for good."""
    organisation = get_organisation_for(request.environment, pk)
    if request.method == "GET":
        return render_page(request, "messaging/organisations/delete.html", {"organisation": organisation})
    try:
        actions.delete_organisation(organisation=organisation, acting_user=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return _to(request, organisation)
    messages.success(request, _("%(organisation)s has been deleted.") % {"organisation": organisation.name})
    return redirect("messaging:organisation_list", request.environment.code)


def linked_words(linked: int) -> str:
    """Say how many messages were linked at once; nothing when there were none."""
    if not linked:
        return ""
    if linked >= AT_ONCE:
        return _("The newest %(count)d messages have been linked; the others follow by themselves.") % {"count": linked}
    return ngettext("%(count)d message has been linked.", "%(count)d messages have been linked.", linked) % {
        "count": linked
    }


def _show(
    request: EnvironmentRequest, organisation: Organisation, *, status: int = 200, **given: object
) -> HttpResponse:
    """Draw one organisation, with the forms as they were given or as they are at first."""
    context = {
        "organisation": organisation,
        "latest": latest_messages(organisation),
        "manages": request.membership.role in MANAGE,
        "name_form": OrganisationForm(initial={"name": organisation.name}),
        "number_form": NumberForm(),
        **given,
    }
    context["forms"] = [context["name_form"], context["number_form"]]
    return render_page(request, DETAIL, context, status=status)


def _to(request: EnvironmentRequest, organisation: Organisation) -> HttpResponse:
    return redirect_after(
        request, reverse("messaging:organisation_detail", args=[request.environment.code, organisation.pk])
    )
