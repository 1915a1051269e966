"""Reading organisations: the one door to each, the list by name, and which of them a message may be about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404

from connectors.models import Environment
from messaging.models import Message, Organisation, OrganisationImport, OrganisationNumber
from messaging.organisation_csv import CsvLine
from messaging.queries import messages_of

PAGE_SIZE = 50
OFFERED = 20  # organisations to choose from; whoever sees too many types more
LATEST = 10  # messages on the page of an organisation


@dataclass(frozen=True)
class OrganisationPage:
    """A page of the list, by name; the names behind which its neighbours begin (empty: there is no such page)."""

    rows: list[Organisation]
    back: str = ""
    onward: str = ""


def get_organisation_for(environment: Environment, pk: int) -> Organisation:
    """Return an organisation of the environment with its numbers. Raises `Http404` for another's."""
    found = _with_numbers(environment).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_number_for(organisation: Organisation, pk: int) -> OrganisationNumber:
    """Return a number of the organisation. Raises `Http404` for another's."""
    found = organisation.numbers.select_related("organisation").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_import_for(environment: Environment, pk: int) -> OrganisationImport:
    """Return a file that is being taken in. Raises `Http404` for another environment's, or one thrown away."""
    found = OrganisationImport.objects.select_related("environment").filter(environment=environment, pk=pk).first()
    if found is None:
        raise Http404
    return found


def organisations_in_file(environment: Environment) -> Iterator[CsvLine]:
    """Return the organisations of now by name, as a file has them."""
    rows = _with_numbers(environment).filter(archived_at__isnull=True).order_by("name")
    for found in rows.iterator(chunk_size=500):
        numbers = list(found.numbers.all())
        btw, kvk = (tuple(n.number for n in numbers if n.scheme == scheme) for scheme in ("btw", "kvk"))
        yield CsvLine(0, found.name, btw, kvk)


def organisations_page(
    environment: Environment, text: str = "", *, archived: bool = False, after: str = "", before: str = ""
) -> OrganisationPage:
    """Return the organisations by name, those that `text` is (part of) the name or a number of, by keyset."""
    rows = _with_numbers(environment).filter(archived_at__isnull=not archived).filter(_named(text))
    if before:
        found = list(rows.filter(name__lt=before).order_by("-name")[: PAGE_SIZE + 1])
        more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE][::-1]
        return OrganisationPage(found, found[0].name if more else "", found[-1].name if found else "")
    found = list((rows.filter(name__gt=after) if after else rows).order_by("name")[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    return OrganisationPage(found, found[0].name if after and found else "", found[-1].name if more else "")


def offered_organisations(environment: Environment, text: str) -> QuerySet[Organisation]:
    """Return what a message can be linked to: by name, at most `OFFERED`, without the archive."""
    return _with_numbers(environment).filter(_named(text), archived_at__isnull=True).order_by("name")[:OFFERED]


def has_organisations(environment: Environment) -> bool:
    return Organisation.objects.filter(environment=environment).exists()


def latest_messages(organisation: Organisation) -> list[Message]:
    """Return the newest messages about an organisation, as the list shows them."""
    return list(messages_of(organisation.environment).filter(organisation=organisation).order_by("-id")[:LATEST])


def _with_numbers(environment: Environment) -> QuerySet[Organisation]:
    numbers = OrganisationNumber.objects.order_by("scheme", "number")
    return Organisation.objects.filter(environment=environment).prefetch_related(Prefetch("numbers", numbers))


def _named(text: str) -> Q:
    """What people type is part of a name, or (the beginning of) a number in any way of writing it."""
    text = text.strip()
    if not text:
        return Q()
    number = re.sub(r"[^0-9A-Z]", "", text.upper()).removeprefix("NL")
    found = Q(name__icontains=text)
    if number[:1].isdigit():
        # Within one environment, so that few numbers are looked at.
        found |= Q(pk__in=OrganisationNumber.objects.filter(number__startswith=number).values("organisation"))
    return found
