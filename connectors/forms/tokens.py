"""Forms that end in a token."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connectors.actions.replacing import DEFAULT_QUIET_HOURS
from connectors.forms.confirming import ConfirmableForm
from connectors.forms.fields import CustomerEnvironmentField
from connectors.forms.handover import HandoverFields
from connectors.models import AppConnector
from connectors.queries import members_with_live_tokens
from portal.models import User

NEW_USER = "new"
AT_ONCE = 0


def new_once_key() -> str:
    """Name one filled-in form, so that sending it twice makes one token."""
    return secrets.token_urlsafe(9)


class _TokenFields(HandoverFields, ConfirmableForm):
    once = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput(), initial=new_once_key)

    def clean_once(self) -> str:
        return str(self.cleaned_data["once"] or new_once_key())


class TokenForm(_TokenFields):
    """Tab *Gebruikerstokens*, *Nieuw*: for which user, on which device, for which customer environment."""

    user = forms.ChoiceField(
        label=_("User"), help_text=_("A member of the user group. Give every customer environment a user of its own.")
    )
    device = forms.CharField(
        label=_("Device"),
        max_length=80,
        help_text=_("The program or machine that uses the token. One token per device and user."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 40}),
        error_messages={"required": _("Enter a device: the program or machine that will use this token.")},
    )
    customer_environment = CustomerEnvironmentField(
        required=False,
        help_text=_(
            "The code of the client's environment, such as O67890AA. The token may be used for one customer "
            "environment only. Left empty: the first that it is used with."
        ),
    )
    field_order = ("user", "device", "customer_environment", "confirmed", "handover", "link_days")

    def __init__(self, app_connector: AppConnector, *args: Any, **kwargs: Any) -> None:
        self._members = {str(user.pk): user for user in members_with_live_tokens(app_connector)}
        free = [pk for pk, user in self._members.items() if not user.live_tokens and user.kind == User.Kind.SYSTEM]  # type: ignore[attr-defined]  # counted by the query
        usual = {"user": free[0] if free else NEW_USER, "device": app_connector.description}
        super().__init__(*args, **{**kwargs, "initial": usual | kwargs.get("initial", {})})
        known = [(pk, f"{user.username} ({user})") for pk, user in self._members.items()]
        choices: list[Any] = [(NEW_USER, _("A new system user"))]
        if known:
            choices.append((_("Members of %(group)s") % {"group": app_connector.group}, known))
        self.fields["user"].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField

    @property
    def member(self) -> User | None:
        """The member that was chosen; None for a new system user."""
        return self._members.get(self.cleaned_data["user"])


class SecondEnvironmentForm(_TokenFields):
    """The guide for a second customer environment."""

    customer_environment = CustomerEnvironmentField(
        label=_("Second customer environment"),
        help_text=_("The code of the client's environment that starts sending now, such as O67890AA."),
        error_messages={"required": _("Enter the code of the second customer environment.")},
    )
    field_order = ("customer_environment", "confirmed", "handover", "link_days")


class _OldToken(forms.TypedChoiceField):
    def clean(self, value: Any) -> Any:
        return super().clean(value or str(AT_ONCE))


class ReplaceForm(HandoverFields):
    """Replacing a token: what happens to the old one (left out: it is deleted), and how the new one is handed over."""

    quiet_hours = _OldToken(
        label=_("When does the old token close?"),
        coerce=int,
        choices=[
            (1, _("When the new one is in use and nobody has called with the old one for an hour")),
            (24, _("When the new one is in use and the old one has been quiet for a day")),
            (72, _("When the new one is in use and the old one has been quiet for three days")),
            (168, _("When the new one is in use and the old one has been quiet for a week")),
            (AT_ONCE, _("At once: it was lost, or somebody has it who should not")),
        ],
        initial=DEFAULT_QUIET_HOURS,
        widget=forms.RadioSelect,
    )
    field_order = ("quiet_hours", "handover", "link_days")
