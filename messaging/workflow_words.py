"""Workflows in words: what a step is, what keeps a draft from being published, and what it changes."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from messaging.models import WorkflowStep
from messaging.models.workflows import StepAction
from messaging.steps import Fault, Finding


def who_acts(step: WorkflowStep) -> str:
    """Say who acts in a step."""
    if step.group:
        return _("%(role)s in the group %(group)s") % {"role": step.get_role_display(), "group": step.group}
    return str(step.get_role_display())


def actions_of(step: WorkflowStep, *, is_last: bool) -> list[str]:
    """Return what can be done in a step, and where an approval leads."""
    words = [str(action.label) for action in StepAction if action in step.actions and action != StepAction.APPROVE]
    if StepAction.APPROVE in step.actions:
        decides = is_last or step.approval_decides
        label = StepAction.APPROVE.label
        words.insert(0, str(label) if decides else _("%(approve)s (passes on)") % {"approve": label})
    return words


def terms_of(step: WorkflowStep) -> list[str]:
    """Return the deadline of a step and whether it asks for four eyes, in words."""
    words = []
    if step.deadline_days:
        words.append(ngettext("%(days)d day", "%(days)d days", step.deadline_days) % {"days": step.deadline_days})
    if step.four_eyes:
        words.append(_("four eyes"))
    return words


def words_of_fault(finding: Finding, steps: Sequence[WorkflowStep]) -> str:
    """Say why steps cannot be published, and what mends it."""
    name = steps[finding.position - 1].name if finding.position else ""
    texts = {
        Fault.NO_STEPS: _("There is no step yet: add one."),
        Fault.NO_APPROVAL: _("No message can ever be approved: a step that is reached needs Approve message."),
        Fault.NO_REJECTION: _("No message can ever be rejected: a step that is reached needs Reject message."),
        Fault.UNREACHABLE: _("No message reaches the step %(step)s: an earlier step has to pass messages on."),
        Fault.DEAD_END: _("From the step %(step)s no message is ever approved or rejected."),
        Fault.NOTHING_AFTER: _("The step %(step)s passes on, but there is no step after it."),
        Fault.NOTHING_BEFORE: _("The step %(step)s sends back, but there is no step before it."),
    }
    return texts[finding.fault] % {"step": name}


def differences(before: Sequence[WorkflowStep], after: Sequence[WorkflowStep]) -> list[str]:
    """Say what a draft changes in the version that is published; steps are known by their names."""
    old, new = ({step.name: step for step in steps} for steps in (before, after))
    said = [_("The step %(step)s goes.") % {"step": name} for name in old if name not in new]
    for name, step in new.items():
        if name not in old:
            said.append(_("The step %(step)s is new.") % {"step": name})
            continue
        was, becomes = _in_words(old[name], before), _in_words(step, after)
        said += [
            _("%(step)s, %(what)s: %(was)s becomes %(becomes)s.")
            % {"step": name, "what": what, "was": was[what] or "–", "becomes": becomes[what] or "–"}  # noqa: RUF001
            for what in was
            if was[what] != becomes[what]
        ]
    if [name for name in old if name in new] != [name for name in new if name in old]:
        said.append(_("The order of the steps changes."))
    return said


def _in_words(step: WorkflowStep, steps: Sequence[WorkflowStep]) -> dict[str, str]:
    return {
        _("who acts"): who_acts(step),
        _("actions"): ", ".join(actions_of(step, is_last=step == steps[-1])),
        _("terms"): ", ".join(terms_of(step)),
    }
