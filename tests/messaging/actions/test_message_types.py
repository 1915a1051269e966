"""A message type is open only with a workflow in which people approve and reject (DOMAIN 1a)."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from connectors.models import Environment
from messaging.actions.message_types import update_message_type
from messaging.models import Workflow, WorkflowStep, WorkflowVersion
from messaging.models.workflows import StepAction
from portal.errors import DomainError
from portal.models import User
from tests.factories import EnvironmentFactory


def make_workflow(environment: Environment, *actions: StepAction, published: bool = True) -> Workflow:
    workflow = Workflow.objects.create(environment=environment, name="Eigen workflow")
    version = WorkflowVersion.objects.create(workflow=workflow, number=1)
    WorkflowStep.objects.create(version=version, position=1, name="Stap", actions=list(actions))
    if published:
        WorkflowVersion.objects.filter(pk=version.pk).update(published_at=timezone.now())
    return workflow


def test_a_type_with_a_usable_workflow_opens(environment: Environment, beheerder: User) -> None:
    message_type = environment.message_types.get(code="BTW")
    workflow = environment.workflows.get(name="Accorderen")

    update_message_type(message_type=message_type, blocked=False, workflow=workflow, acting_user=beheerder)

    message_type.refresh_from_db()
    assert (message_type.blocked, message_type.workflow) == (False, workflow)


def test_a_blocked_type_needs_no_workflow(environment: Environment, beheerder: User) -> None:
    message_type = environment.message_types.get(code="BTW")

    update_message_type(message_type=message_type, blocked=True, workflow=None, acting_user=beheerder)

    message_type.refresh_from_db()
    assert (message_type.blocked, message_type.workflow) == (True, None)


@pytest.mark.parametrize(
    ("actions", "published"),
    [
        ((StepAction.APPROVE, StepAction.REJECT), False),
        ((StepAction.APPROVE,), True),
        ((StepAction.REJECT, StepAction.ASK), True),
    ],
)
def test_a_workflow_that_cannot_approve_and_reject_opens_nothing(
    environment: Environment, beheerder: User, actions: tuple[StepAction, ...], published: bool
) -> None:
    message_type = environment.message_types.get(code="BTW")
    workflow = make_workflow(environment, *actions, published=published)

    with pytest.raises(DomainError) as refusal:
        update_message_type(message_type=message_type, blocked=False, workflow=workflow, acting_user=beheerder)

    message_type.refresh_from_db()
    assert refusal.value.field == "workflow"
    assert (message_type.blocked, message_type.workflow) == (True, None)


def test_a_type_without_workflow_stays_blocked_also_past_the_action(environment: Environment, beheerder: User) -> None:
    message_type = environment.message_types.get(code="BTW")

    with pytest.raises(DomainError) as refusal:
        update_message_type(message_type=message_type, blocked=False, workflow=None, acting_user=beheerder)
    with pytest.raises(DatabaseError), transaction.atomic():
        environment.message_types.filter(pk=message_type.pk).update(blocked=False)

    assert refusal.value.field == "workflow"


def test_the_workflow_of_another_environment_is_refused(environment: Environment, beheerder: User) -> None:
    foreign = EnvironmentFactory().workflows.get(name="Accorderen")
    message_type = environment.message_types.get(code="BTW")

    with pytest.raises(DomainError) as refusal:
        update_message_type(message_type=message_type, blocked=True, workflow=foreign, acting_user=beheerder)

    assert refusal.value.field == "workflow"
