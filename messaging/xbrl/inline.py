"""Inline XBRL: an XHTML page whose figures are tagged, read into the same `Instance` as plain XBRL.

Only the transformations (`format`) that matter for the facts we use are applied; any other value stays the
text of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import islice

from lxml import etree

from messaging.safe_xml import local_name
from messaging.xbrl.instance import Fact, Instance, read_contexts, read_currencies, read_entry_points

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_MONTHS = ("jan", "feb", "maa", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_MONTH_SPELLINGS = {"mrt": "maa", "mar": "maa", "may": "mei", "oct": "okt"}
_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{1,10})?", re.ASCII)
_DAY_MONTH_YEAR = re.compile(r"([0-9]{1,2})[\s./-]+([0-9]{1,2}|[a-z]{3})[a-z]*[\s./-]+([0-9]{4})", re.ASCII)
# Facts may nest, and each repeats the text of those inside it: without bounds a page could grow a hundredfold.
_MAX_NESTING = 4
_MAX_PIECES = 2_000
_MAX_TEXT = 4_000
_MAX_CONTINUATIONS = 200
_MAX_SCALE = 12  # billions of thousands; the attribute is a free integer


def is_inline(root: etree._Element) -> bool:
    """Whether this XHTML page is an inline XBRL document: it has the header of one."""
    if local_name(root) != "html":
        return False
    return next(root.iter("{*}references"), None) is not None


def read_inline_instance(root: etree._Element) -> Instance:
    """The instance in an inline XBRL page."""
    return Instance(
        entry_points=tuple(read_entry_points(root.iter("{*}references"))),
        contexts=read_contexts(root.iter("{*}resources")),
        currencies=read_currencies(root.iter("{*}resources")),
        facts=tuple(_facts(root)),
    )


def _facts(root: etree._Element) -> Iterator[Fact]:
    continuations = {element.get("id") or "": element for element in root.iter("{*}continuation")}
    for element in root.iter("{*}nonNumeric", "{*}nonFraction"):
        if len(list(islice(element.iterancestors("{*}nonNumeric"), _MAX_NESTING))) == _MAX_NESTING:
            continue
        text = "".join(islice(_whole_text(element, continuations), _MAX_PIECES))[:_MAX_TEXT]
        is_number = local_name(element) == "nonFraction"
        yield Fact(
            name=(element.get("name") or "").rpartition(":")[2],
            context_id=element.get("contextRef") or "",
            value=_number(element, text) if is_number else _other(element, text),
            unit=element.get("unitRef") or "",
            is_nil=(element.get(_NIL) or "").strip() in ("true", "1"),
        )


def _whole_text(element: etree._Element, continuations: Mapping[str, etree._Element]) -> Iterator[str]:
    """The text in an element and in what continues it elsewhere on the page; a circle ends by the bound."""
    part: etree._Element | None = element
    for _step in range(_MAX_CONTINUATIONS):
        if part is None:
            return
        yield from _text(part)
        part = continuations.get(part.get("continuedAt") or "-")


def _text(element: etree._Element) -> Iterator[str]:
    """The text in an element, without what `ix:exclude` sets apart (page numbers and the like)."""
    yield element.text or ""
    for child in element:
        if local_name(child) != "exclude":
            yield from _text(child)
        yield child.tail or ""


def _format(element: etree._Element) -> str:
    """The transformation's name as all registries spell it alike: `num-dot-decimal` is `numdotdecimal`."""
    return (element.get("format") or "").rpartition(":")[2].replace("-", "").lower()


def _number(element: etree._Element, text: str) -> str:
    """A tagged number as a plain decimal; the text itself when it is not a number."""
    form = _format(element)
    compact = "".join(text.split())
    if form in ("zerodash", "numdash", "fixedzero"):
        compact = "0"
    elif "comma" in form:
        compact = compact.replace(".", "").replace(",", ".")
    else:
        # The Swiss way of grouping, which a registry of transformations knows as `-apos`.
        compact = re.sub("[,'’]", "", compact)  # noqa: RUF001  # the real apostrophe
    if not _NUMBER.fullmatch(compact):
        return text
    try:
        scale = int(element.get("scale") or 0)
        value = Decimal(compact).scaleb(scale if abs(scale) <= _MAX_SCALE else 0)
    except (ValueError, InvalidOperation):
        return text
    return f"{'-' if element.get('sign') == '-' and value else ''}{value:f}"


def _other(element: etree._Element, text: str) -> str:
    form = _format(element)
    if form in ("fixedtrue", "booleantrue"):
        return "true"
    if form in ("fixedfalse", "booleanfalse"):
        return "false"
    if form.startswith(("datedaymonth", "datedoteu", "dateslasheu")):
        return _iso_date(text)
    return text


def _iso_date(text: str) -> str:
    """`19 maart 2024` or `19-03-2024` as `2024-03-19`; the text itself when it is neither."""
    match = _DAY_MONTH_YEAR.fullmatch(text.strip().lower())
    if match is None:
        return text
    day, month, year = match.groups()
    try:
        number = int(month) if month.isdecimal() else _MONTHS.index(_MONTH_SPELLINGS.get(month, month)) + 1
        return date(int(year), number, int(day)).isoformat()
    except ValueError:
        return text
