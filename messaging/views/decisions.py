"""What the panel beside a message offers: the buttons for who may press them, or who may and why not you."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _

from connectors.views.environment import EnvironmentRequest
from messaging.history import KINDS_OF_ACTS
from messaging.models import Message, MessageEvent
from messaging.models.workflows import StepAction
from messaging.statuses import Status
from messaging.tasks_for import is_overdue, next_task
from messaging.workflow import Standing, next_step
from portal.permissions import ASSESS


@dataclass(frozen=True)
class Panel:
    """A form that is open beside a message: where it goes, and its button."""

    form: forms.Form
    url: str
    submit: str
    icon: str
    is_danger: bool = False


def decision_context(request: EnvironmentRequest, message: Message, events: list[MessageEvent]) -> dict[str, Any]:
    """Return what the panel shows; `events` are those of the message, the newest first."""
    standing = Standing(request.membership, message)
    in_workflow = message.status == Status.IN_WORKFLOW
    may = {action.value: in_workflow and standing.may(action) for action in StepAction}
    role_may_assess = request.membership.role in ASSESS
    return {
        "in_workflow": in_workflow,
        "may": may,
        "passes_to": _passes_to(message) if may["approve"] or may["forward"] else None,
        "why_not": "" if any(may.values()) or not in_workflow else _why_not(standing, message),
        "may_answer": standing.may_answer,
        "may_withdraw": standing.may_withdraw,
        "may_repair": message.status == Status.REJECTED and role_may_assess and not message.is_test,
        "role_may_assess": role_may_assess,
        "is_overdue": is_overdue(message),
        "seen": next((event.pk for event in events if event.kind in KINDS_OF_ACTS), ""),
        "next_message": next_task(request.membership, message) if role_may_assess else None,
    }


def _passes_to(message: Message) -> Any:
    """Return the step that comes next; None in the last one."""
    return next_step(message.step) if message.step else None


def _why_not(standing: Standing, message: Message) -> str:
    offered = [action for action in StepAction if message.step and action in message.step.actions]
    return standing.why_not(offered[0] if offered else StepAction.APPROVE)


def panel_of(action: str, form: forms.Form, message: Message, request: EnvironmentRequest) -> Panel:
    """Return the form of an action as the panel draws it."""
    words = {
        "reject": (_("Reject"), "reject", True),
        "forward": (_("Pass on"), "arrow-right", False),
        "return": (_("Send back"), "undo", False),
        "ask": (_("Ask the question"), "comment", False),
        "answer": (_("Send the answer"), "comment", False),
    }
    submit, icon, is_danger = words[action]
    url = reverse(f"messaging:message_{action}", args=[request.environment.code, message.public_id])
    return Panel(form, url, submit, icon, is_danger)
