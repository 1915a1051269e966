"""Forms of the support desk: what is decided, asked and assigned."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connectors.fields import NetworkFormField
from connectors.models import AllowlistRequest
from portal.models import User


def end_of(day: date | None) -> datetime | None:
    """Return the moment at which a last day is over, in the portal's time zone; no day is never."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)) if day else None


class DecisionForm(forms.Form):
    """Why support turns an incident down."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        help_text=_("Required to reject; the administrator reads it."),
        error_messages={"required": _("Fill in why; the administrator reads it and must know what to do.")},
        widget=forms.Textarea(attrs={"rows": 3, "cols": 40, "data-key": "a"}),
    )


class ApproveForm(forms.Form):
    """What support lets in: what was asked or less, and until when."""

    network = NetworkFormField(
        label=_("Allow only"),
        max_length=60,
        help_text=_("What was asked, or a smaller range or a single address in it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 24, "class": "mono"}),
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty: without end."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    @property
    def expires_at(self) -> datetime | None:
        return end_of(self.cleaned_data.get("expires_on"))


class QuestionForm(forms.Form):
    """What support wants to know before it decides."""

    question = forms.CharField(
        label=_("Question to the administrator"),
        max_length=2000,
        error_messages={"required": _("Fill in what you want to know.")},
        widget=forms.Textarea(attrs={"rows": 2, "cols": 40}),
    )


class AssignForm(forms.Form):
    """Who takes an incident on; `was` is who had it when this was drawn."""

    to = forms.TypedChoiceField(label=_("Assigned to"), coerce=int, empty_value=None, required=False)
    was = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, incident: AllowlistRequest, staff: Iterable[User]) -> None:
        holder = incident.assigned_to_id
        super().__init__(data, auto_id="assign_%s", initial={"to": holder or "", "was": holder})
        names = [(str(user.pk), str(user)) for user in staff]
        if incident.assigned_to and str(holder) not in dict(names):
            names.append((str(holder), str(incident.assigned_to)))
        to: Any = self.fields["to"]
        to.choices = [("", _("nobody")), *names]
