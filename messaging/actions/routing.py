"""Moving a message between the steps of its workflow: *Doorzetten* and *Terugzetten*."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from messaging.actions.acting import move, take
from messaging.models import Message, MessageEvent, WorkflowStep
from messaging.models.workflows import StepAction
from messaging.workflow import earlier_steps, next_step
from portal.errors import DomainError
from portal.models import User


@transaction.atomic
def forward_message(*, message: Message, remark: str = "", acting_user: User, seen: int | None = None) -> WorkflowStep:
    """Pass a message on to the next step, and return that step. Its term starts anew.

    Who does this may not act in a later step that asks for four eyes, until the message is sent back to this step or
    before it. Raises `DomainError` when there is no next step or the user may not do this, and `SomebodyWasFirst`.
    """
    message, step = take(message, acting_user, StepAction.FORWARD, seen)
    onward = next_step(step)
    if onward is None:
        raise DomainError(_("This is the last step: there is none to pass the message on to."))
    move(message, onward, MessageEvent.Kind.FORWARDED, acting_user, step=step, note=remark)
    return onward


@transaction.atomic
def return_message(
    *, message: Message, to: WorkflowStep, remark: str, acting_user: User, seen: int | None = None
) -> None:
    """Send a message back to an earlier step of its workflow, with a remark for whoever acts there.

    Its term starts anew.
    The steps from there on are done again, so what people did in them no longer counts for four eyes: everybody may act
    in them, also who did so the first time. What was done before that step still counts.
    Raises `DomainError` at the field `remark` when it is empty, at `to` when the step is not an earlier one, or when
    the user may not do this, and `SomebodyWasFirst`.
    """
    message, step = take(message, acting_user, StepAction.RETURN, seen)
    if not earlier_steps(step).filter(pk=to.pk).exists():
        raise DomainError(_("Choose a step before the present one."), field="to")
    if not remark.strip():
        raise DomainError(_("Say what has to be done before the message can go on."), field="remark")
    move(message, to, MessageEvent.Kind.RETURNED, acting_user, step=step, note=remark)
