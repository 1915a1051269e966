"""What a member may do with several messages is what they may do with each of them."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.models import Environment, GroupMember
from messaging.actions.questions import ask_question
from messaging.actions.routing import forward_message
from messaging.models import Message
from messaging.models.workflows import StepAction
from messaging.queries import messages_by_id
from messaging.statuses import Status
from messaging.workflow import Standing, standings
from portal.models import Membership, Role, User
from tests.factories import UserGroupFactory
from tests.messaging.readings import make_message
from tests.messaging.workflows import make_steps, make_waiting


def _in_every_situation(environment: Environment, actor: User, colleague: User) -> list[Message]:
    """Make messages that wait in a step of a role, of a group, of four eyes, on an answer, and nowhere."""
    own, foreign = (UserGroupFactory(environment=environment) for _ in range(2))
    GroupMember.objects.create(group=own, user=actor, environment=environment)
    plain, in_own, in_foreign, of_admins = (
        make_steps(environment, step)[0] for step in ({}, {"group": own}, {"group": foreign}, {"role": Role.BEHEERDER})
    )
    check, approve = make_steps(environment, {}, {"four_eyes": True})
    passed_on, passed_by_other, asked = (make_waiting(environment, check) for _ in range(3))
    forward_message(message=passed_on, remark="", acting_user=actor)
    forward_message(message=passed_by_other, remark="", acting_user=colleague)
    ask_question(message=asked, to=Role.BEHEERDER, text="Klopt dit?", acting_user=actor)
    made = [make_waiting(environment, step) for step in (plain, in_own, in_foreign, of_admins, approve)]
    return [*made, passed_on, passed_by_other, asked, make_message(environment, status=Status.READY)]


@pytest.mark.parametrize("role", ["behandelaar", "beheerder"])
def test_several_at_once_stand_where_each_stands_alone(
    environment: Environment, behandelaar: User, beheerder: User, role: str
) -> None:
    people = {"behandelaar": behandelaar, "beheerder": beheerder}
    actor = people.pop(role)
    made = _in_every_situation(environment, actor, *people.values())
    member = Membership.objects.get(user=actor, environment=environment)
    messages = messages_by_id(environment, [message.pk for message in made])

    together = [[found.why_not(action) for action in StepAction] for found in standings(member, messages)]

    alone = [[Standing(member, message).why_not(action) for action in StepAction] for message in messages]
    assert together == alone
    assert len({tuple(reasons) for reasons in alone}) >= 5


def test_several_take_two_queries(environment: Environment, behandelaar: User, django_assert_num_queries: Any) -> None:
    member = Membership.objects.get(user=behandelaar)
    step = make_steps(environment, {"four_eyes": True, "group": UserGroupFactory(environment=environment)})[0]
    made = [make_waiting(environment, step) for _ in range(3)]
    messages = messages_by_id(environment, [message.pk for message in made])

    with django_assert_num_queries(2):
        assert [found.may(StepAction.APPROVE) for found in standings(member, messages)] == [False, False, False]
