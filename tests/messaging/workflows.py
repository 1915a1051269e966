"""Workflows for tests, and messages that wait in a step of one."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from connectors.models import Environment
from messaging.models import Message, Workflow, WorkflowStep, WorkflowVersion
from messaging.models.workflows import StepAction
from messaging.statuses import Status
from tests.messaging.readings import make_message

EVERYTHING = [*StepAction]


def make_steps(environment: Environment, *steps: dict[str, Any], published: bool = True) -> list[WorkflowStep]:
    """Make a workflow of these steps, each with every action and for assessors unless it says otherwise."""
    workflow = Workflow.objects.create(environment=environment, name=f"Workflow {Workflow.objects.count()}")
    version = WorkflowVersion.objects.create(workflow=workflow, number=1)
    made = [
        WorkflowStep.objects.create(
            version=version,
            position=position,
            **{"name": f"Stap {position}", "actions": EVERYTHING, **step},
        )
        for position, step in enumerate(steps, start=1)
    ]
    if published:
        version.published_at = timezone.now()
        version.save(update_fields=["published_at"])
    return made


def make_waiting(environment: Environment, step: WorkflowStep, **values: Any) -> Message:
    """Make a message that waits in a step."""
    given = {"status": Status.IN_WORKFLOW, "step": step, "workflow_version": step.version, **values}
    return make_message(environment, **given)
