"""The form of the tab *IP-restricties*."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from connectors.fields import NetworkFormField
from connectors.forms.confirming import ConfirmableForm
from connectors.models import IpRule


class IpRuleForm(ConfirmableForm):
    """An address or range, and whether it is let in or kept out."""

    action = forms.TypedChoiceField(
        label=_("What happens to the address"),
        coerce=IpRule.Action,
        choices=[
            (IpRule.Action.ALLOW, _("Allow: this address is let in, and every address without such a rule is not")),
            (IpRule.Action.EXCLUDE, _("Exclude: this address is kept out, whatever else is allowed")),
        ],
        initial=IpRule.Action.ALLOW,
        widget=forms.RadioSelect,
    )
    network = NetworkFormField(
        label=_("Address or range"),
        help_text=_("A single address such as 203.0.113.7, or a range such as 203.0.113.0/28."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "size": 24}),
        error_messages={"required": _("Enter an address such as 203.0.113.7 or a range such as 203.0.113.0/28.")},
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=200,
        required=False,
        help_text=_("Whose address it is, for whoever reads this list later."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 40}),
    )
    field_order = ("action", "network", "note", "confirmed")
