"""A refusal of an action, put beside the field that it is about."""

from __future__ import annotations

from django import forms

from portal.errors import DomainError


def show_refusal(form: forms.BaseForm, error: DomainError) -> None:
    """Put what an action said no to into a form that was valid in shape."""
    form.add_error(error.field if error.field in form.fields else None, str(error.message))
