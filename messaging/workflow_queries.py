"""Reading workflows: the list, one of them, and how many messages are under way in each version."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Prefetch
from django.http import Http404

from connectors.models import Environment
from messaging.models import MessageType, Workflow, WorkflowStep, WorkflowVersion

COUNT_BOUND = 1_000  # per step

_UNDER_WAY = """
    SELECT s.version_id, sum(
        (SELECT count(*) FROM (SELECT FROM messaging_message m
            WHERE m.step_id = s.id AND m.status = 30 AND m.question_id IS NULL LIMIT %(limit)s) waiting)
        + (SELECT count(*) FROM messaging_question q
            WHERE q.environment_id = %(environment)s AND q.closed_at IS NULL AND q.step_id = s.id)
    )
    FROM messaging_workflowstep s
    JOIN messaging_workflowversion v ON v.id = s.version_id
    JOIN messaging_workflow w ON w.id = v.workflow_id
    WHERE w.environment_id = %(environment)s AND v.published_at IS NOT NULL
    GROUP BY s.version_id
"""


@dataclass(frozen=True)
class WorkflowRow:
    """A line of the list of workflows; `under_way` counts the messages that wait in any of its versions."""

    workflow: Workflow
    published: WorkflowVersion | None
    draft: WorkflowVersion | None
    message_types: list[MessageType]
    under_way: int


def under_way(environment: Environment) -> dict[int, int]:
    """Return by version how many messages are in it now; bounded per step. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_UNDER_WAY, {"environment": environment.pk, "limit": COUNT_BOUND})
        return {version: int(number) for version, number in cursor.fetchall()}


def workflow_rows(environment: Environment) -> list[WorkflowRow]:
    """Return the workflows by name. As many queries for any number of them."""
    counts = under_way(environment)
    workflows = environment.workflows.order_by("name").prefetch_related("versions", "message_types")
    return [_row(workflow, counts) for workflow in workflows]


def _row(workflow: Workflow, counts: dict[int, int]) -> WorkflowRow:
    versions = sorted(workflow.versions.all(), key=lambda version: version.number)
    published = [version for version in versions if version.published_at]
    return WorkflowRow(
        workflow,
        published[-1] if published else None,
        next((version for version in versions if not version.published_at), None),
        sorted(workflow.message_types.all(), key=lambda found: found.pk),
        sum(counts.get(version.pk, 0) for version in versions),
    )


def get_workflow_for(environment: Environment, pk: int) -> Workflow:
    """Return a workflow of the environment with its versions and steps. Raises `Http404` for another's."""
    steps = WorkflowStep.objects.select_related("group").order_by("position")
    versions = WorkflowVersion.objects.select_related("published_by").order_by("-number")
    found = (
        environment.workflows.prefetch_related(
            Prefetch("versions", queryset=versions), Prefetch("versions__steps", queryset=steps), "message_types"
        )
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def get_draft_step_for(workflow: Workflow, pk: int) -> WorkflowStep:
    """Return a step of the workflow's draft. Raises `Http404` for any other."""
    found = (
        WorkflowStep.objects.select_related("group", "version__workflow")
        .filter(version__workflow=workflow, version__published_at__isnull=True, pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found
