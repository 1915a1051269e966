from __future__ import annotations

from typing import Any

import pytest
from django.template import engines
from django.utils import translation


def _draw(source: str, **context: Any) -> str:
    with translation.override("en"):
        return " ".join(engines["django"].from_string(source).render(context).split())


@pytest.mark.parametrize(
    ("value", "tone"),
    [
        (10, "grey"),
        (20, "grey"),
        (30, "blue"),
        (40, "red"),
        (50, "amber"),
        (60, "teal"),
        (70, "red"),
        (80, "green"),
        (90, "red"),
    ],
)
def test_a_status_is_an_icon_a_number_and_words(value: int, tone: str) -> None:
    html = _draw("{% status_badge value label %}", value=value, label="Bericht <x>")

    assert html.startswith(f'<span class="tag tone-{tone}"><svg class="icon" aria-hidden="true">')
    assert f'<span class="tag-number">{value}</span> Bericht &lt;x&gt;</span>' in html


def test_blocks_escape_values_and_keep_their_markup() -> None:
    html = _draw('{% notice "warning" title=title %}<b>{{ text }}</b>{% endnotice %}', title="<t>", text="<v>")

    assert "&lt;t&gt;" in html
    assert "<b>&lt;v&gt;</b>" in html


def test_a_secret_is_escaped_and_can_be_copied() -> None:
    html = _draw('{% secret_panel value id="token" %}{% endsecret_panel %}', value="<token>")

    assert '<code class="secret-value" id="token" translate="no">&lt;token&gt;</code>' in html
    assert 'data-copy="#token"' in html


def test_the_steps_say_which_one_is_current() -> None:
    html = _draw('{% stepper "Details" "Check" "Token" current=2 %}')

    assert [html.count(part) for part in ("step-done", 'step-current" aria-current="step"', "step-next")] == [1, 1, 1]


def test_an_address_breaks_after_a_slash_and_nowhere_else() -> None:
    html = _draw("{{ address|breakable }}", address="https://poort.example/a/b.asmx?WSDL&<")

    assert html == "https://poort.example/<wbr>a/<wbr>b.asmx?WSDL&amp;&lt;"


def test_a_log_reference_is_copied_without_spaces() -> None:
    html = _draw("{{ reference|log_reference }}", reference="3A4C91F00B7D4E2A9C5510E8D1A0F3D1")

    groups = "".join(f"<span>{group}</span>" for group in ("3A4C91F0", "0B7D4E2A", "9C5510E8", "D1A0F3D1"))
    assert html == f'<span class="reference">{groups}</span>'


def test_the_pager_shows_only_the_pages_that_exist() -> None:
    assert _draw("{% pager %}") == ""
    assert 'rel="next" href="?before=1"' in _draw('{% pager older="?before=1" %}')
    assert 'rel="prev"' not in _draw('{% pager older="?before=1" %}')


def test_a_check_that_was_not_reached_is_not_a_failure() -> None:
    html = _draw('{% check "a" True %}{% check "b" False %}{% check "c" None %}')

    assert [html.count(part) for part in ("check-passed", "check-failed", "check-open")] == [1, 1, 1]
