"""Where a message enters its workflow, how it goes on, and who may act on it there (DOMAIN 1a, DESIGN 6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from connectors.models import GroupMember
from messaging.models import Message, MessageType, Question, Workflow, WorkflowStep, WorkflowVersion
from messaging.models.events import vouched
from messaging.models.workflows import StepAction
from messaging.rights import Obstacle, Person, Place, obstacle
from messaging.statuses import Status
from messaging.steps import StepPlan, faults_of
from portal.models import Membership, Role
from portal.permissions import ASSESS

# "Vouched" is the word of four eyes: who passed a message on in an earlier step stands for what was done there.
_HAS_VOUCHED = f"SELECT {vouched('%(message)s', '%(user)s', '%(position)s')}"
_VOUCHED_FOR = f"""
    SELECT m.id FROM messaging_message m JOIN messaging_workflowstep s ON s.id = m.step_id
    WHERE m.id = ANY(%(messages)s) AND s.four_eyes AND {vouched("m.id", "%(user)s", "s.position")}
"""  # noqa: S608  the condition is our own


def published_versions(workflow: Workflow) -> QuerySet[WorkflowVersion]:
    """Return the versions of a workflow that messages can be in, the newest first."""
    return workflow.versions.filter(published_at__isnull=False).order_by("-number")


def plan_of(steps: Iterable[WorkflowStep]) -> list[StepPlan]:
    """Return steps as `messaging.steps` takes them, in their order."""
    return [
        StepPlan(step.name, frozenset(step.actions), step.approval_decides, step.four_eyes)
        for step in sorted(steps, key=lambda step: step.position)
    ]


def is_usable(workflow: Workflow) -> bool:
    """Tell whether a workflow can handle messages: in its newest published version people can approve and reject.

    Reads `versions` and their `steps` as they are, so that lists can fetch them beforehand.
    """
    published = [version for version in workflow.versions.all() if version.published_at]
    if not published:
        return False
    newest = max(published, key=lambda version: version.number)
    return not faults_of(plan_of(newest.steps.all()))


def first_step(version: WorkflowVersion) -> WorkflowStep | None:
    """Return the step in which a message enters a version."""
    return version.steps.order_by("position").first()


def entry_step(message_type: MessageType) -> WorkflowStep | None:
    """Return the step in which a new message of this type enters; None when no workflow handles the type."""
    if message_type.workflow is None:
        return None
    version = published_versions(message_type.workflow).first()
    return first_step(version) if version else None


def next_step(step: WorkflowStep) -> WorkflowStep | None:
    """Return the step after this one; None when it is the last."""
    return WorkflowStep.objects.filter(version=step.version_id, position__gt=step.position).order_by("position").first()


def earlier_steps(step: WorkflowStep) -> QuerySet[WorkflowStep]:
    """Return the steps to which a message in this one can be sent back, the nearest first."""
    return WorkflowStep.objects.filter(version=step.version_id, position__lt=step.position).order_by("-position")


def approval_decides(step: WorkflowStep) -> bool:
    """Tell whether an approval in this step decides on the message: otherwise it passes the message on."""
    return step.approval_decides or next_step(step) is None


@dataclass(frozen=True)
class Standing:
    """What a member may do with a message now, and why not the rest. Asks the database when it has to, and once."""

    membership: Membership
    message: Message
    known: Person | None = None

    @cached_property
    def _person(self) -> Person:
        if self.known:
            return self.known
        step, user = self.message.step, self.membership.user_id
        return Person(
            self.membership.role,
            in_group=step is not None and step.group_id is not None and _is_in_group(user, step.group_id),
            has_vouched=step is not None and step.four_eyes and has_vouched(user, self.message, step),
        )

    @cached_property
    def _place(self) -> Place | None:
        step = self.message.step
        if self.message.status != Status.IN_WORKFLOW or step is None:
            return None
        return Place(
            step.role,
            frozenset(step.actions),
            has_group=step.group_id is not None,
            four_eyes=step.four_eyes,
            question_open=self.message.question_id is not None,
        )

    def obstacle(self, action: StepAction) -> Obstacle | None:
        """Return what keeps the member from this action; None when they may."""
        return obstacle(self._person, self._place, action)

    def may(self, action: StepAction) -> bool:
        return self.obstacle(action) is None

    @property
    def may_answer(self) -> bool:
        """Whether the message waits for an answer that this member can give."""
        return self.message.question is not None and may_answer(self.membership, self.message.question)

    @property
    def may_withdraw(self) -> bool:
        """Whether the message waits for an answer that this member can stop waiting for."""
        return self.message.question is not None and may_withdraw(self.membership, self.message.question)

    def why_not(self, action: StepAction) -> str:
        """Return who may do this and why this member may not; nothing when they may."""
        found = self.obstacle(action)
        return words_of(found, self.membership, self.message) if found else ""


def standings(membership: Membership, messages: list[Message]) -> list[Standing]:
    """Return where a member stands with each of several messages. Two queries for any number of them."""
    groups = {message.step.group_id for message in messages if message.step and message.step.group_id}
    own = set(GroupMember.objects.filter(user=membership.user_id, group__in=groups).values_list("group_id", flat=True))
    with connection.cursor() as cursor:
        ids = [message.pk for message in messages]
        cursor.execute(_VOUCHED_FOR, {"messages": ids, "user": membership.user_id})
        passed_on = {message_id for (message_id,) in cursor.fetchall()}
    return [
        Standing(
            membership,
            message,
            Person(
                membership.role,
                in_group=message.step is not None and message.step.group_id in own,
                has_vouched=message.pk in passed_on,
            ),
        )
        for message in messages
    ]


def may_act(membership: Membership, message: Message, action: StepAction) -> bool:
    """Tell whether a member may do this with a message, in the step of the workflow where it waits."""
    return Standing(membership, message).may(action)


def may_answer(membership: Membership, question: Question) -> bool:
    """Tell whether a member is asked: by name, or by role (administrators always are then), and never the asker."""
    if membership.role not in ASSESS or membership.user_id == question.asked_by_id:
        return False
    if question.to_role:
        return membership.role in (Role.BEHEERDER, question.to_role)
    return membership.user_id == question.to_user_id


def may_withdraw(membership: Membership, question: Question) -> bool:
    """Tell whether a member can take a question back: who asked it, and administrators."""
    return membership.role == Role.BEHEERDER or membership.user_id == question.asked_by_id


def has_vouched(user_id: int, message: Message, step: WorkflowStep) -> bool:
    """Tell whether a person passed this message on in a step before this one, in its present passage (four eyes)."""
    with connection.cursor() as cursor:
        cursor.execute(_HAS_VOUCHED, {"message": message.pk, "user": user_id, "position": step.position})
        return bool(cursor.fetchone()[0])


def words_of(found: Obstacle, membership: Membership, message: Message) -> str:
    """Say who may act, and why not this member."""
    step = message.step
    values = {
        "role": membership.get_role_display(),
        "step": step.name if step else "",
        "for": step.get_role_display() if step else "",
        "group": step.group if step else "",
    }
    return _words(found, message) % values


def _words(found: Obstacle, message: Message) -> str:
    match found:
        case Obstacle.READS_ONLY:
            return _("Assessors and administrators decide on this message; your role (%(role)s) reads it.")
        case Obstacle.NOT_OFFERED:
            return _("In the step %(step)s nobody can do this: the workflow does not offer it there.")
        case Obstacle.OTHER_ROLE:
            return _("In the step %(step)s this is for: %(for)s. Your role is: %(role)s.")
        case Obstacle.OUTSIDE_GROUP:
            return _("In the step %(step)s only members of the group %(group)s decide, and you are not one of them.")
        case Obstacle.FOUR_EYES:
            return _("The step %(step)s asks for four eyes. You passed this message on, so somebody else decides now.")
        case Obstacle.QUESTION_OPEN:
            return _("The message waits for the answer to a question; after that it goes on in the step %(step)s.")
        case Obstacle.NOT_WAITING:
            if message.status != Status.IN_WORKFLOW:
                return _("The message is not in the workflow.")
            return _("This message waits in no step of a workflow. An administrator looks at the workflow of its type.")


def _is_in_group(user_id: int, group_id: int) -> bool:
    return GroupMember.objects.filter(group_id=group_id, user_id=user_id).exists()
