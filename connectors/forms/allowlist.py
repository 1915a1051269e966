"""Forms about allowlist incidents."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connectors.actions.allowlist import is_local
from connectors.fields import NetworkFormField, display_network
from connectors.models import ENVIRONMENT_CODE, AllowlistRequest, CommunicationProfile
from portal.network import NetworkError, parse_network

_DIGITS = re.compile(r"\d{5}", re.ASCII)
_CODE = re.compile(ENVIRONMENT_CODE)


class IncidentForm(forms.Form):
    """What an administrator asks of support: an address, for a participant, with the reason."""

    feature = forms.ChoiceField(
        label=_("Feature"), choices=AllowlistRequest.Feature, initial=AllowlistRequest.Feature.GENERAL
    )
    profile = forms.ChoiceField(
        label=_("Communication profile"), choices=CommunicationProfile, initial=CommunicationProfile.ACCOUNTANT
    )
    participant_number = forms.CharField(
        label=_("Participant number"),
        max_length=20,
        help_text=_("Of this accountancy environment, which the messages go to: the five digits in its code."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 10}),
    )
    network = NetworkFormField(
        label=_("Address or range"),
        max_length=60,
        help_text=_(
            "From which the customer environment sends, as seen from the internet: 203.0.113.7, or a range such as "
            "203.0.113.0/28. The communication log shows it with every refusal."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 30, "class": "mono"}),
    )
    explanation = forms.CharField(
        label=_("Explanation"),
        max_length=2000,
        required=False,
        help_text=_("Whose address it is and what sends from it. Support staff decide by this."),
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
    )
    local_confirmed = forms.BooleanField(
        label=_("Yes, I mean this address, although it only exists inside a network"), required=False
    )
    # The refusal that the form was filled in from.
    log = forms.UUIDField(required=False, widget=forms.HiddenInput)
    # The button beside a range with bits behind its prefix: that range, made right.
    corrected = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        if data and data.get("corrected"):
            data = data.copy()
            data["network"] = data["corrected"]
        super().__init__(data, initial=initial)

    @property
    def suggestion(self) -> str:
        """Return the range that was meant, when the one that was typed has bits set behind its prefix."""
        try:
            parse_network(str(self["network"].value() or ""))
        except NetworkError as error:
            return display_network(error.suggestion) if error.suggestion else ""
        return ""

    @property
    def asks_about_local(self) -> bool:
        """Whether the address in the form is one that has to be confirmed."""
        try:
            return is_local(parse_network(str(self["network"].value() or "")))
        except NetworkError:
            return False

    def clean_participant_number(self) -> str:
        """Take the five digits, also out of a whole environment code."""
        text = str(self.cleaned_data["participant_number"]).strip().upper()
        if _CODE.fullmatch(text):
            return text[1:6]
        if not _DIGITS.fullmatch(text):
            raise forms.ValidationError(
                _("Fill in five digits, such as 12345, or the whole code of the environment, such as O12345AB.")
            )
        return text


class AnswerForm(forms.Form):
    """What an administrator answers support, or adds unasked."""

    answer = forms.CharField(
        label=_("Answer"),
        max_length=2000,
        error_messages={"required": _("Fill in your answer.")},
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
    )
