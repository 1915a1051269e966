"""Model fields for PostgreSQL's network types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.network import Network, NetworkError, parse_network

_MESSAGES = {
    "unreadable": _("Enter an address such as 203.0.113.7 or a range such as 203.0.113.0/28."),
    "host_bits": _("This range begins at %(suggestion)s. Enter that, or the single address without a slash."),
}


def clean_network(value: Any) -> Network:
    """Turn what a person typed into a network, or raise a `ValidationError` that says how to mend it."""
    try:
        return parse_network(str(value))
    except NetworkError as error:
        raise ValidationError(
            _MESSAGES[error.code], code=error.code, params={"suggestion": error.suggestion}
        ) from error


class NetworkFormField(forms.CharField):
    """A text box for a single address or a range in CIDR notation."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return clean_network(text) if text else None

    def prepare_value(self, value: Any) -> Any:
        return "" if value is None else display_network(value)


class CidrField(models.Field[Any, Any]):
    """A `cidr` column: an `ipaddress` network in Python, compared and indexed by PostgreSQL as a network."""

    description = _("Network")

    def db_type(self, connection: Any) -> str:
        return "cidr"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Network | None:
        return None if value is None else parse_network(value)

    def to_python(self, value: Any) -> Any:
        return None if value in (None, "") else clean_network(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else str(self.to_python(value))

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": NetworkFormField, **kwargs})


@CidrField.register_lookup
class Overlaps(models.Lookup[Any]):
    """`network__overlaps=...`: the two have an address in common."""

    lookup_name = "overlaps"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_parameters = self.process_lhs(compiler, connection)
        right, right_parameters = self.process_rhs(compiler, connection)
        return f"{left} && {right}::cidr", (*left_parameters, *right_parameters)


def display_network(network: Any) -> str:
    """Write a network as people do: a single address without its prefix length."""
    text = str(network)
    return text.removesuffix("/32") if "." in text else text.removesuffix("/128")
