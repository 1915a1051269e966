"""The words of packages in Dutch: the portal says *u*, and so do the pages and e-mails of django-allauth."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import allauth
from django.utils.translation import gettext, ngettext, override

CATALOGUE = Path(allauth.__file__).parent / "locale" / "nl" / "LC_MESSAGES" / "django.po"
# The part of allauth that makes a site an identity provider is not installed.
NOT_INSTALLED = ("idp/", "templates/idp/")
INFORMAL = re.compile(r"\b(je|jij|jou|jouw|jezelf)\b", re.IGNORECASE)


def _text(entry: str, keyword: str) -> str:
    found = re.search(rf'^{keyword} ((?:".*"\n?)+)', entry, re.MULTILINE)
    return "".join(ast.literal_eval(line) for line in found[1].splitlines()) if found else ""


def _texts() -> Iterator[tuple[str, str]]:
    """Yield the texts of allauth that can come on a screen of ours or in an e-mail, with their plurals."""
    for entry in CATALOGUE.read_text(encoding="utf-8").split("\n\n"):
        places = " ".join(re.findall(r"^#: (.*)$", entry, re.MULTILINE)).split()
        if places and not all(place.startswith(NOT_INSTALLED) for place in places):
            yield _text(entry, "msgid"), _text(entry, "msgid_plural")


def test_allauth_says_u_in_dutch() -> None:
    texts = list(_texts())

    with override("nl"):
        said = {text: [ngettext(text, many, number) for number in (1, 2)] for text, many in texts if many}
        said.update({text: [gettext(text)] for text, many in texts if not many})

    assert len(texts) > 200
    assert [text for text, forms in said.items() if any(INFORMAL.search(form) for form in forms)] == []
