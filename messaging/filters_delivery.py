"""Which failed deliveries a list shows, and a run sends again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connectors.causes import Cause
from connectors.models import Environment
from messaging.kinds import MessageKind

GIVEN_UP, AGAIN = "", "again"
CAUSES = [cause for cause in Cause if cause.code.startswith("delivery_")]


class FailureFilter(forms.Form):
    """Narrow the failed deliveries; `wanted` is what a run remembers of it."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[(GIVEN_UP, _("Given up")), (AGAIN, _("Is tried again"))],
    )
    cause = forms.ChoiceField(
        label=_("Cause"),
        required=False,
        choices=[("", _("All causes")), *((cause.code, cause.value.text) for cause in CAUSES)],
    )
    channel = forms.ChoiceField(label=_("Channel"), required=False)
    type = forms.ChoiceField(
        label=_("Message type"), required=False, choices=[("", _("All types")), *MessageKind.choices]
    )

    def __init__(self, environment: Environment, data: Any) -> None:
        super().__init__(data)
        channels = environment.delivery_channels.order_by("name").values_list("pk", "name")
        choice = self.fields["channel"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101  # for the type checker
        choice.choices = [("", _("All channels")), *((str(pk), name) for pk, name in channels)]

    @property
    def wanted(self) -> dict[str, str]:
        """What was asked for, by name; a part that cannot be read is left aside."""
        self.is_valid()
        return {name: self.cleaned_data[name] for name in ("cause", "channel", "type") if self.cleaned_data.get(name)}

    @property
    def is_tried_again(self) -> bool:
        """Whether those are wanted that the worker still tries by itself."""
        self.is_valid()
        return self.cleaned_data.get("state") == AGAIN
