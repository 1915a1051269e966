"""Doorzetten, terugzetten, and approving in a step that is not the last: where the message goes, and four eyes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Environment
from messaging.actions.acting import SomebodyWasFirst, last_act
from messaging.actions.assessment import approve_message, reject_message, repair_message
from messaging.actions.routing import forward_message, return_message
from messaging.models import Message, WorkflowStep
from messaging.statuses import Status
from portal.errors import DomainError
from portal.models import Role, User
from tests.factories import MembershipFactory
from tests.messaging.workflows import make_steps, make_waiting


def _digest(message: Message) -> str:
    return bytes(message.content_digest).hex()


def _approve(message: Message, user: User) -> WorkflowStep | None:
    return approve_message(message=message, digest_seen=_digest(message), acting_user=user)


def _place(message: Message) -> tuple[int, WorkflowStep | None]:
    found = Message.objects.select_related("step").get(pk=message.pk)
    return found.status, found.step


def _colleague(environment: Environment) -> User:
    colleague: User = MembershipFactory(environment=environment, role=Role.BEHANDELAAR).user
    return colleague


@pytest.fixture
def three(environment: Environment) -> list[WorkflowStep]:
    return make_steps(environment, {}, {"four_eyes": True, "deadline_days": 3}, {"four_eyes": True})


def test_passing_on_goes_to_the_next_step_with_its_term_and_its_event(
    environment: Environment, behandelaar: User, three: list[WorkflowStep]
) -> None:
    message = make_waiting(environment, three[0])

    forward_message(message=message, remark=" Bedragen nagezien. ", acting_user=behandelaar)

    message.refresh_from_db()
    event = message.events.latest("id")
    assert (message.status, message.step, message.workflow_version) == (30, three[1], three[1].version)
    assert message.due_at is not None
    assert abs(message.due_at - timezone.now() - dt.timedelta(days=3)) < dt.timedelta(minutes=1)
    assert (event.kind, event.step, event.to_step, event.actor, event.note) == (
        "forward",
        three[0],
        three[1],
        behandelaar,
        "Bedragen nagezien.",
    )


def test_from_the_last_step_nothing_is_passed_on(
    environment: Environment, behandelaar: User, three: list[WorkflowStep]
) -> None:
    message = make_waiting(environment, three[2])

    with pytest.raises(DomainError):
        forward_message(message=message, acting_user=behandelaar)

    assert _place(message) == (Status.IN_WORKFLOW, three[2])


@pytest.mark.parametrize(
    ("values", "position", "status"),
    [({}, 1, 30), ({}, 3, 50), ({"approval_decides": True}, 1, 50)],
    ids=["passes on", "last step", "decides at once"],
)
def test_an_approval_decides_in_the_last_step_or_where_the_step_says_so(
    environment: Environment, behandelaar: User, values: dict[str, Any], position: int, status: int
) -> None:
    steps = make_steps(environment, values, values, {})
    message = make_waiting(environment, steps[position - 1])

    onward = _approve(message, behandelaar)

    expected = steps[position] if status == 30 else None
    event = message.events.latest("id")
    assert (_place(message), onward) == ((status, expected), expected)
    assert (event.kind, event.step) == ("approve" if expected else "status", steps[position - 1])
    assert event.content_digest is not None


def test_sending_back_needs_a_remark_and_an_earlier_step(
    environment: Environment, behandelaar: User, three: list[WorkflowStep]
) -> None:
    message = make_waiting(environment, three[1])
    elsewhere = make_steps(environment, {}, {})

    refusals = []
    for to, remark in [(three[0], " "), (three[1], "Nee"), (three[2], "Nee"), (elsewhere[0], "Nee")]:
        with pytest.raises(DomainError) as refusal:
            return_message(message=message, to=to, remark=remark, acting_user=behandelaar)
        refusals.append(refusal.value.field)

    assert refusals == ["remark", "to", "to", "to"]
    assert _place(message) == (Status.IN_WORKFLOW, three[1])


def test_sent_back_it_waits_in_that_step_with_the_remark(
    environment: Environment, behandelaar: User, three: list[WorkflowStep]
) -> None:
    message = make_waiting(environment, three[2])

    return_message(message=message, to=three[0], remark="Rubriek 3b ontbreekt.", acting_user=behandelaar)

    event = message.events.latest("id")
    assert _place(message) == (Status.IN_WORKFLOW, three[0])
    assert (event.kind, event.step, event.to_step, event.note) == (
        "return",
        three[2],
        three[0],
        "Rubriek 3b ontbreekt.",
    )


@pytest.mark.parametrize("pass_on", [forward_message, _approve], ids=["forward", "approve"])
def test_who_passed_it_on_does_not_act_in_a_later_step_of_four_eyes(
    environment: Environment, behandelaar: User, beheerder: User, three: list[WorkflowStep], pass_on: Any
) -> None:
    message = make_waiting(environment, three[0])
    if pass_on is forward_message:
        forward_message(message=message, acting_user=behandelaar)
    else:
        _approve(message, behandelaar)

    with pytest.raises(DomainError):
        _approve(message, behandelaar)
    with pytest.raises(DomainError):
        reject_message(message=message, reason="Nee", acting_user=behandelaar)
    forward_message(message=message, acting_user=beheerder)

    # Both have passed it on now: in the third step only somebody else decides.
    for user in (behandelaar, beheerder):
        with pytest.raises(DomainError):
            _approve(message, user)
    _approve(message, _colleague(environment))
    assert _place(message) == (Status.READY, None)


def test_sent_back_the_steps_are_done_again_by_whoever_is_there(
    environment: Environment, behandelaar: User, beheerder: User, three: list[WorkflowStep]
) -> None:
    message = make_waiting(environment, three[0])
    forward_message(message=message, acting_user=behandelaar)
    return_message(message=message, to=three[0], remark="Nog eens", acting_user=beheerder)
    forward_message(message=message, acting_user=beheerder)

    with pytest.raises(DomainError):
        forward_message(message=message, acting_user=beheerder)
    forward_message(message=message, acting_user=behandelaar)

    assert _place(message) == (Status.IN_WORKFLOW, three[2])


def test_sent_back_what_was_done_before_that_step_still_counts(
    environment: Environment, behandelaar: User, beheerder: User, three: list[WorkflowStep]
) -> None:
    message = make_waiting(environment, three[0])
    forward_message(message=message, acting_user=behandelaar)
    forward_message(message=message, acting_user=beheerder)
    return_message(message=message, to=three[1], remark="Nog eens", acting_user=_colleague(environment))

    with pytest.raises(DomainError):
        forward_message(message=message, acting_user=behandelaar)
    forward_message(message=message, acting_user=beheerder)

    assert _place(message) == (Status.IN_WORKFLOW, three[2])


def test_after_a_repair_everybody_may_act_anew(
    environment: Environment, behandelaar: User, beheerder: User, three: list[WorkflowStep]
) -> None:
    message = make_waiting(environment, three[0])
    forward_message(message=message, acting_user=behandelaar)
    reject_message(message=message, reason="Nee", acting_user=beheerder)
    repair_message(message=message, acting_user=behandelaar)
    forward_message(message=message, acting_user=beheerder)

    forward_message(message=message, acting_user=behandelaar)

    assert _place(message) == (Status.IN_WORKFLOW, three[2])


_ACTS: dict[str, Callable[..., object]] = {
    "forward": forward_message,
    "return": partial(return_message, remark="Nee"),
    "approve": approve_message,
    "reject": partial(reject_message, reason="Nee"),
}


@pytest.mark.parametrize("act", _ACTS)
def test_who_acts_on_what_another_moved_meanwhile_is_told_who_and_where(
    environment: Environment, behandelaar: User, beheerder: User, act: str
) -> None:
    steps = make_steps(environment, {}, {}, {})
    message = make_waiting(environment, steps[0])
    forward_message(message=message, acting_user=beheerder)
    newest = last_act(message)
    assert newest is not None
    forward_message(message=message, acting_user=beheerder)
    more: dict[str, dict[str, Any]] = {"return": {"to": steps[0]}, "approve": {"digest_seen": _digest(message)}}

    with pytest.raises(SomebodyWasFirst) as late:
        _ACTS[act](message=message, acting_user=behandelaar, seen=newest.pk, **more.get(act, {}))

    assert _place(message) == (Status.IN_WORKFLOW, steps[2])
    assert "Persoon beheerder" in str(late.value)
    assert "Stap 3" in str(late.value)
