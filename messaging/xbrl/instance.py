"""An XBRL instance as plain values: contexts, units, facts. Nothing here knows a kind of document.

Elements are matched on local names: prefixes and namespaces differ per taxonomy year (`bd-ob` and `bd-alg` up
to NT11, `bd-i` later), and real files carry namespaces that they never use.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count

from lxml import etree

from messaging.safe_xml import local_name
from messaging.xbrl.errors import ErrorCode, XbrlError
from messaging.xbrl.values import clean_text, parse_date

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_HREF = "{http://www.w3.org/1999/xlink}href"
_NOT_FACTS = frozenset({"context", "unit", "schemaRef", "linkbaseRef", "roleRef", "arcroleRef", "footnoteLink"})


@dataclass(frozen=True, slots=True)
class Member:
    """A dimension of a context: local name of the axis; value (typed) or local name of the member."""

    axis: str
    value: str


@dataclass(frozen=True, slots=True)
class Context:
    """Who and when a fact is about. An instant is a period without start."""

    id: str
    scheme: str
    identifier: str
    start: date | None
    end: date | None
    dimensions: tuple[Member, ...] = ()
    is_plain: bool = True  # neither segment nor scenario


@dataclass(frozen=True, slots=True)
class Fact:
    """One reported value. `group` is the local name of the tuple around it, `group_id` tells tuples apart."""

    name: str
    context_id: str
    value: str
    unit: str = ""
    is_nil: bool = False
    group: str = ""
    group_id: int = 0


@dataclass(frozen=True, slots=True)
class Instance:
    """A whole instance. `entry_points` are the addresses in its schemaRefs."""

    entry_points: tuple[str, ...]
    contexts: dict[str, Context]
    currencies: dict[str, str]  # unit id -> currency code
    facts: tuple[Fact, ...]

    def message_context(self) -> Context:
        """The context of the message itself: without dimensions and with a period; the one with most facts.

        A document has one, under any id. Where all contexts carry dimensions, the first period counts.
        """
        uses = Counter(fact.context_id for fact in self.facts)
        periods = [context for context in self.contexts.values() if context.start and context.end]
        candidates = [context for context in periods if context.is_plain] or periods
        if not candidates:
            raise XbrlError(ErrorCode.NO_PERIOD)
        return max(candidates, key=lambda context: uses[context.id])

    def facts_of(self, context: Context) -> Iterator[Fact]:
        """The facts outside tuples that are about the same thing as `context`, under whatever context id."""
        same = {other.id for other in self.contexts.values() if _about(other) == _about(context)}
        return (fact for fact in self.facts if fact.context_id in same and not fact.group)


def read_instance(root: etree._Element) -> Instance:
    """The instance in an `xbrli:xbrl` element."""
    return Instance(
        entry_points=tuple(read_entry_points([root])),
        contexts=read_contexts([root]),
        currencies=read_currencies([root]),
        facts=tuple(_facts(root)),
    )


def read_entry_points(parents: Iterable[etree._Element]) -> Iterator[str]:
    """The addresses in the schemaRefs among the children of `parents`."""
    for element in _children(parents, "schemaRef"):
        yield clean_text(element.get(_HREF) or "", limit=500)


def read_contexts(parents: Iterable[etree._Element]) -> dict[str, Context]:
    """The contexts among the children of `parents`, by id. Raises `BAD_PERIOD` for a date that is none."""
    return {context.id: context for context in map(_context, _children(parents, "context"))}


def read_currencies(parents: Iterable[etree._Element]) -> dict[str, str]:
    """Unit id -> code of its measure (`EUR`), whatever the namespace of the measure (`xmlns=""` occurs)."""
    units = {}
    for element in _children(parents, "unit"):
        measure = next(element.iter("{*}measure"), None)
        text = (measure.text or "") if measure is not None else ""
        units[element.get("id") or ""] = clean_text(text).rpartition(":")[2].upper()
    return units


def _children(parents: Iterable[etree._Element], name: str) -> Iterator[etree._Element]:
    for parent in parents:
        yield from parent.iterchildren("{*}" + name)


def _about(context: Context) -> tuple[object, ...]:
    return (context.identifier, context.start, context.end, context.dimensions, context.is_plain)


def _context(element: etree._Element) -> Context:
    parts = {local_name(part): part for part in element.iterdescendants()}
    identifier = parts.get("identifier")
    start, end = parts.get("startDate"), parts.get("endDate")
    if end is None:
        end = parts.get("instant")
    return Context(
        id=element.get("id") or "",
        scheme=clean_text((identifier.get("scheme") or "") if identifier is not None else ""),
        identifier=clean_text((identifier.text or "") if identifier is not None else ""),
        start=None if start is None else parse_date(start.text or ""),
        end=None if end is None else parse_date(end.text or "", end=True),
        dimensions=tuple(sorted(_dimensions(element), key=lambda member: (member.axis, member.value))),
        is_plain=not any(len(parts[name]) for name in ("segment", "scenario") if name in parts),
    )


def _dimensions(element: etree._Element) -> Iterator[Member]:
    for member in element.iterdescendants():
        axis = (member.get("dimension") or "").rpartition(":")[2]
        if local_name(member) == "typedMember":
            value = next((child.text or "" for child in member), "")
            yield Member(axis, clean_text(value))
        elif local_name(member) == "explicitMember":
            yield Member(axis, clean_text(member.text or "").rpartition(":")[2])


def _facts(root: etree._Element) -> Iterator[Fact]:
    """Every element with a contextRef is a fact; an element around facts that has none is a tuple."""
    numbers = count(1)
    for child in root.iterchildren():
        if child.get("contextRef") is not None:
            yield _fact(child)
        elif local_name(child) not in _NOT_FACTS:
            for element in child.iter():
                name, number = local_name(element), next(numbers)
                yield from (_fact(member, name, number) for member in element if member.get("contextRef"))


def _fact(element: etree._Element, group: str = "", group_id: int = 0) -> Fact:
    return Fact(
        name=local_name(element),
        context_id=element.get("contextRef") or "",
        value=element.text or "",
        unit=element.get("unitRef") or "",
        is_nil=(element.get(_NIL) or "").strip() in ("true", "1"),
        group=group,
        group_id=group_id,
    )
