"""Forms about organisations; they check shape only, the rules are in the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connectors.models import Environment
from messaging.kinds import NumberScheme
from messaging.models import Organisation


class OrganisationForm(forms.Form):
    """The name of an organisation."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        help_text=_("The name of a company, foundation or other organisation; never of a natural person."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 40}),
    )


class NewOrganisationForm(OrganisationForm):
    """A new organisation, with a number of each kind if it is at hand."""

    btw = forms.CharField(
        label=NumberScheme.VAT.label,
        max_length=40,
        required=False,
        help_text=_("For example 001234567B01. VAT returns and EC sales listings are recognised by it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 20}),
    )
    kvk = forms.CharField(
        label=NumberScheme.KVK.label,
        max_length=40,
        required=False,
        help_text=_("Eight digits. Annual accounts are recognised by it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 12}),
    )


class NumberForm(forms.Form):
    """A number by which messages name the organisation."""

    scheme = forms.ChoiceField(label=_("Kind of number"), choices=NumberScheme.choices)
    number = forms.CharField(
        label=_("Number"),
        max_length=40,
        help_text=_("Never a citizen service number (BSN)."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 20}),
    )


class ImportForm(forms.Form):
    """The file with organisations."""

    file = forms.FileField(
        label=_("CSV file"),
        max_length=150,
        help_text=_("At most 5,000 lines. The first line names the columns: Naam, Btw-nummer, KvK-nummer."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )


class LinkForm(forms.Form):
    """Which organisation a message is about."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        widget=forms.HiddenInput,
        error_messages={
            "required": _("Choose an organisation."),
            "invalid_choice": _("This organisation is not there any more, or it is archived. Choose another one."),
        },
    )

    def __init__(self, environment: Environment, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # for the type checker
        field.queryset = Organisation.objects.filter(environment=environment, archived_at__isnull=True)
