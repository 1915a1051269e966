from __future__ import annotations

from typing import Any

from django import forms
from django.template import engines
from django.utils import translation


class Example(forms.Form):
    name = forms.CharField(label="Name", help_text="As in the list.")
    group = forms.ChoiceField(label="Group", widget=forms.RadioSelect, choices=[("a", "A"), ("b", "B")])
    agree = forms.BooleanField(label="Agree", error_messages={"required": "Tick the box."})
    note = forms.CharField(label="Note", required=False)

    def clean(self) -> None:
        if self.errors:
            self.add_error(None, "Not complete.")


def _draw(source: str, **context: Any) -> str:
    with translation.override("en"):
        return " ".join(engines["django"].from_string("{% load portal_forms %}" + source).render(context).split())


def test_the_summary_leads_to_every_field_and_names_it() -> None:
    html = _draw("{% error_summary %}", form=Example({}))

    for line in (
        "<li>Not complete.</li>",
        '<a href="#id_name">Fill in: Name.</a>',
        '<a href="#id_group_0">Choose: Group.</a>',
        '<a href="#id_agree">Tick the box.</a>',
    ):
        assert line in html


def test_there_is_no_summary_without_errors() -> None:
    assert _draw("{% error_summary %}", form=Example()) == ""
    assert _draw("{% has_errors as failed %}{{ failed }}", form=Example()) == "False"
    assert _draw("{% has_errors as failed %}{{ failed }}", forms=[Example({})]) == "True"


def test_the_words_beside_the_field_are_those_of_the_summary() -> None:
    html = _draw("{{ form.name.as_field_group }}", form=Example({}))

    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert "Fill in: Name." in html
    assert 'class="form-control"' in html


def test_only_what_may_stay_empty_is_marked() -> None:
    form = Example()

    assert "(optional)" in _draw("{{ form.note.as_field_group }}", form=form)
    assert "(optional)" not in _draw("{{ form.name.as_field_group }}", form=form)


def test_radio_buttons_are_a_group_with_a_legend() -> None:
    html = _draw("{{ form.group.as_field_group }}", form=Example())

    assert html.startswith('<fieldset class="field"> <legend>Group</legend>')
    assert html.count('<div class="choice">') == 2
