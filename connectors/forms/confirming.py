"""Forms that can ask "are you sure?" beside what they are unsure about."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from connectors.forms.errors import show_refusal
from portal.errors import ConfirmationNeededError, DomainError


class ConfirmableForm(forms.Form):
    """A form with a box to confirm what is rarely meant; the box shows when an action asks for it."""

    confirmed = forms.BooleanField(label=_("Yes, I want this"), required=False, widget=forms.HiddenInput())

    def refuse(self, error: DomainError) -> None:
        """Show what an action said no to, and offer to confirm when it only asked."""
        show_refusal(self, error)
        if isinstance(error, ConfirmationNeededError):
            self.fields["confirmed"].widget = forms.CheckboxInput()
