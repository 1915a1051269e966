"""What a CSV file of organisations would do, line by line, without doing it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from connectors.models import Environment
from messaging.kinds import NumberScheme
from messaging.models import Organisation, OrganisationNumber
from messaging.numbers import parse_number
from messaging.organisation_csv import CsvLine
from portal.errors import DomainError

Number = tuple[str, str]  # scheme, number
MAX_NUMBERS = 20  # of one organisation
_LONGEST_NAME = 150


class Outcome(StrEnum):
    """What becomes of a line."""

    ERROR = "error"
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class PlannedLine:
    """A line with what becomes of it; `errors` say why nothing does, `renamed_from` and `added` what changes."""

    line: int
    name: str
    numbers: tuple[Number, ...]
    outcome: Outcome
    errors: tuple[str, ...] = ()
    organisation_id: int | None = None
    renamed_from: str = ""
    added: tuple[Number, ...] = ()


@dataclass(frozen=True)
class Plan:
    """All lines of a file. `fingerprint` tells this plan from one in which a line would come out otherwise."""

    lines: list[PlannedLine]
    fingerprint: str

    def of(self, outcome: Outcome) -> list[PlannedLine]:
        return [line for line in self.lines if line.outcome is outcome]

    def counts(self) -> dict[str, int]:
        return {outcome.value: len(self.of(outcome)) for outcome in Outcome}


@dataclass
class _Known:
    """What the environment has of what the file mentions, and what earlier lines of the file took."""

    by_number: dict[Number, Organisation]
    by_name: dict[str, Organisation]
    numbers_of: dict[int, set[Number]]
    names_taken: dict[str, int] = field(default_factory=dict)
    numbers_taken: dict[Number, int] = field(default_factory=dict)
    targets_taken: dict[int, int] = field(default_factory=dict)


def make_plan(environment: Environment, lines: list[CsvLine]) -> Plan:
    """Work out what becomes of each line as the organisations are now. Three queries, however many lines."""
    read = [_read(line) for line in lines]
    known = _known(environment, read)
    planned = [_planned(line, known) for line in read]
    told = "\n".join(f"{p.line} {p.outcome} {p.organisation_id} {p.renamed_from} {p.added}" for p in planned)
    return Plan(planned, hashlib.sha256(told.encode()).hexdigest())


@dataclass
class _Read:
    """A line with its numbers as they are kept, and what is wrong with it so far."""

    line: int
    name: str
    numbers: list[Number]
    errors: list[str]


def _read(line: CsvLine) -> _Read:
    read = _Read(line.line, line.name, [], [])
    if not line.name:
        read.errors.append(_("The name is missing."))
    elif len(line.name) > _LONGEST_NAME:
        read.errors.append(_("The name is longer than %(count)d characters.") % {"count": _LONGEST_NAME})
    for scheme, cells in ((NumberScheme.VAT, line.btw), (NumberScheme.KVK, line.kvk)):
        for cell in cells:
            try:
                number = (scheme.value, parse_number(scheme, cell))
            except DomainError as refusal:
                told = str(refusal.message)
                read.errors.append(told if cell in told else f"{cell[:40]}: {told}")
            else:
                read.numbers += [] if number in read.numbers else [number]
    return read


def _known(environment: Environment, lines: Iterable[_Read]) -> _Known:
    wanted = {number for line in lines for _scheme, number in line.numbers}
    names = {line.name.lower() for line in lines}
    numbers = OrganisationNumber.objects.filter(environment=environment, number__in=wanted)
    by_number = {(n.scheme, n.number): n.organisation for n in numbers.select_related("organisation")}
    named = Organisation.objects.filter(environment=environment).annotate(lower=Lower("name")).filter(lower__in=names)
    by_name: dict[str, Organisation] = {found.name.lower(): found for found in named}
    involved = {found.pk for found in (*by_number.values(), *by_name.values())}
    numbers_of: dict[int, set[Number]] = {}
    rows = OrganisationNumber.objects.filter(organisation__in=involved)
    for pk, scheme, number in rows.values_list("organisation", "scheme", "number"):
        numbers_of.setdefault(pk, set()).add((scheme, number))
    return _Known(by_number, by_name, numbers_of)


def _planned(line: _Read, known: _Known) -> PlannedLine:
    owners = {owner.pk: owner for number in line.numbers if (owner := known.by_number.get(number))}
    namesake = known.by_name.get(line.name.lower())
    target = next(iter(owners.values()), namesake)
    errors = [*line.errors, *_conflicts(line, known, list(owners.values()), namesake, target)]
    if not errors:
        known.names_taken[line.name.lower()] = line.line
        known.numbers_taken |= dict.fromkeys(line.numbers, line.line)
        if target:
            known.targets_taken[target.pk] = line.line
    if errors or target is None:
        outcome = Outcome.ERROR if errors else Outcome.NEW
        return PlannedLine(line.line, line.name, tuple(line.numbers), outcome, tuple(errors), added=tuple(line.numbers))
    added = tuple(number for number in line.numbers if number not in known.numbers_of.get(target.pk, set()))
    renamed_from = target.name if target.name != line.name else ""
    return PlannedLine(
        line.line,
        line.name,
        tuple(line.numbers),
        Outcome.CHANGED if added or renamed_from else Outcome.UNCHANGED,
        organisation_id=target.pk,
        renamed_from=renamed_from,
        added=added,
    )


def _conflicts(
    line: _Read, known: _Known, owners: list[Organisation], namesake: Organisation | None, target: Organisation | None
) -> Iterable[str]:
    """Say what speaks against a line beside its own shape: other organisations, and earlier lines."""
    if len(owners) > 1:
        yield _("The numbers belong to different organisations: %(names)s.") % {
            "names": ", ".join(owner.name for owner in owners)
        }
    elif owners and namesake and owners[0].pk != namesake.pk:
        yield _("The number belongs to %(owner)s, but the name is that of another organisation.") % {
            "owner": owners[0].name
        }
    elif target and target.archived_at:
        yield _("%(name)s is in the archive. Take it out of the archive first.") % {"name": target.name}
    if earlier := known.names_taken.get(line.name.lower()):
        yield _("This name is on line %(line)d too. Put all numbers of an organisation on one line.") % {
            "line": earlier
        }
    elif target and (earlier := known.targets_taken.get(target.pk)):
        yield _("Line %(line)d is about the same organisation, %(name)s.") % {"line": earlier, "name": target.name}
    for number in line.numbers:
        if earlier := known.numbers_taken.get(number):
            yield _("%(number)s is on line %(line)d too.") % {"number": number[1], "line": earlier}
    had = known.numbers_of.get(target.pk, set()) if target else set()
    if len(had | set(line.numbers)) > MAX_NUMBERS:
        yield _("An organisation has %(count)d numbers at most.") % {"count": MAX_NUMBERS}
