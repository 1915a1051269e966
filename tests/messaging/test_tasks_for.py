"""Mijn taken: what waits for whom, in which order, over pages, and under one number of queries."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from connectors.models import Environment, GroupMember
from messaging.actions.questions import ask_question
from messaging.actions.routing import forward_message
from messaging.models import Message
from messaging.statuses import Status
from messaging.tasks_for import COUNT_BOUND, TaskFilter, count_in_words, next_task, task_count, task_page
from portal.models import Membership, Role, User
from tests.factories import MembershipFactory, UserGroupFactory
from tests.messaging.readings import make_message
from tests.messaging.workflows import make_steps, make_waiting


def _member(user: User, environment: Environment) -> Membership:
    return Membership.objects.select_related("environment", "user").get(user=user, environment=environment)


def _tasks(user: User, environment: Environment) -> set[Message]:
    return {*task_page(_member(user, environment)).rows}


def test_a_step_waits_for_its_role_and_for_administrators(
    environment: Environment, beheerder: User, behandelaar: User, auditor: User
) -> None:
    steps = make_steps(environment, {}, {"role": Role.BEHEERDER})
    ours, theirs = make_waiting(environment, steps[0]), make_waiting(environment, steps[1])
    make_message(environment, status=Status.READY)

    assert _tasks(behandelaar, environment) == {ours}
    assert _tasks(beheerder, environment) == {ours, theirs}
    assert _tasks(auditor, environment) == set()


def test_a_group_narrows_it_to_its_members(environment: Environment, beheerder: User, behandelaar: User) -> None:
    group = UserGroupFactory(environment=environment)
    GroupMember.objects.create(group=group, user=behandelaar, environment=environment)
    message = make_waiting(environment, make_steps(environment, {"group": group})[0])

    assert (_tasks(behandelaar, environment), _tasks(beheerder, environment)) == ({message}, set())


def test_who_passed_it_on_does_not_find_it_in_a_step_of_four_eyes(
    environment: Environment, beheerder: User, behandelaar: User
) -> None:
    steps = make_steps(environment, {}, {"four_eyes": True})
    message = make_waiting(environment, steps[0])

    forward_message(message=message, acting_user=behandelaar)

    assert (_tasks(behandelaar, environment), _tasks(beheerder, environment)) == (set(), {message})


@pytest.mark.parametrize("to_role", [True, False])
def test_a_question_waits_for_who_is_asked_and_not_for_the_asker(
    environment: Environment, beheerder: User, behandelaar: User, to_role: bool
) -> None:
    colleague = MembershipFactory(environment=environment, role=Role.BEHANDELAAR)
    message = make_waiting(environment, make_steps(environment, {})[0])

    ask_question(
        message=message, to=Role.BEHANDELAAR if to_role else colleague, text="Klopt dit?", acting_user=behandelaar
    )

    assert _tasks(behandelaar, environment) == set()
    assert _tasks(colleague.user, environment) == {message}
    assert _tasks(beheerder, environment) == ({message} if to_role else set())


def test_what_waits_elsewhere_is_no_task_here(environment: Environment, behandelaar: User, outsider: User) -> None:
    elsewhere = outsider.memberships.get().environment
    make_waiting(elsewhere, make_steps(elsewhere, {})[0])

    assert _tasks(behandelaar, environment) == set()


def _in_order(environment: Environment) -> list[Message]:
    """Make five tasks in two steps, in the order of the list: by deadline, then as received, without deadline last."""
    steps = make_steps(environment, {}, {})
    now = timezone.now()
    due = [now - dt.timedelta(days=1), now, now, None, None]
    return [make_waiting(environment, steps[n % 2], due_at=moment) for n, moment in enumerate(due)]


def test_the_oldest_deadline_comes_first_and_none_last(environment: Environment, behandelaar: User) -> None:
    messages = _in_order(environment)

    assert task_page(_member(behandelaar, environment)).rows == messages


def test_pages_go_on_and_back_without_losing_or_repeating_any(environment: Environment, behandelaar: User) -> None:
    messages = _in_order(environment)
    member = _member(behandelaar, environment)

    first = task_page(member, size=2)
    second = task_page(member, size=2, after=first.onward)
    third = task_page(member, size=2, after=second.onward)
    again = task_page(member, size=2, before=third.back)

    assert [first.rows, second.rows, third.rows] == [messages[:2], messages[2:4], messages[4:]]
    assert (first.back, third.onward) == (None, None)
    assert (again.rows, again.back is None) == (messages[2:4], False)


def test_a_filter_narrows_page_and_count(environment: Environment, behandelaar: User) -> None:
    messages = _in_order(environment)
    member, overdue = _member(behandelaar, environment), TaskFilter().narrowed("m.due_at < %(now)s", now=timezone.now())

    assert (task_page(member, overdue).rows, task_count(member, overdue)) == (messages[:3], 3)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_two_queries_and_the_count_one(
    environment: Environment, behandelaar: User, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    steps = make_steps(environment, *[{"four_eyes": True}] * count)
    messages = {make_waiting(environment, step) for step in steps}
    member = _member(behandelaar, environment)

    with django_assert_num_queries(2):
        rows = task_page(member).rows
    with django_assert_num_queries(1):
        assert task_count(member) == count
    assert {*rows} == messages


def test_the_next_task_is_another_one(environment: Environment, behandelaar: User) -> None:
    messages = _in_order(environment)
    member = _member(behandelaar, environment)

    assert next_task(member, messages[0]) == messages[1]
    assert next_task(member, messages[3]) == messages[0]


@pytest.mark.parametrize(("count", "words"), [(0, ""), (1, "1"), (99, "99"), (COUNT_BOUND, "99+")])
def test_a_count_stops_at_a_bound(count: int, words: str) -> None:
    assert count_in_words(count) == words
