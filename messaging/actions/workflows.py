"""Making workflows: a draft is changed step by step and published as a version, which never changes again."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connectors.models import Environment, UserGroup
from messaging.delivered import APPROVE
from messaging.models import Workflow, WorkflowStep, WorkflowVersion
from messaging.models.workflows import StepAction
from messaging.steps import faults_of
from messaging.workflow import plan_of, published_versions
from messaging.workflow_words import words_of_fault
from portal.errors import DomainError
from portal.models import Role, User

MAX_STEPS = 20
_COPIED = ("position", "name", "role", "group_id", "actions", "approval_decides", "deadline_days", "four_eyes")


@dataclass(frozen=True)
class StepFacts:
    """What a step is made of."""

    name: str
    role: Role
    group: UserGroup | None
    actions: list[StepAction]
    approval_decides: bool
    deadline_days: int | None
    four_eyes: bool


@transaction.atomic
def create_workflow(*, environment: Environment, name: str, acting_user: User) -> Workflow:
    """Make a workflow with a draft of one step, in which an assessor approves or rejects.

    Raises `DomainError` at the field `name` when there is one of that name.
    """
    _require_free_name(environment, name)
    workflow = Workflow.objects.create(environment=environment, name=name)
    version = WorkflowVersion.objects.create(workflow=workflow, number=1)
    for position, step in enumerate(APPROVE.steps, start=1):
        WorkflowStep.objects.create(version=version, position=position, **step)
    return workflow


@transaction.atomic
def rename_workflow(*, workflow: Workflow, name: str, acting_user: User) -> None:
    """Give a workflow another name. Raises `DomainError` at the field `name` when there is one of that name."""
    _require_free_name(workflow.environment, name, besides=workflow)
    workflow.name = name
    workflow.save(update_fields=["name"])


@transaction.atomic
def start_draft(*, workflow: Workflow, acting_user: User) -> WorkflowVersion:
    """Copy the newest published version into a draft and return it; a draft that is there already stays as it is."""
    _lock(workflow)
    if draft := draft_of(workflow):
        return draft
    newest = published_versions(workflow).first()
    number = newest.number + 1 if newest else 1
    draft = WorkflowVersion.objects.create(workflow=workflow, number=number)
    for step in newest.steps.order_by("position") if newest else ():
        WorkflowStep.objects.create(version=draft, **{name: getattr(step, name) for name in _COPIED})
    return draft


@transaction.atomic
def discard_draft(*, workflow: Workflow, acting_user: User) -> bool:
    """Throw the draft away; a workflow that was never published goes with it. Tells whether the workflow stays.

    Raises `DomainError` when a message type uses the workflow and nothing would be left of it.
    """
    _lock(workflow)
    draft = _draft(workflow)
    if published_versions(workflow).exists():
        draft.delete()
        return True
    if workflow.message_types.exists():
        raise DomainError(_("A message type uses this workflow. Choose another one for that type first."))
    workflow.delete()
    return False


@transaction.atomic
def publish_draft(*, workflow: Workflow, acting_user: User) -> WorkflowVersion:
    """Make the draft the version that messages enter from now on; those under way stay in theirs. It is final.

    Raises `DomainError` when approving and rejecting are not both within reach, or a step leads nowhere.
    """
    _lock(workflow)
    draft = _draft(workflow)
    steps = list(draft.steps.order_by("position"))
    faults = faults_of(plan_of(steps))
    if faults:
        raise DomainError(" ".join(words_of_fault(fault, steps) for fault in faults))
    draft.published_at, draft.published_by = timezone.now(), acting_user
    draft.save(update_fields=["published_at", "published_by"])
    return draft


@transaction.atomic
def add_step(*, workflow: Workflow, facts: StepFacts, acting_user: User) -> WorkflowStep:
    """Put a step behind the others of the draft. Raises `DomainError` at the field that is wrong."""
    _lock(workflow)
    draft = _draft(workflow)
    last = draft.steps.order_by("-position").first()
    if draft.steps.count() >= MAX_STEPS:
        raise DomainError(_("A workflow has at most %(number)d steps.") % {"number": MAX_STEPS})
    _check(draft, facts)
    return WorkflowStep.objects.create(version=draft, position=last.position + 1 if last else 1, **vars(facts))


@transaction.atomic
def update_step(*, workflow: Workflow, step: WorkflowStep, facts: StepFacts, acting_user: User) -> None:
    """Change a step of the draft. Raises `DomainError` at the field that is wrong."""
    _lock(workflow)
    _check(_draft(workflow), facts, besides=step)
    for name, value in vars(facts).items():
        setattr(step, name, value)
    step.save(update_fields=[*vars(facts)])


@transaction.atomic
def move_step(*, workflow: Workflow, step: WorkflowStep, up: bool, acting_user: User) -> None:
    """Let a step of the draft change places with the one before it, or after it; at the end nothing happens."""
    _lock(workflow)
    steps = list(_draft(workflow).steps.order_by("position"))
    at = steps.index(step)
    other = at - 1 if up else at + 1
    if 0 <= other < len(steps):
        steps[at], steps[other] = steps[other], steps[at]
        _number(steps)


@transaction.atomic
def delete_step(*, workflow: Workflow, step: WorkflowStep, acting_user: User) -> None:
    """Take a step out of the draft."""
    _lock(workflow)
    draft = _draft(workflow)
    step.delete()
    _number(list(draft.steps.order_by("position")))


def draft_of(workflow: Workflow) -> WorkflowVersion | None:
    """Return the draft of a workflow; None when nobody is changing it."""
    return workflow.versions.filter(published_at__isnull=True).first()


def _number(steps: list[WorkflowStep]) -> None:
    for position, step in enumerate(steps, start=1):
        if step.position != position:
            step.position = position
            step.save(update_fields=["position"])


def _lock(workflow: Workflow) -> None:
    Workflow.objects.select_for_update(no_key=True).get(pk=workflow.pk)


def _draft(workflow: Workflow) -> WorkflowVersion:
    draft = draft_of(workflow)
    if draft is None:
        raise DomainError(_("There is no draft any more: it was published or thrown away in the meantime."))
    return draft


def _require_free_name(environment: Environment, name: str, *, besides: Workflow | None = None) -> None:
    same = environment.workflows.filter(name__iexact=name)
    if (same.exclude(pk=besides.pk) if besides else same).exists():
        raise DomainError(_("There is a workflow of this name already."), field="name")


def _check(draft: WorkflowVersion, facts: StepFacts, *, besides: WorkflowStep | None = None) -> None:
    same = draft.steps.filter(name__iexact=facts.name)
    if (same.exclude(pk=besides.pk) if besides else same).exists():
        raise DomainError(_("There is a step of this name already."), field="name")
    if facts.group is not None and facts.group.environment_id != draft.workflow.environment_id:
        raise DomainError(_("Choose a group of this environment."), field="group")
