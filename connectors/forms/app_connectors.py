"""Forms about app connectors: the wizard's first step, the properties and what may be called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connectors.forms.confirming import ConfirmableForm
from connectors.forms.fields import CustomerEnvironmentField
from connectors.forms.handover import HandoverFields
from connectors.models import AppConnector, Connector, Environment, UserGroup

NEW_GROUP, EXISTING_GROUP = "new", "existing"


class GroupField(forms.ModelChoiceField[UserGroup]):
    """A choice among the groups of one environment."""

    def __init__(self, **kwargs: Any) -> None:
        given = {"queryset": UserGroup.objects.none(), "label": _("User group"), "empty_label": _("Choose a group")}
        super().__init__(**{**given, **kwargs})


@dataclass(frozen=True)
class WizardAnswers:
    """What the wizard was told, with the group looked up; `group` is None for a new one."""

    description: str
    with_token: bool
    group: UserGroup | None
    customer_environment: str
    with_link: bool
    link_days: int


class DetailsForm(HandoverFields):
    """Step 1 of the wizard (DOMAIN 1b, steps 2 to 4)."""

    description = forms.CharField(
        label=_("Description"),
        max_length=80,
        help_text=_("The name of the external application, for example SnelStart koppeling."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 40}),
        error_messages={"required": _("Enter a description: the name of the external application.")},
    )
    automatic_token = forms.BooleanField(
        label=_("Generate token automatically"),
        required=False,
        initial=True,  # what a beginner needs; without it the wizard ends in a blocked connector
        help_text=_("Without a token the app connector starts blocked, so that you can set it up first."),
    )
    group = forms.ChoiceField(
        label=_("User group"),
        choices=[
            (NEW_GROUP, _("Make a new user group based on the app connector's name")),
            (EXISTING_GROUP, _("Existing user group")),
        ],
        initial=NEW_GROUP,
        widget=forms.RadioSelect,
    )
    existing_group = GroupField(required=False)
    customer_environment = CustomerEnvironmentField(
        required=False,
        help_text=_(
            "The code of the client's environment, such as O67890AA. The token may be used for one customer "
            "environment only. Left empty: the first that it is used with."
        ),
    )

    def __init__(self, environment: Environment, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["existing_group"].queryset = environment.user_groups.order_by("name")  # type: ignore[attr-defined]  # it is a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = cleaned.get("group"), cleaned.get("existing_group")
        if chosen == (EXISTING_GROUP, None) and "existing_group" not in self.errors:
            self.add_error("existing_group", _("Choose a user group, or have a new one made."))
        return cleaned

    @property
    def answers(self) -> WizardAnswers:
        """What a valid form says; a customer environment belongs to a token, so without one there is none."""
        told, with_token = self.cleaned_data, self.cleaned_data["automatic_token"]
        return WizardAnswers(
            description=told["description"],
            with_token=with_token,
            group=told["existing_group"] if told["group"] == EXISTING_GROUP else None,
            customer_environment=told["customer_environment"] if with_token else "",
            with_link=with_token and self.with_link,
            link_days=told["link_days"],
        )

    @property
    def draft(self) -> dict[str, Any]:
        """The answers as plain data, from which this form can be filled again."""
        group = self.cleaned_data["existing_group"]
        return {**self.cleaned_data, "existing_group": group.pk if group else None}


class PropertiesForm(ConfirmableForm):
    """Tab *Algemeen*."""

    description = forms.CharField(
        label=_("Description"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 40}),
        error_messages={"required": _("Enter a description: the name of the external application.")},
    )
    group = GroupField(
        empty_label=None, help_text=_("Only tokens of users in this group are let in by this app connector.")
    )
    blocked = forms.BooleanField(
        label=_("Blocked"),
        required=False,
        help_text=_("While it is blocked, every call with one of its tokens is refused."),
    )
    token_validity_days = forms.IntegerField(
        label=_("Token validity period"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=_(
            "In days. Tokens made from now on expire after it; those that exist keep their date. Leave empty for "
            "tokens that do not expire."
        ),
    )
    field_order = ("description", "group", "blocked", "token_validity_days", "confirmed")

    def __init__(self, app_connector: AppConnector, *args: Any, **kwargs: Any) -> None:
        names = ("description", "group", "blocked", "token_validity_days")
        kwargs.setdefault("initial", {name: getattr(app_connector, name) for name in names})
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = app_connector.environment.user_groups.order_by("name")  # type: ignore[attr-defined]  # it is a ModelChoiceField


class GrantForm(forms.Form):
    """A connector for the tab *Connectoren*."""

    connector = forms.TypedChoiceField(
        label=_("Connector"),
        coerce=Connector,
        choices=[(choice.value, f"{choice.value}: {choice.label}") for choice in Connector],
        initial=Connector.COMM_SVC,
    )
