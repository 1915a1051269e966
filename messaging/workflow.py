"""Where a message enters its workflow, and who may act on it there (DOMAIN 1a, DESIGN 6)."""

from __future__ import annotations

from django.db.models import QuerySet

from connectors.models import GroupMember
from messaging.models import Message, MessageType, Workflow, WorkflowStep, WorkflowVersion
from messaging.models.workflows import StepAction
from portal.models import Membership, Role
from portal.permissions import ASSESS

DECISIONS = frozenset({StepAction.APPROVE, StepAction.REJECT})


def published_versions(workflow: Workflow) -> QuerySet[WorkflowVersion]:
    """Return the versions of a workflow that messages can be in, the newest first."""
    return workflow.versions.filter(published_at__isnull=False).order_by("-number")


def is_usable(workflow: Workflow) -> bool:
    """Tell whether a workflow can handle messages: in its newest published version people approve and reject.

    Reads `versions` and their `steps` as they are, so that lists can fetch them beforehand.
    """
    published = [version for version in workflow.versions.all() if version.published_at]
    if not published:
        return False
    newest = max(published, key=lambda version: version.number)
    return {action for step in newest.steps.all() for action in step.actions} >= DECISIONS


def first_step(version: WorkflowVersion) -> WorkflowStep | None:
    """Return the step in which a message enters a version."""
    return version.steps.order_by("position").first()


def entry_step(message_type: MessageType) -> WorkflowStep | None:
    """Return the step in which a new message of this type enters; None when no workflow handles the type."""
    if message_type.workflow is None:
        return None
    version = published_versions(message_type.workflow).first()
    return first_step(version) if version else None


def may_act(membership: Membership, message: Message, action: StepAction) -> bool:
    """Tell whether a member may do this with a message that is in the workflow, in the step where it waits.

    A step says which role acts (administrators always may), may narrow that to a group, and knows only some actions.
    """
    if membership.role not in ASSESS or message.step is None or action not in message.step.actions:
        return False
    step = message.step
    if membership.role != Role.BEHEERDER and step.role != membership.role:
        return False
    return step.group_id is None or _is_in_group(membership, step.group_id)


def _is_in_group(membership: Membership, group_id: int) -> bool:
    return GroupMember.objects.filter(group_id=group_id, user_id=membership.user_id).exists()
