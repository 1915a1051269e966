"""Forms of what people do with a message in a step; they check shape only, the rules are in the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from messaging.actions.acting import MAX_REMARK
from messaging.models import Message, WorkflowStep
from messaging.workflow import earlier_steps
from portal.errors import DomainError
from portal.models import Membership, Role, User
from portal.permissions import ASSESS


def _text(label: Any, missing: Any = None, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=MAX_REMARK,
        widget=forms.Textarea(attrs={"rows": 4, "data-focus": True}),
        error_messages={"required": missing} if missing else {},
        required=missing is not None,
        **kwargs,
    )


class ActForm(forms.Form):
    """A form of one act."""

    def add_refusal(self, refusal: DomainError) -> None:
        """Put what a rule said beside the field that it is about."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal.message))


class RejectForm(ActForm):
    """Why a message is rejected."""

    reason = _text(
        _("Reason"), _("Say why you reject the message."), help_text=_("Stays in the history of the message.")
    )


class ForwardForm(ActForm):
    """What the next one has to know."""

    remark = _text(_("Remark"), help_text=_("For whoever acts in the next step; stays in the history of the message."))


class ReturnForm(ActForm):
    """To which earlier step a message goes back, and why."""

    to = forms.ModelChoiceField(
        label=_("Back to step"), queryset=WorkflowStep.objects.none(), empty_label=None, error_messages={"required": ""}
    )
    remark = _text(_("Remark"), _("Say what has to be done before the message can go on."))

    def __init__(self, message: Message, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # for the type checker
        if message.step:
            field.queryset = earlier_steps(message.step)


class AskForm(ActForm):
    """What is asked, and of whom: a colleague, or everybody in a role."""

    to = forms.ChoiceField(label=_("To"))
    text = _text(_("Question"), _("Write the question."), help_text=_("The message waits until it is answered."))

    def __init__(self, membership: Membership, data: Any = None) -> None:
        super().__init__(data)
        self._colleagues = {
            f"member-{found.pk}": found
            for found in Membership.objects.filter(
                environment=membership.environment_id,
                role__in=ASSESS,
                user__is_active=True,
                user__kind=User.Kind.PERSON,
            )
            .exclude(user=membership.user_id)
            .select_related("user")
            .order_by("user__name", "pk")
        }
        roles = [Role.BEHANDELAAR, Role.BEHEERDER]
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # for the type checker
        field.choices = [
            (_("Colleague"), [(key, str(found.user)) for key, found in self._colleagues.items()]),
            (_("Everybody in a role"), [(str(role), role.label) for role in roles]),
        ]

    def clean_to(self) -> Membership | Role:
        chosen = str(self.cleaned_data["to"])
        return self._colleagues.get(chosen) or Role(chosen)


class AnswerForm(ActForm):
    """The answer to a question."""

    answer = _text(_("Answer"), _("Write the answer."), help_text=_("Stays in the history of the message."))
