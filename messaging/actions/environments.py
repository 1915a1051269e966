"""Opening an accountancy environment."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from connectors.models import Environment
from messaging.delivered import DELIVERED, Delivered
from messaging.kinds import MessageKind
from messaging.models import MessageType, Workflow, WorkflowStep, WorkflowVersion
from portal.models import User


@transaction.atomic
def create_environment(*, code: str, name: str, acting_user: User | None) -> Environment:
    """Open an environment with every message type, blocked, and the delivered workflows ready to be linked."""
    environment = Environment.objects.create(code=code, name=name)
    for kind in MessageKind:
        MessageType.objects.create(environment=environment, code=kind)
    for delivered in DELIVERED:
        _deliver(environment, delivered, acting_user)
    return environment


def _deliver(environment: Environment, delivered: Delivered, acting_user: User | None) -> None:
    workflow = Workflow.objects.create(environment=environment, name=delivered.name)
    version = WorkflowVersion.objects.create(workflow=workflow, number=1)
    WorkflowStep.objects.bulk_create(
        WorkflowStep(version=version, position=position, **step)
        for position, step in enumerate(delivered.steps, start=1)
    )
    version.published_at, version.published_by = timezone.now(), acting_user
    version.save(update_fields=["published_at", "published_by"])
