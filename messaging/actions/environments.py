"""Opening an accountancy environment."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from connectors.models import Environment
from messaging.kinds import MessageKind
from messaging.models import MessageType, Workflow, WorkflowStep, WorkflowVersion
from messaging.models.workflows import StepAction
from portal.models import Role, User


@transaction.atomic
def create_environment(*, code: str, name: str, acting_user: User | None) -> Environment:
    """Open an environment with every message type, blocked, and the workflow *Accorderen* ready to be linked."""
    environment = Environment.objects.create(code=code, name=name)
    for kind in MessageKind:
        MessageType.objects.create(environment=environment, code=kind)
    _create_approval_workflow(environment, acting_user)
    return environment


def _create_approval_workflow(environment: Environment, acting_user: User | None) -> Workflow:
    """Deliver the workflow of one step in which an assessor approves or rejects."""
    # A name that people type, and may change: Dutch, whatever the language of the screen.
    workflow = Workflow.objects.create(environment=environment, name="Accorderen")
    version = WorkflowVersion.objects.create(workflow=workflow, number=1)
    WorkflowStep.objects.create(
        version=version,
        position=1,
        name="Accorderen",
        role=Role.BEHANDELAAR,
        actions=[StepAction.APPROVE, StepAction.REJECT],
    )
    version.published_at, version.published_by = timezone.now(), acting_user
    version.save(update_fields=["published_at", "published_by"])
    return workflow
