"""The client organisations of an environment: what they are called and which numbers name them (DOMAIN 1d)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connectors.actions.users import lock_environment
from connectors.models import Environment
from messaging.linking import relink_soon
from messaging.models import Organisation, OrganisationNumber
from messaging.numbers import parse_number
from messaging.organisation_plan import MAX_NUMBERS
from portal.errors import DomainError
from portal.models import User


@transaction.atomic
def create_organisation(*, environment: Environment, name: str, acting_user: User) -> Organisation:
    """Make an organisation without numbers. Raises `DomainError` at `name` when the environment has this name."""
    name = _free_name(environment, name)
    return Organisation.objects.create(environment=environment, name=name)


@transaction.atomic
def rename_organisation(*, organisation: Organisation, name: str, acting_user: User) -> Organisation:
    """Give an organisation another name. Raises `DomainError` at `name` when the environment has this name."""
    organisation.name = _free_name(organisation.environment, name, besides=organisation)
    organisation.save(update_fields=["name"])
    return organisation


@transaction.atomic
def add_number(*, organisation: Organisation, scheme: str, number: str, acting_user: User) -> int:
    """Let a number name an organisation; returns how many earlier messages were linked by it at once.

    Raises `DomainError` at `number` when it is no such number, looks like a BSN, or names another organisation.
    """
    return _give(organisation, scheme, parse_number(scheme, number), acting_user)


@transaction.atomic
def remove_number(*, number: OrganisationNumber, acting_user: User) -> None:
    """Let a number name nobody: its messages are then about an unknown organisation."""
    environment_id, scheme, text = number.environment_id, number.scheme, number.number
    number.delete()
    relink_soon(environment_id, scheme, text, actor=acting_user)


@transaction.atomic
def archive_organisation(*, organisation: Organisation, acting_user: User) -> None:
    """Take an organisation out of the lists to choose from. Its numbers and messages stay with it."""
    organisation.archived_at = timezone.now()
    organisation.save(update_fields=["archived_at"])


@transaction.atomic
def restore_organisation(*, organisation: Organisation, acting_user: User) -> None:
    """Take an organisation out of the archive."""
    organisation.archived_at = None
    organisation.save(update_fields=["archived_at"])


@transaction.atomic
def delete_organisation(*, organisation: Organisation, acting_user: User) -> None:
    """Delete an organisation that no message is about. Raises `DomainError` when there are messages: archive it."""
    lock_environment(organisation.environment)
    # Whoever links a message to it waits for this row, and then finds it gone.
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    if organisation.messages.exists():
        raise DomainError(_("There are messages about this organisation: archive it. Then they keep its name."))
    organisation.delete()


def claim_number(organisation: Organisation, scheme: str, number: str, acting_user: User) -> int:
    """Let a number name this organisation from now on, whomever it named before; for a number out of a message.

    Runs in the caller's transaction; returns how many messages were linked at once.
    """
    lock_environment(organisation.environment)
    moved = OrganisationNumber.objects.filter(
        environment=organisation.environment_id, scheme=scheme, number=number
    ).exclude(organisation=organisation)
    moved.delete()
    return _give(organisation, scheme, number, acting_user)


def _give(organisation: Organisation, scheme: str, number: str, acting_user: User) -> int:
    lock_environment(organisation.environment)
    numbers = OrganisationNumber.objects.filter(environment=organisation.environment_id)
    owner = numbers.filter(scheme=scheme, number=number).select_related("organisation").first()
    if owner is not None and owner.organisation_id != organisation.pk:
        raise DomainError(
            _("%(number)s is the number of %(organisation)s already. A number names one organisation.")
            % {"number": number, "organisation": owner.organisation},
            field="number",
        )
    if owner is None:
        if numbers.filter(organisation=organisation).count() >= MAX_NUMBERS:
            raise DomainError(
                _("An organisation has %(count)d numbers at most.") % {"count": MAX_NUMBERS}, field="number"
            )
        OrganisationNumber.objects.create(
            organisation=organisation, environment=organisation.environment, scheme=scheme, number=number
        )
    return relink_soon(organisation.environment_id, scheme, number, actor=acting_user)


def _free_name(environment: Environment, name: str, *, besides: Organisation | None = None) -> str:
    name = " ".join(name.split())
    lock_environment(environment)
    same = Organisation.objects.filter(environment=environment, name__iexact=name)
    if besides:
        same = same.exclude(pk=besides.pk)
    if same.exists():
        raise DomainError(_("This environment has an organisation of this name already."), field="name")
    return name
