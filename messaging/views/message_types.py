"""Communicatieconnector, tab Berichtsoorten (DOMAIN 1a)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from connectors.views.environment import EnvironmentRequest, environment_page
from messaging.actions.message_types import update_message_type
from messaging.forms import MessageTypeForm
from messaging.models import MessageType
from messaging.queries import get_message_type_for, message_type_rows
from portal.errors import DomainError
from portal.http import redirect_after, render_page, wants_fragment
from portal.permissions import MANAGE, READ_SETUP

LIST = "messaging/message_types/list.html"
PROPERTIES = "messaging/message_types/properties.html"


@require_GET
@environment_page(READ_SETUP)
def message_type_list(request: EnvironmentRequest) -> HttpResponse:
    return render_page(request, LIST, {"rows": message_type_rows(request.environment)})


@require_GET
@environment_page(READ_SETUP)
def message_type_row(request: EnvironmentRequest, kind: str) -> HttpResponse:
    """Close the properties in the list again."""
    get_message_type_for(request.environment, kind)
    if not wants_fragment(request):
        return redirect("messaging:message_type_list", request.environment.code)
    return _row(request, kind)


@require_GET
@environment_page(READ_SETUP)
def message_type_properties(request: EnvironmentRequest, kind: str) -> HttpResponse:
    message_type = get_message_type_for(request.environment, kind)
    return _properties(request, message_type, MessageTypeForm(message_type))


@require_POST
@environment_page(MANAGE)
def message_type_save(request: EnvironmentRequest, kind: str) -> HttpResponse:
    """*Opslaan*: the properties stay open."""
    message_type = get_message_type_for(request.environment, kind)
    form = MessageTypeForm(message_type, request.POST)
    if not _save(request, message_type, form):
        return _properties(request, message_type, form, status=422)
    if wants_fragment(request):
        message_type = get_message_type_for(request.environment, kind)
        return _properties(request, message_type, MessageTypeForm(message_type), changed=True)
    return redirect_after(request, reverse("messaging:message_type_properties", args=[request.environment.code, kind]))


@require_POST
@environment_page(MANAGE)
def message_type_save_and_close(request: EnvironmentRequest, kind: str) -> HttpResponse:
    """*Opslaan en sluiten*: back to the list, or to the closed row in it."""
    message_type = get_message_type_for(request.environment, kind)
    form = MessageTypeForm(message_type, request.POST)
    if not _save(request, message_type, form):
        return _properties(request, message_type, form, status=422)
    if wants_fragment(request):
        return _row(request, kind, changed=True)
    return redirect_after(request, reverse("messaging:message_type_list", args=[request.environment.code]))


def _save(request: EnvironmentRequest, message_type: MessageType, form: MessageTypeForm) -> bool:
    if not form.is_valid():
        return False
    try:
        update_message_type(message_type=message_type, acting_user=request.user, **form.cleaned_data)
    except DomainError as refusal:
        form.add_refusal(refusal)
        return False
    state = _("blocked") if form.cleaned_data["blocked"] else _("open")
    messages.success(request, _("%(type)s saved: %(state)s.") % {"type": message_type, "state": state})
    return True


def _row(request: EnvironmentRequest, kind: str, *, changed: bool = False) -> HttpResponse:
    (row,) = message_type_rows(request.environment, only=kind)
    return render_page(request, LIST, {"row": row, "changed": changed}, fragment="type-row")


def _properties(
    request: EnvironmentRequest,
    message_type: MessageType,
    form: MessageTypeForm,
    *,
    changed: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Answer the properties: opened in the row of the list for htmx, otherwise as a page of their own."""
    (row,) = message_type_rows(request.environment, only=message_type.code)
    context = {
        "row": row,
        "form": form,
        "opened": True,
        "changed": changed,
        "may_manage": request.membership.role in MANAGE,
    }
    if wants_fragment(request):
        return render_page(request, LIST, context, fragment="type-row", status=status)
    return render_page(request, PROPERTIES, context, status=status)
