"""Workflows (Algemeen / Beheer): the list, one workflow, and its draft from start to publication."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connectors.views.environment import EnvironmentRequest, environment_page
from messaging.actions.workflows import create_workflow, discard_draft, publish_draft, rename_workflow, start_draft
from messaging.diagram import Diagram, diagram
from messaging.forms_workflows import WorkflowForm
from messaging.models import Workflow, WorkflowStep, WorkflowVersion
from messaging.steps import faults_of
from messaging.workflow import plan_of
from messaging.workflow_queries import get_workflow_for, under_way, workflow_rows
from messaging.workflow_words import actions_of, differences, terms_of, who_acts, words_of_fault
from portal.errors import DomainError
from portal.http import redirect_after, render_page
from portal.permissions import MANAGE, READ_SETUP

DETAIL = "messaging/workflows/detail.html"
_get_or_post = require_http_methods(["GET", "POST"])


@require_GET
@environment_page(READ_SETUP)
def workflow_list(request: EnvironmentRequest) -> HttpResponse:
    context = {"rows": workflow_rows(request.environment), "may_manage": request.membership.role in MANAGE}
    return render_page(request, "messaging/workflows/list.html", context)


@_get_or_post
@environment_page(MANAGE)
def workflow_add(request: EnvironmentRequest) -> HttpResponse:
    form = WorkflowForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            workflow = create_workflow(
                environment=request.environment, name=form.cleaned_data["name"], acting_user=request.user
            )
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("The draft has been made, with one step. Change it, and publish it."))
            return to_workflow(request, workflow)
    status = 422 if form.errors else 200
    return render_page(request, "messaging/workflows/add.html", {"form": form}, status=status)


@require_GET
@environment_page(READ_SETUP)
def workflow_detail(request: EnvironmentRequest, pk: int) -> HttpResponse:
    return show_workflow(request, pk)


@_get_or_post
@environment_page(MANAGE)
def workflow_rename(request: EnvironmentRequest, pk: int) -> HttpResponse:
    workflow = get_workflow_for(request.environment, pk)
    form = WorkflowForm(request.POST if request.method == "POST" else None, initial={"name": workflow.name})
    if request.method == "POST" and form.is_valid():
        try:
            rename_workflow(workflow=workflow, name=form.cleaned_data["name"], acting_user=request.user)
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("The name has been saved."))
            return to_workflow(request, workflow)
    context = {"form": form, "workflow": workflow}
    return render_page(request, "messaging/workflows/rename.html", context, status=422 if form.errors else 200)


@require_POST
@environment_page(MANAGE)
def draft_start(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """Copy the published version into a draft."""
    workflow = get_workflow_for(request.environment, pk)
    start_draft(workflow=workflow, acting_user=request.user)
    messages.success(request, _("The draft is a copy of the published version. Messages do not notice it yet."))
    return to_workflow(request, workflow)


@_get_or_post
@environment_page(MANAGE)
def draft_discard(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """Ask whether the draft may go."""
    workflow = get_workflow_for(request.environment, pk)
    published, draft = versions_of(workflow)
    if draft is None:
        return redirect("messaging:workflow_detail", request.environment.code, pk)
    if request.method == "POST":
        try:
            stays = discard_draft(workflow=workflow, acting_user=request.user)
        except DomainError as refusal:
            messages.error(request, str(refusal))
            return to_workflow(request, workflow)
        messages.success(request, _("The draft has been thrown away."))
        if not stays:
            return redirect_after(request, reverse("messaging:workflow_list", args=[request.environment.code]))
        return to_workflow(request, workflow)
    context = {"workflow": workflow, "published": published, "draft": draft}
    return render_page(request, "messaging/workflows/discard.html", context)


@_get_or_post
@environment_page(MANAGE)
def draft_publish(request: EnvironmentRequest, pk: int) -> HttpResponse:
    """Say what publishing means for new messages and for those under way; then publish."""
    workflow = get_workflow_for(request.environment, pk)
    published, draft = versions_of(workflow)
    if draft is None:
        return redirect("messaging:workflow_detail", request.environment.code, pk)
    if request.method == "POST":
        try:
            version = publish_draft(workflow=workflow, acting_user=request.user)
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Version %(number)d is published.") % {"number": version.number})
        return to_workflow(request, workflow)
    counts = under_way(request.environment)
    context = {
        "workflow": workflow,
        "published": published,
        "draft": draft,
        "faults": _faults(draft),
        "differences": differences(steps_of(published), steps_of(draft)) if published else [],
        "under_way": sum(counts.get(version.pk, 0) for version in workflow.versions.all()),
        "types": list(workflow.message_types.all()),
    }
    return render_page(request, "messaging/workflows/publish.html", context)


def to_workflow(request: EnvironmentRequest, workflow: Workflow) -> HttpResponse:
    return redirect_after(request, reverse("messaging:workflow_detail", args=[request.environment.code, workflow.pk]))


def show_workflow(request: EnvironmentRequest, pk: int, *, status: int = 200) -> HttpResponse:
    """Draw a workflow: its draft, if any, and what is published; for htmx the draft only."""
    workflow = get_workflow_for(request.environment, pk)
    published, draft = versions_of(workflow)
    counts = under_way(request.environment)
    context = {
        "workflow": workflow,
        "published": version_context(workflow, published, counts) if published else None,
        "draft": version_context(workflow, draft, counts) if draft else None,
        "differences": differences(steps_of(published), steps_of(draft)) if published and draft else [],
        "older": [
            (version, counts[version.pk])
            for version in workflow.versions.all()
            if version.published_at and version != published and counts.get(version.pk)
        ],
        "types": sorted(workflow.message_types.all(), key=lambda found: found.pk),
        "may_manage": request.membership.role in MANAGE,
    }
    return render_page(request, DETAIL, context, fragment="draft", status=status)


def versions_of(workflow: Workflow) -> tuple[WorkflowVersion | None, WorkflowVersion | None]:
    """Return the newest published version and the draft, of the versions as they were fetched."""
    versions = list(workflow.versions.all())
    published = [version for version in versions if version.published_at]
    return (
        max(published, key=lambda version: version.number, default=None),
        next((version for version in versions if not version.published_at), None),
    )


def steps_of(version: WorkflowVersion) -> list[WorkflowStep]:
    return sorted(version.steps.all(), key=lambda step: step.position)


def version_context(workflow: Workflow, version: WorkflowVersion, counts: dict[int, int]) -> dict[str, Any]:
    """Return a version as the page draws it: its steps in words, its diagram, and what keeps it from publication."""
    steps = steps_of(version)
    return {
        "version": version,
        "steps": [
            {
                "step": step,
                "who": who_acts(step),
                "actions": actions_of(step, is_last=step == steps[-1]),
                "terms": terms_of(step),
            }
            for step in steps
        ],
        "faults": _faults(version),
        "diagram": _diagram(steps),
        "under_way": counts.get(version.pk, 0),
    }


def _diagram(steps: list[WorkflowStep]) -> Diagram:
    return diagram(plan_of(steps), [(who_acts(step), ", ".join(terms_of(step))) for step in steps])


def _faults(version: WorkflowVersion) -> list[str]:
    steps = steps_of(version)
    return [words_of_fault(fault, steps) for fault in faults_of(plan_of(steps))]
