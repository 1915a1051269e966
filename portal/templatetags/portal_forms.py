"""How forms look and report their errors; used by `templates/django/forms/` and `templates/base.html`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django import forms, template
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


@dataclass(frozen=True)
class SummaryLine:
    """One error, with the id of the control that it is about (empty: of the form as a whole)."""

    target: str
    message: str


@register.filter
def control_kind(field: BoundField) -> str:
    """Return how a field is laid out: `check` (one box), `choices` (a group in a fieldset) or `control`."""
    widget = field.field.widget
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    return "check" if isinstance(widget, forms.CheckboxInput) else "control"


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """Draw the control of a field with Bootstrap's class for it, beside the classes that its widget brings."""
    widget = field.field.widget
    own = str(widget.attrs.get("class", ""))
    look = "form-select" if isinstance(widget, forms.Select) else "form-control"
    if control_kind(field) == "check":
        look = "choice-input"
    return field.as_widget(attrs={"class": f"{look} {own}".strip()})


def _forms_of(context: Context, given: tuple[object, ...]) -> Iterator[forms.BaseForm]:
    candidates = given or (context.get("form"), *(context.get("forms") or ()))
    for candidate in candidates:
        if isinstance(candidate, forms.BaseForm):
            yield candidate


def _target(field: BoundField) -> str:
    return f"{field.auto_id}_0" if control_kind(field) == "choices" else field.id_for_label


def _message(error: ValidationError, field: BoundField) -> str:
    """Return the words of an error. "This field is required" says nothing in a summary: it names the field instead."""
    default = forms.Field.default_error_messages["required"]
    if error.code == "required" and field.field.error_messages["required"] == default:
        template_text = _("Choose: %(label)s.") if _is_choice(field) else _("Fill in: %(label)s.")
        return template_text % {"label": str(field.label).rstrip(":.?")}
    return " ".join(str(message) for message in error.messages)


def _is_choice(field: BoundField) -> bool:
    return isinstance(field.field.widget, forms.Select | forms.RadioSelect | forms.CheckboxSelectMultiple)


@register.filter
def messages_of(field: BoundField) -> list[str]:
    """Return the errors of a field in words: the same that stand in the summary."""
    return [_message(error, field) for error in field.errors.as_data()]


def _lines(form: forms.BaseForm) -> Iterator[SummaryLine]:
    for message in form.non_field_errors():
        yield SummaryLine("", str(message))
    for name in form.errors:
        if name in form.fields:
            field = form[name]
            target = "" if field.is_hidden else _target(field)
            yield from (SummaryLine(target, message) for message in messages_of(field))


@register.inclusion_tag("components/error_summary.html", takes_context=True)
def error_summary(context: Context, *given: forms.BaseForm) -> dict[str, list[SummaryLine]]:
    """The list of all errors above the heading; each line leads to its field. Empty when there are none.

    Takes the forms given, or else `form` and `forms` of the page's context.
    """
    return {"lines": [line for form in _forms_of(context, given) if form.is_bound for line in _lines(form)]}


@register.simple_tag(takes_context=True)
def has_errors(context: Context) -> bool:
    """Whether a form of this page was sent in with errors, so that the page's title can say so."""
    return any(form.is_bound and form.errors for form in _forms_of(context, ()))
