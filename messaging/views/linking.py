"""Linking a message by hand to the organisation that it is about, and taking that back (DOMAIN 1d)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connectors.forms.errors import show_refusal
from connectors.views.environment import EnvironmentRequest, environment_page
from messaging.actions.linking import link_message, link_to_new_organisation, number_to_remember, unlink_message
from messaging.forms_organisations import LinkForm, OrganisationForm
from messaging.linking import COUNTED, count_others
from messaging.models import Message
from messaging.queries import get_message_for, reading_of
from messaging.queries_organisations import offered_organisations
from messaging.views.organisations import linked_words
from portal.errors import DomainError
from portal.http import redirect_after, render_page
from portal.permissions import ASSESS

PAGE = "messaging/messages/link.html"


@require_GET
@environment_page(ASSESS)
def message_link(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    """Choose among the organisations, or make a new one."""
    return _show(request, get_message_for(request.environment, message_id))


@require_POST
@environment_page(ASSESS)
def message_link_existing(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    message, form = get_message_for(request.environment, message_id), LinkForm(request.environment, request.POST)
    if form.is_valid():
        try:
            linked = link_message(
                message=message, organisation=form.cleaned_data["organisation"], acting_user=request.user
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return _linked(request, message, linked)
    return _show(request, message, link_form=form, status=422)


@require_POST
@environment_page(ASSESS)
def message_link_new(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    message, form = get_message_for(request.environment, message_id), OrganisationForm(request.POST)
    if form.is_valid():
        try:
            linked = link_to_new_organisation(message=message, name=form.cleaned_data["name"], acting_user=request.user)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return _linked(request, message, linked)
    return _show(request, message, form=form, status=422)


@require_http_methods(["GET", "POST"])
@environment_page(ASSESS)
def message_unlink(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    """Ask whether the link may go, saying how many messages go along."""
    message = get_message_for(request.environment, message_id)
    if request.method == "GET":
        return render_page(request, "messaging/messages/unlink.html", _facts(message))
    unlink_message(message=message, acting_user=request.user)
    messages.success(request, _("The link has been taken away. The organisation of this message is unknown again."))
    return _to(request, message)


def _show(request: EnvironmentRequest, message: Message, *, status: int = 200, **given: Any) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:150]
    context = {
        **_facts(message),
        "text": text,
        "offered": offered_organisations(request.environment, text),
        "form": OrganisationForm(initial={"name": _name_in(message)}),
        **given,
    }
    context["forms"] = [context["form"], *([context["link_form"]] if "link_form" in context else [])]
    return render_page(request, PAGE, context, fragment="offered", status=status)


def _facts(message: Message) -> dict[str, Any]:
    remembered = number_to_remember(message)
    others = count_others(message, *remembered) if remembered else 0
    return {"message": message, "remembered": remembered, "others": others, "others_capped": others >= COUNTED}


def _name_in(message: Message) -> str:
    """Return the name of the organisation where the document states one: annual accounts do."""
    reading = reading_of(message)
    try:
        return str(reading.document["accounts"]["name"]) if reading else ""
    except (KeyError, TypeError):
        return ""


def _linked(request: EnvironmentRequest, message: Message, linked: int) -> HttpResponse:
    messages.success(request, linked_words(linked) or _("The message was linked to this organisation already."))
    return _to(request, message)


def _to(request: EnvironmentRequest, message: Message) -> HttpResponse:
    return redirect_after(
        request, reverse("messaging:message_detail", args=[request.environment.code, message.public_id])
    )
