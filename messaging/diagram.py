"""A workflow as a drawing: positions for an SVG of fixed width that also fits a phone. Plain numbers, no markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from messaging.steps import APPROVE, REJECT, RETURN, StepPlan, approval_is_final, ways_from

WIDTH = 360
ROW, BOX = 104, 68  # height of a row, and of the box in it
TOP = 44  # room for the start
LONGEST = 25  # characters of a name that fit into a box


@dataclass(frozen=True)
class Box:
    """One step: its place, its words, and what leads out of it."""

    top: int
    name: str
    who: str
    terms: str
    approves: bool
    rejects: bool
    goes_on: bool
    returns: bool

    @property
    def middle(self) -> int:
        return self.top + BOX // 2

    @property
    def bottom(self) -> int:
        return self.top + BOX

    @property
    def below(self) -> int:
        """Where the box of the next step begins."""
        return self.top + ROW

    @property
    def approve_line(self) -> int:
        """The height of the way to an approval; next to that of a rejection when there is one."""
        return self.middle - 16 if self.rejects else self.middle

    @property
    def reject_line(self) -> int:
        return self.middle + 16 if self.approves else self.middle


@dataclass(frozen=True)
class Diagram:
    """The boxes from top to bottom; `back` is the span of the line along which messages are sent back, if any."""

    boxes: tuple[Box, ...]
    height: int
    back_from: int | None
    back_to: int


def diagram(plan: Sequence[StepPlan], words: Sequence[tuple[str, str]]) -> Diagram:
    """Lay out steps; `words` are for each who acts, and its terms."""
    boxes = tuple(_box(plan, position, who, terms) for position, (who, terms) in enumerate(words[: len(plan)], start=1))
    returning = [box.middle for box in boxes if box.returns]
    height = TOP + len(boxes) * ROW - (ROW - BOX) + 8 if boxes else TOP
    return Diagram(boxes, height, max(returning, default=None), TOP + BOX // 2)


def _box(plan: Sequence[StepPlan], position: int, who: str, terms: str) -> Box:
    step = plan[position - 1]
    return Box(
        top=TOP + (position - 1) * ROW,
        name=_short(step.name),
        who=_short(who, LONGEST + 4),
        terms=_short(terms, LONGEST + 4),
        approves=APPROVE in step.actions and approval_is_final(plan, position),
        rejects=REJECT in step.actions,
        goes_on=position + 1 in ways_from(plan, position),
        returns=RETURN in step.actions and position > 1,
    )


def _short(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
