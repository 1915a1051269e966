"""Telling people by e-mail about tasks that are past their deadline: once per task, to who may act on it."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from connectors.models import Environment
from messaging.models import Message
from messaging.models.workflows import StepAction
from messaging.statuses import Status
from messaging.workflow import Standing, standings
from portal.models import Membership, NoticeKind
from portal.notices import notify
from portal.permissions import ASSESS

BATCH = 200


@transaction.atomic
def tell_about_late_tasks(limit: int = BATCH) -> int:
    """Mail those who may act on tasks whose deadline has passed since the last time; return how many tasks that were.

    Each person gets one mail per environment, with the number of tasks: a mail says nothing about clients. A task is
    told about once per step; when it enters another one its deadline starts anew, and so does this.
    """
    late = list(
        Message.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("step", "question")
        .filter(status=Status.IN_WORKFLOW, due_at__lt=timezone.now(), late_told_at__isnull=True)
        .order_by("due_at")[:limit]
    )
    for environment in Environment.objects.filter(pk__in={message.environment_id for message in late}):
        _tell(environment, [message for message in late if message.environment_id == environment.pk])
    Message.objects.filter(pk__in=[message.pk for message in late]).update(late_told_at=timezone.now())
    return len(late)


def _tell(environment: Environment, messages: list[Message]) -> None:
    members = Membership.objects.filter(environment=environment, role__in=ASSESS).select_related("user")
    number_of = {member.user: sum(map(_may_go_on, standings(member, messages))) for member in members}
    address = reverse("messaging:task_list", args=[environment.code]) + "?deadline=overdue"
    for user, number in number_of.items():
        if not number:
            continue
        notify(
            kind=NoticeKind.TASK_WAITING,
            recipients=[user],
            subject=_("Tasks past their deadline"),
            lines=[lambda number=number: _line(number)],  # type: ignore[misc]  # a default binds the number of this turn
            url=address,
            environment=environment,
        )


def _line(number: int) -> str:
    return ngettext(
        "%(number)d message that you may act on is past its deadline.",
        "%(number)d messages that you may act on are past their deadline.",
        number,
    ) % {"number": number}


def _may_go_on(standing: Standing) -> bool:
    """Tell whether a task waits for this member: to answer its question, or else to act in its step."""
    if standing.message.question is not None:
        return standing.may_answer
    return any(standing.may(action) for action in StepAction)
