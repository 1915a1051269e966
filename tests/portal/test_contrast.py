"""Every pair of colours that is used together can be told apart, light and dark (WCAG 2.2: 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "portal/static/portal/css/tokens.css"
PAIR = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
TONES = ("grey", "blue", "amber", "teal", "green", "red")

TEXT_PAIRS = [
    *((text, back) for text in ("text", "text-secondary", "accent", "accent-hover") for back in ("page", "surface")),
    *((text, "surface-hover") for text in ("text", "text-secondary", "accent")),
    *((text, "accent-soft") for text in ("text", "accent", "accent-hover")),
    ("accent-text", "accent"),
    ("accent-text", "accent-hover"),
    ("danger-text", "danger"),
    ("danger-text", "danger-hover"),
    *((f"{tone}-text", f"{tone}-back") for tone in TONES),
    *((f"{tone}-text", "surface") for tone in TONES),
]
CONTROL_PAIRS = [
    *((line, back) for line in ("control-line", "focus", "danger") for back in ("page", "surface")),
]


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT_PAIRS, 4.5), (CONTROL_PAIRS, 3.0)], ids=["text", "controls"])
def test_pairs_have_enough_contrast(pairs: list[tuple[str, str]], least: float, theme: int) -> None:
    colours = {name: themes[theme] for name, *themes in PAIR.findall(TOKENS.read_text())}

    ratios = {pair: round(_contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}

    assert {pair: ratio for pair, ratio in ratios.items() if ratio < least} == {}
