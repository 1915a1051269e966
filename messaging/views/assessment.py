"""Assessing: approve, reject, repair. Each answers the message as it is afterwards, also to who came too late."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from connectors.views.environment import EnvironmentRequest, environment_page
from messaging.actions.acting import SomebodyWasFirst
from messaging.actions.assessment import approve_message, reject_message, repair_message
from messaging.forms_acts import RejectForm
from messaging.models import Message
from messaging.queries import get_message_for, messages_of
from messaging.statuses import Status
from messaging.views.acts import answer_message, form_act, posted, seen_by, try_act
from messaging.views.messages import LIST
from portal.errors import DomainError
from portal.http import redirect_after, render_page, wants_fragment
from portal.permissions import ASSESS


@require_POST
@environment_page(ASSESS)
def message_approve(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    message = get_message_for(request.environment, message_id)
    try:
        onward = approve_message(
            message=message,
            digest_seen=request.POST.get("digest", ""),
            acting_user=request.user,
            seen=seen_by(request),
        )
    except SomebodyWasFirst as late:
        messages.warning(request, str(late))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        done = _("Approved. The message is ready to be sent to the requesting party.")
        if onward:
            done = _("Approved. The message waits in the step %(step)s now.") % {"step": onward.name}
        messages.success(request, done)
    return answer_message(request, message)


@require_http_methods(["GET", "POST"])
@environment_page(ASSESS)
def message_reject(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    """Ask for the reason; with a reason, reject."""
    message = get_message_for(request.environment, message_id)
    form = RejectForm(posted(request))
    return form_act(
        request,
        message,
        "reject",
        form,
        lambda: reject_message(
            message=message,
            reason=form.cleaned_data["reason"],
            acting_user=request.user,
            seen=seen_by(request),
        ),
        _("Rejected. The reason is in the history of the message."),
        possible=message.status == Status.IN_WORKFLOW,
    )


@require_POST
@environment_page(ASSESS)
def message_repair(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    """*Herstellen berichtstatus*."""
    message = get_message_for(request.environment, message_id)
    _repair(request, message)
    return answer_message(request, message)


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
    return try_act(request, lambda: repair_message(message=message, acting_user=request.user), done)
