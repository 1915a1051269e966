"""What the views of all acts on a message share: try it, say what came of it, and answer the message as it is now."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from connectors.views.environment import EnvironmentRequest
from messaging.actions.acting import SomebodyWasFirst
from messaging.forms_acts import ActForm
from messaging.models import Message
from messaging.queries import get_message_for
from messaging.views.decisions import panel_of
from messaging.views.messages import message_context, render_message
from portal.errors import DomainError
from portal.http import redirect_after, wants_fragment


def try_act(request: EnvironmentRequest, action: Callable[[], object], done: str) -> bool:
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


def posted(request: EnvironmentRequest) -> QueryDict | None:
    """Return what was sent in; None for a form that is asked for."""
    return request.POST if request.method == "POST" else None


def seen_by(request: EnvironmentRequest, name: str = "seen") -> int | None:
    """Return the act that stood on the screen when the form was drawn; None when the form does not say."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def answer_message(request: EnvironmentRequest, message: Message) -> HttpResponse:
    """Answer the message as it is after the act."""
    if not wants_fragment(request):
        return redirect_after(
            request, reverse("messaging:message_detail", args=[request.environment.code, message.public_id])
        )
    message = get_message_for(request.environment, message.pk)
    return render_message(request, message, message_context(request, message))


def form_act(
    request: EnvironmentRequest,
    message: Message,
    name: str,
    form: ActForm,
    act: Callable[[], object],
    done: str,
    *,
    possible: bool,
) -> HttpResponse:
    """Draw the form of an act beside its message, or do what it says.

    What a rule says about a field stands beside that field; who came too late gets the message as it is now, with who
    was first. Where the act is not `possible`, asking for its form leads to the message itself.
    """
    if request.method == "GET":
        if not possible:
            return redirect("messaging:message_detail", request.environment.code, message.public_id)
        return _with_panel(request, message, name, form)
    if not form.is_valid():
        return _with_panel(request, message, name, form, status=422)
    try:
        act()
    except SomebodyWasFirst as late:
        messages.warning(request, str(late))
    except DomainError as refusal:
        if refusal.field in form.fields:
            form.add_refusal(refusal)
            return _with_panel(request, message, name, form, status=422)
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return answer_message(request, message)


def _with_panel(
    request: EnvironmentRequest, message: Message, name: str, form: ActForm, *, status: int = 200
) -> HttpResponse:
    """Answer the page of the message with the form of an act opened; it keeps what was seen when it was opened."""
    context = message_context(request, message)
    context |= {"form": form, "panel": panel_of(name, form, message, request)}
    context["seen"] = seen_by(request) or context["seen"]
    return render_message(request, message, context, status=status)
