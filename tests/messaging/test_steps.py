"""Where the steps of a workflow lead: faults by example, and what holds for any steps without faults."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.delivered import DELIVERED, Delivered
from messaging.steps import (
    APPROVE,
    ASK,
    FORWARD,
    REJECT,
    RETURN,
    Fault,
    Finding,
    StepPlan,
    approval_is_final,
    faults_of,
    reachable_from,
    ways_from,
)

ACTIONS = (APPROVE, REJECT, FORWARD, RETURN, ASK)
step_plans = st.builds(
    StepPlan,
    name=st.just("Stap"),
    actions=st.sets(st.sampled_from(ACTIONS), min_size=1).map(frozenset),
    approval_decides=st.booleans(),
)
workflows = st.lists(step_plans, max_size=5)


def steps(*actions: str) -> list[StepPlan]:
    return [StepPlan("Stap", frozenset(each.split())) for each in actions]


@pytest.mark.parametrize(
    ("plan", "findings"),
    [
        ([], [Finding(Fault.NO_STEPS)]),
        (steps("approve reject"), []),
        (steps("forward reject", "approve reject return"), []),
        (steps("approve reject", "approve reject"), []),
        (steps("approve"), [Finding(Fault.NO_REJECTION)]),
        (steps("reject ask"), [Finding(Fault.NO_APPROVAL)]),
        (steps("approve reject forward"), [Finding(Fault.NOTHING_AFTER, 1)]),
        (steps("approve reject return"), [Finding(Fault.NOTHING_BEFORE, 1)]),
        (steps("reject", "approve reject"), [Finding(Fault.NO_APPROVAL), Finding(Fault.UNREACHABLE, 2)]),
        (
            steps("approve reject", "ask"),
            [Finding(Fault.NO_APPROVAL), Finding(Fault.DEAD_END, 2)],
        ),
    ],
)
def test_what_keeps_steps_from_being_published(plan: list[StepPlan], findings: list[Finding]) -> None:
    assert faults_of(plan) == findings


@pytest.mark.parametrize("delivered", DELIVERED, ids=lambda found: found.name)
def test_what_is_delivered_has_no_faults(delivered: Delivered) -> None:
    plan = [
        StepPlan(step["name"], frozenset(map(str, step["actions"])), four_eyes=step.get("four_eyes", False))
        for step in delivered.steps
    ]

    assert faults_of(plan) == []


def test_an_approval_that_decides_at_once_leaves_the_steps_after_it_unreached() -> None:
    plan = [StepPlan("Een", frozenset({APPROVE, REJECT}), approval_decides=True), *steps("approve reject")]

    assert faults_of(plan) == [Finding(Fault.UNREACHABLE, 2)]


@given(workflows.filter(bool))
def test_a_way_leads_one_step_on_or_to_an_earlier_one(plan: list[StepPlan]) -> None:
    for position in range(1, len(plan) + 1):
        for to in ways_from(plan, position):
            assert to == position + 1 <= len(plan) or 1 <= to < position


@given(workflows.filter(bool))
def test_what_is_reached_is_closed_under_going_on(plan: list[StepPlan]) -> None:
    reached = reachable_from(plan, 1)

    assert 1 in reached
    assert {to for position in reached for to in ways_from(plan, position)} <= reached


@given(workflows, st.randoms(use_true_random=False))
def test_walking_at_random_through_steps_without_faults_can_end_in_both_decisions(
    plan: list[StepPlan], chance: random.Random
) -> None:
    if faults_of(plan):
        return
    position, been = 1, set()
    for _ in range(200):
        been.add(position)
        position = chance.choice([*ways_from(plan, position), position])
    ends = {
        action
        for at in reachable_from(plan, 1)
        for action in plan[at - 1].actions
        if action == REJECT or (action == APPROVE and approval_is_final(plan, at))
    }

    assert been <= reachable_from(plan, 1) == frozenset(range(1, len(plan) + 1))
    assert ends == {APPROVE, REJECT}
    assert all(_can_decide(plan, at) for at in been)


def _can_decide(plan: list[StepPlan], start: int) -> bool:
    return any(
        REJECT in plan[at - 1].actions or (APPROVE in plan[at - 1].actions and approval_is_final(plan, at))
        for at in reachable_from(plan, start)
    )


@given(workflows.filter(bool), st.sampled_from(ACTIONS))
def test_without_an_action_anywhere_there_is_no_such_decision(plan: list[StepPlan], missing: str) -> None:
    bare = [StepPlan(step.name, step.actions - {missing} or frozenset({ASK}), step.approval_decides) for step in plan]
    faults = {finding.fault for finding in faults_of(bare)}

    assert missing != APPROVE or Fault.NO_APPROVAL in faults
    assert missing != REJECT or Fault.NO_REJECTION in faults
