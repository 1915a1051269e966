"""Doorzetten, terugzetten, and asking and answering a question. Each answers the message as it is afterwards."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from connectors.views.environment import EnvironmentRequest, environment_page
from messaging.actions.questions import answer_question, ask_question, withdraw_question
from messaging.actions.routing import forward_message, return_message
from messaging.forms_acts import AnswerForm, AskForm, ForwardForm, ReturnForm
from messaging.models.workflows import StepAction
from messaging.queries import get_message_for
from messaging.views.acts import answer_message, form_act, posted, seen_by, try_act
from messaging.workflow import Standing
from portal.permissions import ASSESS

_get_or_post = require_http_methods(["GET", "POST"])


@_get_or_post
@environment_page(ASSESS)
def message_forward(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    message = get_message_for(request.environment, message_id)
    form = ForwardForm(posted(request))
    return form_act(
        request,
        message,
        "forward",
        form,
        lambda: forward_message(message=message, acting_user=request.user, seen=seen_by(request), **form.cleaned_data),
        _("Passed on. The message waits in the next step."),
        possible=Standing(request.membership, message).may(StepAction.FORWARD),
    )


@_get_or_post
@environment_page(ASSESS)
def message_return(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    message = get_message_for(request.environment, message_id)
    form = ReturnForm(message, posted(request))
    return form_act(
        request,
        message,
        "return",
        form,
        lambda: return_message(message=message, acting_user=request.user, seen=seen_by(request), **form.cleaned_data),
        _("Sent back. Your remark is in the history of the message."),
        possible=Standing(request.membership, message).may(StepAction.RETURN),
    )


@_get_or_post
@environment_page(ASSESS)
def message_ask(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    message = get_message_for(request.environment, message_id)
    form = AskForm(request.membership, posted(request))
    return form_act(
        request,
        message,
        "ask",
        form,
        lambda: ask_question(message=message, acting_user=request.user, seen=seen_by(request), **form.cleaned_data),
        _("Asked. The message waits for the answer."),
        possible=Standing(request.membership, message).may(StepAction.ASK),
    )


@_get_or_post
@environment_page(ASSESS)
def message_answer(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    message = get_message_for(request.environment, message_id)
    form = AnswerForm(posted(request))
    return form_act(
        request,
        message,
        "answer",
        form,
        lambda: answer_question(
            message=message,
            acting_user=request.user,
            question_seen=seen_by(request, "question"),
            **form.cleaned_data,
        ),
        _("Answered. The message waits where the question was asked."),
        possible=Standing(request.membership, message).may_answer,
    )


@require_POST
@environment_page(ASSESS)
def message_withdraw(request: EnvironmentRequest, message_id: UUID) -> HttpResponse:
    message = get_message_for(request.environment, message_id)
    question = seen_by(request, "question")
    try_act(
        request,
        lambda: withdraw_question(message=message, acting_user=request.user, question_seen=question),
        _("Withdrawn. The message can go on in its step."),
    )
    return answer_message(request, message)
