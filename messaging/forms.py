"""Forms about message types; they check shape only, the rules are in the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from messaging.models import MessageType, Workflow
from messaging.queries import workflows_with_use
from portal.errors import ConfirmationNeededError, DomainError


class WorkflowField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A choice of workflows that tells which of them cannot handle messages yet."""

    unusable: frozenset[int] = frozenset()

    def label_from_instance(self, obj: Any) -> str:
        if obj.pk in self.unusable:
            return _("%(workflow)s (cannot approve and reject yet)") % {"workflow": obj}
        return str(obj)


class MessageTypeForm(forms.Form):
    """The properties of a message type (DOMAIN 1a, steps 3 and 4)."""

    blocked = forms.BooleanField(
        label=_("Blocked"), required=False, help_text=_("While it is blocked, messages of this type are refused.")
    )
    workflow = WorkflowField(
        label=_("Workflow"),
        queryset=Workflow.objects.none(),
        required=False,
        empty_label=_("No workflow"),
        help_text=_("Handles the messages; it has the actions Approve message and Reject message."),
    )

    confirmed = forms.BooleanField(label=_("Yes, I want this"), required=False, widget=forms.HiddenInput())

    def __init__(self, message_type: MessageType, data: Any = None) -> None:
        initial = {"blocked": message_type.blocked, "workflow": message_type.workflow_id}
        # Ids with the type in them: several rows of the list can be open at once.
        super().__init__(data, initial=initial, auto_id=f"id_{message_type.code}_%s")
        field = self.fields["workflow"]
        assert isinstance(field, WorkflowField)  # noqa: S101  # for the type checker
        known = workflows_with_use(message_type.environment)
        field.queryset = message_type.environment.workflows.order_by("name")
        field.unusable = frozenset(workflow.pk for workflow, usable in known if not usable)

    def add_refusal(self, refusal: DomainError) -> None:
        """Put what a rule said beside the field that it is about, and offer to confirm when it only asked."""
        self.add_error(refusal.field or None, str(refusal.message))
        if isinstance(refusal, ConfirmationNeededError):
            self.fields["confirmed"].widget = forms.CheckboxInput()
