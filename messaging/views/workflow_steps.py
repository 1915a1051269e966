"""The steps of a draft: add, change, move and delete. For htmx each answers the draft as it is now."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from connectors.views.environment import EnvironmentRequest, environment_page
from messaging.actions.workflows import add_step, delete_step, move_step, update_step
from messaging.forms_workflows import StepForm
from messaging.models import Workflow
from messaging.views.workflows import show_workflow, to_workflow
from messaging.workflow_queries import get_draft_step_for, get_workflow_for
from portal.errors import DomainError
from portal.http import render_page, wants_fragment
from portal.permissions import MANAGE

_get_or_post = require_http_methods(["GET", "POST"])


@_get_or_post
@environment_page(MANAGE)
def step_add(request: EnvironmentRequest, pk: int) -> HttpResponse:
    workflow = get_workflow_for(request.environment, pk)
    form = StepForm(request.environment, None, request.POST if request.method == "POST" else None)
    done = _("The step has been added.")
    if _saved(request, form, lambda: add_step(workflow=workflow, facts=form.facts(), acting_user=request.user), done):
        return to_workflow(request, workflow)
    context = {"form": form, "workflow": workflow}
    return render_page(request, "messaging/workflows/step.html", context, status=422 if form.errors else 200)


@_get_or_post
@environment_page(MANAGE)
def step_edit(request: EnvironmentRequest, pk: int, step_pk: int) -> HttpResponse:
    workflow = get_workflow_for(request.environment, pk)
    step = get_draft_step_for(workflow, step_pk)
    form = StepForm(request.environment, step, request.POST if request.method == "POST" else None)
    if _saved(
        request,
        form,
        lambda: update_step(workflow=workflow, step=step, facts=form.facts(), acting_user=request.user),
        _("The step has been saved."),
    ):
        return to_workflow(request, workflow)
    context = {"form": form, "workflow": workflow, "step": step}
    return render_page(request, "messaging/workflows/step.html", context, status=422 if form.errors else 200)


@require_POST
@environment_page(MANAGE)
def step_up(request: EnvironmentRequest, pk: int, step_pk: int) -> HttpResponse:
    return _move(request, pk, step_pk, up=True)


@require_POST
@environment_page(MANAGE)
def step_down(request: EnvironmentRequest, pk: int, step_pk: int) -> HttpResponse:
    return _move(request, pk, step_pk, up=False)


@require_POST
@environment_page(MANAGE)
def step_delete(request: EnvironmentRequest, pk: int, step_pk: int) -> HttpResponse:
    workflow = get_workflow_for(request.environment, pk)
    step = get_draft_step_for(workflow, step_pk)
    delete_step(workflow=workflow, step=step, acting_user=request.user)
    messages.success(request, _("The step %(step)s has been taken out of the draft.") % {"step": step.name})
    return _answer(request, workflow)


def _move(request: EnvironmentRequest, pk: int, step_pk: int, *, up: bool) -> HttpResponse:
    workflow = get_workflow_for(request.environment, pk)
    step = get_draft_step_for(workflow, step_pk)
    move_step(workflow=workflow, step=step, up=up, acting_user=request.user)
    return _answer(request, workflow)


def _answer(request: EnvironmentRequest, workflow: Workflow) -> HttpResponse:
    return show_workflow(request, workflow.pk) if wants_fragment(request) else to_workflow(request, workflow)


def _saved(request: EnvironmentRequest, form: StepForm, act: Callable[[], object], done: str) -> bool:
    """Do what a form says, when it was sent in and is right; tell whether it was done."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act()
    except DomainError as refusal:
        form.add_refusal(refusal)
        return False
    messages.success(request, done)
    return True
