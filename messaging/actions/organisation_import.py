"""Taking organisations in from a CSV file: read, shown line by line, and done only when that was confirmed."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connectors.actions.users import lock_environment
from connectors.models import Environment
from messaging.linking import relink_imported_soon
from messaging.models import Organisation, OrganisationImport, OrganisationNumber
from messaging.numbers import masked
from messaging.organisation_csv import CsvLine, read_csv
from messaging.organisation_plan import Outcome, Plan, PlannedLine, make_plan
from portal.errors import DomainError
from portal.models import User

KEPT = timedelta(days=1)


class OtherPlan(DomainError):
    """The organisations changed since the plan was shown, so that a line would come out otherwise."""


def start_import(*, environment: Environment, file_name: str, content: bytes, acting_user: User) -> OrganisationImport:
    """Read a file and keep it to be looked at; no organisation changes. Raises `DomainError` at `file`.

    Files that nobody confirmed within a day are thrown away here.
    """
    lines = read_csv(content)
    with transaction.atomic():
        OrganisationImport.objects.filter(made_at__lt=timezone.now() - KEPT).delete()
        return OrganisationImport.objects.create(
            environment=environment,
            made_by=acting_user,
            file_name=file_name[:150],
            lines=[asdict(_without_persons(line)) for line in lines],
        )


def _without_persons(line: CsvLine) -> CsvLine:
    """Numbers of natural persons are not kept, not even until somebody looked at the lines."""
    btw, kvk = ([masked(scheme, cell) for cell in cells] for scheme, cells in (("btw", line.btw), ("kvk", line.kvk)))
    return replace(line, btw=tuple(btw), kvk=tuple(kvk))


def lines_of(made: OrganisationImport) -> list[CsvLine]:
    """Return the lines of a file as they were read."""
    return [CsvLine(**line | {"btw": tuple(line["btw"]), "kvk": tuple(line["kvk"])}) for line in made.lines]


@transaction.atomic
def carry_out_import(*, made: OrganisationImport, fingerprint: str, acting_user: User) -> dict[str, int]:
    """Do what was shown: make and change organisations, leave lines with errors out; returns how many of which.

    Done once: the second time it only returns what the first did. Numbers are added and never taken away. Earlier
    messages with new numbers are linked by the worker. Raises `OtherPlan` when a line would come out otherwise than
    was shown.
    """
    lock_environment(made.environment)
    made = OrganisationImport.objects.select_for_update().select_related("environment").get(pk=made.pk)
    if made.done_at is None:
        plan = make_plan(made.environment, lines_of(made))
        if plan.fingerprint != fingerprint:
            raise OtherPlan(_("The organisations changed in the meantime. Nothing was done; look at the lines again."))
        _carry_out(made.environment, plan)
        made.done_at, made.result = timezone.now(), plan.counts()
        made.save(update_fields=["done_at", "result"])
        relink_imported_soon(made.pk, actor=acting_user)
    return dict(made.result or {})


def _carry_out(environment: Environment, plan: Plan) -> None:
    fresh = plan.of(Outcome.NEW)
    organisations = Organisation.objects.bulk_create(
        [Organisation(environment=environment, name=line.name) for line in fresh], batch_size=500
    )
    changed = plan.of(Outcome.CHANGED)
    renamed = [Organisation(pk=line.organisation_id, name=line.name) for line in changed if line.renamed_from]
    Organisation.objects.bulk_update(renamed, ["name"], batch_size=500)
    owners = [*zip(fresh, (made.pk for made in organisations), strict=True)]
    owners += [(line, line.organisation_id or 0) for line in changed]
    OrganisationNumber.objects.bulk_create(
        [number for line, owner in owners for number in _new_numbers(environment, line, owner)], batch_size=500
    )


def _new_numbers(environment: Environment, line: PlannedLine, owner: int) -> list[OrganisationNumber]:
    return [
        OrganisationNumber(organisation_id=owner, environment=environment, scheme=scheme, number=number)
        for scheme, number in line.added
    ]
