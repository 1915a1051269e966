"""E-mail about tasks past their deadline: to who may act, once per task, and nothing confidential in it."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from connectors.models import Environment
from messaging.actions.questions import ask_question
from messaging.actions.reminders import tell_about_late_tasks
from messaging.actions.routing import forward_message
from messaging.models import Message
from messaging.models.workflows import WorkflowStep
from portal.models import NoticeKind, Role, User
from portal.notices import choose_notices
from tests.factories import OrganisationFactory, UserGroupFactory
from tests.messaging.readings import make_read_message
from tests.messaging.workflows import make_steps, make_waiting

LATE = dt.timedelta(hours=1)


@pytest.fixture
def steps(environment: Environment) -> list[WorkflowStep]:
    return make_steps(environment, {}, {"four_eyes": True, "deadline_days": 1})


def _told() -> list[int]:
    jobs = ProcrastinateJob.objects.filter(task_name="send_notice").order_by("id")
    return sorted(job.args["user_id"] for job in jobs)


def _late(environment: Environment, step: WorkflowStep) -> Message:
    return make_waiting(environment, step, due_at=timezone.now() - LATE)


def test_who_may_act_is_told_once(
    environment: Environment, beheerder: User, behandelaar: User, auditor: User, steps: list[WorkflowStep]
) -> None:
    _late(environment, steps[0])
    _late(environment, steps[0])
    make_waiting(environment, steps[0], due_at=timezone.now() + LATE)

    numbers = [tell_about_late_tasks() for _ in range(2)]

    assert numbers == [2, 0]
    assert _told() == sorted([beheerder.pk, behandelaar.pk])


def test_who_may_not_act_for_four_eyes_is_not_told_and_a_new_step_begins_anew(
    environment: Environment, beheerder: User, behandelaar: User, steps: list[WorkflowStep]
) -> None:
    message = _late(environment, steps[0])
    tell_about_late_tasks()
    before = len(_told())

    forward_message(message=message, acting_user=behandelaar)
    assert tell_about_late_tasks() == 0
    Message.objects.filter(pk=message.pk).update(due_at=timezone.now() - LATE)
    tell_about_late_tasks()

    assert (before, sorted(_told()).count(beheerder.pk), sorted(_told()).count(behandelaar.pk)) == (2, 2, 1)


def test_with_an_open_question_who_is_asked_is_told(
    environment: Environment, beheerder: User, behandelaar: User, steps: list[WorkflowStep]
) -> None:
    message = _late(environment, steps[0])
    ask_question(message=message, to=Role.BEHEERDER, text="Klopt dit?", acting_user=behandelaar)

    tell_about_late_tasks()

    assert _told() == [beheerder.pk]


def test_the_mail_says_how_many_and_nothing_about_whom(environment: Environment, behandelaar: User) -> None:
    organisation = OrganisationFactory(environment=environment, name="Zeilmakerij Geheim B.V.")
    step = make_steps(environment, {"name": "Stap van Geheim"})[0]
    late = {"step": step, "workflow_version": step.version, "due_at": timezone.now() - LATE}
    message = make_read_message(
        environment, "btw-2017-q1-nt11.xbrl", organisation=organisation, external_message_id="REF-GEHEIM", **late
    )

    tell_about_late_tasks()

    (job,) = ProcrastinateJob.objects.filter(task_name="send_notice", args__user_id=behandelaar.pk)
    told = json.dumps(job.args)
    reading = message.reading
    assert "mijn-taken/?deadline=overdue" in told
    for word in ("Geheim", "GEHEIM", message.public_id, reading.number, str(reading.amount), "Stap van"):
        assert word not in told


def test_who_switched_it_off_is_not_told(
    environment: Environment, beheerder: User, behandelaar: User, steps: list[WorkflowStep]
) -> None:
    kinds = [str(kind) for kind in NoticeKind if kind is not NoticeKind.TASK_WAITING]
    choose_notices(wanted=kinds, language="nl", acting_user=behandelaar)
    _late(environment, steps[0])

    tell_about_late_tasks()

    assert _told() == [beheerder.pk]


def test_many_tasks_take_as_many_queries_as_one(environment: Environment, beheerder: User, behandelaar: User) -> None:
    group = UserGroupFactory(environment=environment)
    step = make_steps(environment, {"group": group, "four_eyes": True})[0]
    counts = []
    for number in (1, 4):
        for _ in range(number):
            _late(environment, step)
        with CaptureQueriesContext(connection) as queries:
            tell_about_late_tasks()
        counts.append(len(queries))

    assert counts[0] == counts[1]
