"""Forms about delivery channels and the outcome of a delivery; they check shape only, the rules are in the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connectors.forms.errors import show_refusal
from connectors.models import Environment
from messaging.actions.outcomes import MAX_REASON
from messaging.models import DeliveryChannel, MessageType
from portal.errors import DomainError


class ChannelForm(forms.Form):
    """A channel: its name, where it leads, and which message types leave by it."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("Who receives the messages, such as Belastingdienst."),
        error_messages={"required": _("Enter a name, such as Belastingdienst.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 32}),
    )
    kind = forms.TypedChoiceField(
        label=_("How messages are handed over"),
        coerce=DeliveryChannel.Kind,
        choices=[
            (DeliveryChannel.Kind.FOLDER, _("Folder: a file per message, which another program picks up")),
            (DeliveryChannel.Kind.WEBHOOK, _("Webhook: a signed call to an address on the internet per message")),
        ],
        initial=DeliveryChannel.Kind.FOLDER,
        widget=forms.RadioSelect,
    )
    folder = forms.CharField(
        label=_("Folder"),
        max_length=120,
        required=False,
        help_text=_("For a folder. Below the folder of this environment, such as belastingdienst/btw."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "size": 32}),
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        required=False,
        help_text=_("For a webhook. Such as https://ontvanger.example/berichten."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "size": 48, "inputmode": "url"}),
    )
    message_types = forms.ModelMultipleChoiceField(
        label=_("Message types that leave by this channel"),
        queryset=MessageType.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    blocked = forms.BooleanField(
        label=_("Blocked"), required=False, help_text=_("Messages of a blocked channel wait; nothing is lost.")
    )

    def __init__(self, environment: Environment, data: Any = None, *, channel: DeliveryChannel | None = None) -> None:
        super().__init__(data, initial=_initial(channel))
        types = self.fields["message_types"]
        assert isinstance(types, forms.ModelMultipleChoiceField)  # noqa: S101  # for the type checker
        types.queryset = environment.message_types.order_by("pk")
        if channel is None:
            del self.fields["blocked"]
            return
        del self.fields["kind"]
        other = "url" if channel.kind == DeliveryChannel.Kind.FOLDER else "folder"
        del self.fields[other]

    def refuse(self, refusal: DomainError) -> None:
        """Put what a rule said beside the field that it is about."""
        show_refusal(self, refusal)


def _initial(channel: DeliveryChannel | None) -> dict[str, Any]:
    if channel is None:
        return {}
    routes = channel.routes.values_list("message_type_id", flat=True)
    return {
        "name": channel.name,
        "folder": channel.folder,
        "url": channel.url,
        "blocked": channel.blocked,
        "message_types": [*routes],
    }


class RefusedForm(forms.Form):
    """Why the requesting party refused a message."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3, "data-focus": True}),
        help_text=_("As the requesting party gave it. Stays in the history of the message."),
        error_messages={"required": _("Say why the requesting party refused the message.")},
    )
