"""Forms of the workflow editor; they check shape only, the rules are in the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connectors.models import Environment, UserGroup
from messaging.actions.workflows import StepFacts
from messaging.models import WorkflowStep
from messaging.models.workflows import StepAction
from portal.errors import DomainError
from portal.models import Role


class RefusableForm(forms.Form):
    """A form that shows what a rule said no to."""

    def add_refusal(self, refusal: DomainError) -> None:
        """Put what a rule said beside the field that it is about."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal.message))


class WorkflowForm(RefusableForm):
    """The name of a workflow."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class StepForm(RefusableForm):
    """One step of a draft."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    role = forms.TypedChoiceField(
        label=_("Who acts"),
        choices=[(role, role.label) for role in (Role.BEHANDELAAR, Role.BEHEERDER)],
        coerce=Role,
        initial=Role.BEHANDELAAR,
        widget=forms.RadioSelect,
        help_text=_("Administrators may always act."),
    )
    group = forms.ModelChoiceField(
        label=_("Only members of the group"),
        queryset=UserGroup.objects.none(),
        required=False,
        empty_label=_("No group: everybody with the role"),
        help_text=_("Administrators too act only when they are in it."),
    )
    actions = forms.MultipleChoiceField(
        label=_("Actions"),
        choices=StepAction.choices,
        initial=[StepAction.APPROVE, StepAction.REJECT],
        widget=forms.CheckboxSelectMultiple,
    )
    approval_decides = forms.BooleanField(
        label=_("An approval decides at once"),
        required=False,
        help_text=_(
            "Without this, an approval in a step that is not the last one passes the message on to the next step. "
            "In the last step an approval always decides."
        ),
    )
    deadline_days = forms.IntegerField(
        label=_("Deadline in days"),
        required=False,
        min_value=1,
        max_value=365,
        help_text=_("Calendar days from the moment that a message enters the step. Empty: no deadline."),
        widget=forms.NumberInput(attrs={"size": 4}),
    )
    four_eyes = forms.BooleanField(
        label=_("Four eyes"),
        required=False,
        help_text=_("Who passed the message on in an earlier step does not act in this one."),
    )

    def __init__(self, environment: Environment, step: WorkflowStep | None = None, data: Any = None) -> None:
        initial = {name: getattr(step, name) for name in self.base_fields} if step else None
        super().__init__(data, initial=initial)
        field = self.fields["group"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # for the type checker
        field.queryset = environment.user_groups.order_by("name")

    def facts(self) -> StepFacts:
        """Return what was filled in."""
        return StepFacts(**self.cleaned_data)
