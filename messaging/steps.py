"""Whether the steps of a workflow lead anywhere. Pure: it takes the steps as plain values and knows no database.

A message enters the first step. *Doorzetten* (forward) takes it to the next one, and so does *Goedkeuren* (approve)
in a step that is not the last, unless the step says that its approval decides at once. In the last step an approval
always decides. *Afkeuren* (reject) decides wherever it is done. *Terugzetten* (return) takes the message to any
earlier step. *Vraag stellen* (ask) leaves it where it is.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

APPROVE, REJECT, FORWARD, RETURN, ASK = "approve", "reject", "forward", "return", "ask"


@dataclass(frozen=True)
class StepPlan:
    """What of a step decides where a message can go."""

    name: str
    actions: frozenset[str]
    approval_decides: bool = False
    four_eyes: bool = False


class Fault(enum.Enum):
    """Why a workflow cannot be published."""

    NO_STEPS = "no_steps"
    NO_APPROVAL = "no_approval"
    NO_REJECTION = "no_rejection"
    UNREACHABLE = "unreachable"
    DEAD_END = "dead_end"
    NOTHING_AFTER = "nothing_after"
    NOTHING_BEFORE = "nothing_before"


@dataclass(frozen=True)
class Finding:
    """A fault, at the step with this position (from 1), or of the workflow as a whole (0)."""

    fault: Fault
    position: int = 0


def approval_is_final(steps: Sequence[StepPlan], position: int) -> bool:
    """Tell whether an approval in the step at this position (from 1) decides on the message."""
    return position == len(steps) or steps[position - 1].approval_decides


def ways_from(steps: Sequence[StepPlan], position: int) -> frozenset[int]:
    """Return the positions to which a message can go from this one, by one act."""
    actions = steps[position - 1].actions
    ways = set(range(1, position)) if RETURN in actions else set()
    passes_on = FORWARD in actions or (APPROVE in actions and not approval_is_final(steps, position))
    if passes_on and position < len(steps):
        ways.add(position + 1)
    return frozenset(ways)


def reachable_from(steps: Sequence[StepPlan], start: int) -> frozenset[int]:
    """Return the positions that a message in `start` can ever be in, itself included."""
    seen, todo = {start}, [start]
    while todo:
        new = ways_from(steps, todo.pop()) - seen
        seen |= new
        todo += new
    return frozenset(seen)


def faults_of(steps: Sequence[StepPlan]) -> list[Finding]:
    """Return why these steps cannot be published, those of the whole first; none when they can.

    In a workflow without faults an approval and a rejection are both within reach, every step can be reached, and from
    every step a decision can.
    """
    if not steps:
        return [Finding(Fault.NO_STEPS)]
    reached = reachable_from(steps, 1)
    found = [
        Finding(fault)
        for fault, decides in ((Fault.NO_APPROVAL, _approves), (Fault.NO_REJECTION, _rejects))
        if not any(decides(steps, position) for position in reached)
    ]
    for position, step in enumerate(steps, start=1):
        if position not in reached:
            found.append(Finding(Fault.UNREACHABLE, position))
        elif not _leads_to_a_decision(steps, position):
            found.append(Finding(Fault.DEAD_END, position))
        if position == len(steps) and FORWARD in step.actions:
            found.append(Finding(Fault.NOTHING_AFTER, position))
        if position == 1 and RETURN in step.actions:
            found.append(Finding(Fault.NOTHING_BEFORE, position))
    return found


def _approves(steps: Sequence[StepPlan], position: int) -> bool:
    return APPROVE in steps[position - 1].actions and approval_is_final(steps, position)


def _rejects(steps: Sequence[StepPlan], position: int) -> bool:
    return REJECT in steps[position - 1].actions


def _leads_to_a_decision(steps: Sequence[StepPlan], position: int) -> bool:
    return any(_approves(steps, at) or _rejects(steps, at) for at in reachable_from(steps, position))
