"""The content security policy forbids everything inline; what would be blocked must not be written either."""

from __future__ import annotations

import re
from pathlib import Path

TEMPLATES = sorted((Path(__file__).resolve().parents[2] / "templates").rglob("*.html"))
INLINE = re.compile(r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son[a-z]+=|hx-on|[\"']js:|javascript:", re.IGNORECASE)


def test_no_template_holds_inline_styles_or_scripts() -> None:
    found = {path.name: match[0] for path in TEMPLATES if (match := INLINE.search(path.read_text()))}

    assert found == {}
