"""The delivered workflows: an environment from before a workflow was delivered gets the same as one that is opened."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from connectors.models import Environment
from messaging.delivered import APPROVE, CHECK_AND_APPROVE
from messaging.models import Workflow, WorkflowStep, WorkflowVersion
from messaging.workflow import is_usable
from tests.factories import EnvironmentFactory

pytestmark = pytest.mark.django_db
_deliver = import_module("messaging.migrations.0007_tasks_and_delivered_workflow").deliver


def _without_the_second(code: str) -> Environment:
    """Make an environment as it was before the second workflow was delivered."""
    environment: Environment = EnvironmentFactory(code=code)
    # A published version is final and cannot be taken away: it goes by another name.
    Workflow.objects.filter(environment=environment, name=CHECK_AND_APPROVE.name).update(name="Een ander")
    return environment


def _steps(environment: Environment, name: str) -> list[dict[str, Any]]:
    steps = WorkflowStep.objects.filter(version__workflow__environment=environment, version__workflow__name=name)
    fields = ("position", "name", "role", "group", "actions", "approval_decides", "deadline_days", "four_eyes")
    return list(steps.order_by("position").values(*fields))


def test_an_environment_of_before_gets_what_a_new_one_gets(environment: Environment) -> None:
    old = _without_the_second("O11111AA")

    _deliver(apps, None)

    assert _steps(old, CHECK_AND_APPROVE.name) == _steps(environment, CHECK_AND_APPROVE.name) != []
    made = old.workflows.get(name=CHECK_AND_APPROVE.name)
    assert is_usable(made)
    assert [version.published_at is not None for version in made.versions.all()] == [True]


def test_what_is_there_stays_as_it_is(environment: Environment) -> None:
    _without_the_second("O11111AA")
    _deliver(apps, None)
    before = [list(model.objects.order_by("pk").values()) for model in (Workflow, WorkflowVersion, WorkflowStep)]

    _deliver(apps, None)

    assert [
        list(model.objects.order_by("pk").values()) for model in (Workflow, WorkflowVersion, WorkflowStep)
    ] == before


@pytest.mark.parametrize("delivered", [APPROVE, CHECK_AND_APPROVE], ids=lambda delivered: delivered.name)
def test_an_environment_is_opened_with_workflows_that_can_be_used(environment: Environment, delivered: Any) -> None:
    found = environment.workflows.get(name=delivered.name)

    assert is_usable(found)
    assert [step["name"] for step in _steps(environment, delivered.name)] == [step["name"] for step in delivered.steps]
