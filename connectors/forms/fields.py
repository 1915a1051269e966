"""Fields that several forms share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class CustomerEnvironmentField(forms.CharField):
    """The code of a customer environment; small letters and spaces are what people type, capitals what it is."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false", "size": 12}
        given = {
            "label": _("Customer environment"),
            "help_text": _("The code of the client's environment that sends with this token, such as O67890AA."),
            "widget": forms.TextInput(attrs=attrs),
            **kwargs,
        }
        super().__init__(**given)

    def to_python(self, value: Any) -> str:
        return "".join(str(super().to_python(value) or "").split()).upper()
