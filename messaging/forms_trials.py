"""The form of a test message; it checks shape only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connectors.models import Environment, Token
from messaging.kinds import MessageKind
from messaging.queries_trials import tokens_to_try
from portal.network import Address, NetworkError, parse_address


class TokenChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A choice of tokens by what people know them by; never more of a token than its hint."""

    def label_from_instance(self, obj: Any) -> str:
        code = obj.customer_environment or _("not bound to a customer environment yet")
        return f"{code}: {obj.app_connector} (…{obj.hint}, {obj.user})"


class TrialForm(forms.Form):
    """What is tried: a type of message, for a customer environment, from its address."""

    message_type = forms.ChoiceField(label=_("Message type"))
    token = TokenChoiceField(
        label=_("Customer environment"),
        queryset=Token.objects.none(),
        empty_label=None,
        help_text=_("Its app connector, user, group and restrictions are the ones that are tested."),
    )
    address = forms.CharField(
        label=_("Address of the customer environment"),
        max_length=60,
        help_text=_(
            "From which it sends, as seen from the internet: 203.0.113.7. The portal itself sends the test, but the "
            "gateway judges it as a message from this address."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 30, "class": "mono"}),
    )

    def __init__(self, environment: Environment, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        types = environment.message_types.order_by("pk")
        choice = self.fields["message_type"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101  # for the type checker
        choice.choices = [
            (found.code, _("%(type)s (blocked)") % {"type": found} if found.blocked else str(found)) for found in types
        ]
        tokens = self.fields["token"]
        assert isinstance(tokens, TokenChoiceField)  # noqa: S101  # for the type checker
        tokens.queryset = tokens_to_try(environment)

    def clean_message_type(self) -> MessageKind:
        return MessageKind(self.cleaned_data["message_type"])

    def clean_address(self) -> Address:
        """Read a single address."""
        try:
            return parse_address(str(self.cleaned_data["address"]))
        except NetworkError:
            raise forms.ValidationError(_("Fill in one address, such as 203.0.113.7.")) from None
