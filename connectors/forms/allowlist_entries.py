"""Forms about a line of the allowlist."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from connectors.forms.incident_desk import end_of


class RevokeForm(forms.Form):
    """Why an address goes."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("The administrators of the environment read it."),
        error_messages={"required": _("Fill in why; the administrator reads it.")},
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
    )


class ExpiryForm(forms.Form):
    """Until when an address is let in."""

    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty: without end. The administrators hear of it 30, 7 and 1 days before."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    @property
    def expires_at(self) -> datetime | None:
        return end_of(self.cleaned_data["expires_on"])


class ReviewForm(forms.Form):
    """That an address is still needed, and when to look again."""

    review_on = forms.DateField(
        label=_("Look again on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    remark = forms.CharField(
        label=_("Remark"),
        max_length=500,
        required=False,
        help_text=_("How you know that it is still needed."),
        widget=forms.TextInput(attrs={"size": 50}),
    )
