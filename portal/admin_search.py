"""Searching in the admin site: a term is compared with the fields that it can be a value of, so that indexes serve."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models


def matching(model: type[models.Model], lookups: Iterable[str], term: str) -> models.Q | None:
    """Return the condition that one of `lookups` is `term`, or None when it can be none of them."""
    conditions = [
        models.Q(**{lookup: value}) for lookup in lookups if (value := _value(model, lookup, term)) is not None
    ]
    if not conditions:
        return None
    either = conditions[0]
    for condition in conditions[1:]:
        either |= condition
    return either


def _value(model: type[models.Model], lookup: str, term: str) -> Any:
    """Turn the term into a value of the field that `lookup` leads to, or None when it cannot be one."""
    field, rest = _field(model, lookup.split("__"))
    if rest:
        return term  # part of a text (`name__icontains`), or a key of a JSON field
    try:
        return field.clean(term, None)
    except ValidationError:
        return None


def _field(model: type[models.Model], parts: list[str]) -> tuple[Any, list[str]]:
    """Follow the parts from field to field; what is left over is a lookup."""
    field: Any = None
    for position, part in enumerate(parts):
        if field is not None and not field.is_relation:
            return field, parts[position:]
        meta = (field.related_model if field is not None else model)._meta
        try:
            field = meta.pk if part == "pk" else meta.get_field(part)
        except FieldDoesNotExist:
            return field, parts[position:]
    return (field.target_field if field.is_relation else field), []
