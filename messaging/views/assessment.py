"""Assessing: approve, reject, repair. Each answers the message as it is afterwards, also to who came too late."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from connectors.views.environment import EnvironmentRequest, environment_page
from messaging.actions.assessment import SomebodyWasFirst, approve_message, reject_message, repair_message
from messaging.forms import RejectForm
from messaging.models import Message
from messaging.queries import get_message_for, messages_of
from messaging.statuses import Status
from messaging.views.messages import DETAIL, LIST, message_context
from portal.errors import DomainError
from portal.http import redirect_after, render_page, wants_fragment
from portal.permissions import ASSESS


@require_POST
@environment_page(ASSESS)
def message_approve(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    message = get_message_for(request.environment, message_id)
    _try(
        request,
        lambda: approve_message(message=message, digest_seen=request.POST.get("digest", ""), acting_user=request.user),
        _("Approved. The message is ready to be sent to the requesting party."),
    )
    return _answer(request, message)


@require_http_methods(["GET", "POST"])
@environment_page(ASSESS)
def message_reject(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    """Ask for the reason; with a reason, reject."""
    message = get_message_for(request.environment, message_id)
    if request.method == "GET":
        if message.status != Status.IN_WORKFLOW:
            return redirect("messaging:message_detail", request.environment.code, message.public_id)
        return _with_reason(request, message, RejectForm())
    form = RejectForm(request.POST)
    if not form.is_valid():
        return _with_reason(request, message, form, status=422)
    _try(
        request,
        lambda: reject_message(message=message, reason=form.cleaned_data["reason"], acting_user=request.user),
        _("Rejected. The reason is in the history of the message."),
    )
    return _answer(request, message)


@require_POST
@environment_page(ASSESS)
def message_repair(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    """*Herstellen berichtstatus*."""
    message = get_message_for(request.environment, message_id)
    _repair(request, message)
    return _answer(request, message)


@require_POST
@environment_page(ASSESS)
def message_repair_in_list(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    """*Herstellen berichtstatus* from the list, which stays where it is."""
    message = get_message_for(request.environment, message_id)
    done = _repair(request, message)
    if not wants_fragment(request):
        return redirect_after(request, reverse("messaging:message_list", args=[request.environment.code]))
    row = messages_of(request.environment).get(pk=message.pk)
    return render_page(request, LIST, {"message": row, "may_assess": True, "changed": done}, fragment="message-row")


def _repair(request: EnvironmentRequest, message: Message) -> bool:
    done = _("Repaired. The message is back in the workflow.")
    return _try(request, lambda: repair_message(message=message, acting_user=request.user), done)


def _try(request: EnvironmentRequest, action: Callable[[], object], done: str) -> bool:
    """Act, and have the page say that it is done, or what the rule said. Tells whether it was done."""
    try:
        action()
    except SomebodyWasFirst as late:
        messages.warning(request, str(late))
        return False
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, done)
    return True


def _answer(request: EnvironmentRequest, message: Message) -> HttpResponse:
    if not wants_fragment(request):
        return redirect_after(
            request, reverse("messaging:message_detail", args=[request.environment.code, message.public_id])
        )
    message = get_message_for(request.environment, message.pk)
    return render_page(request, DETAIL, message_context(request, message), fragment="message")


def _with_reason(request: EnvironmentRequest, message: Message, form: RejectForm, *, status: int = 200) -> HttpResponse:
    """Answer the page of the message with the field for the reason opened."""
    context = message_context(request, message) | {"form": form}
    return render_page(request, DETAIL, context, fragment="message", status=status)
