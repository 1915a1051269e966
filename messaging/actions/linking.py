"""Saying which organisation a message is about, when its number does not tell, or tells wrong (DOMAIN 1d)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from messaging.actions.organisations import claim_number, create_organisation
from messaging.linking import link_one, relink_soon
from messaging.models import Message, MessageReading, Organisation, OrganisationNumber
from messaging.numbers import looks_personal
from portal.errors import DomainError
from portal.models import User


def number_to_remember(message: Message) -> tuple[str, str] | None:
    """Return kind and number by which a link is remembered; None when there is none, or it looks like a BSN."""
    reading: MessageReading | None = getattr(message, "reading", None)
    if reading is None or not reading.number or looks_personal(reading.number_scheme, reading.number):
        return None
    return reading.number_scheme, reading.number


@transaction.atomic
def link_message(*, message: Message, organisation: Organisation, acting_user: User) -> int:
    """Say that a message is about this organisation; returns how many messages were linked at once.

    The number in the message names the organisation from now on, so that earlier and later messages with it go along.
    Without such a number only this message is linked. Raises `DomainError` for another environment's or an archived
    organisation.
    """
    if organisation.environment_id != message.environment_id or organisation.archived_at:
        raise DomainError(_("Choose an organisation of this environment that is not archived."), field="organisation")
    if (remembered := number_to_remember(message)) is None:
        link_one(message, organisation, actor=acting_user)
        return 1
    return claim_number(organisation, *remembered, acting_user)


@transaction.atomic
def link_to_new_organisation(*, message: Message, name: str, acting_user: User) -> int:
    """Make an organisation and say that the message is about it. Raises `DomainError` at `name` when it exists."""
    organisation = create_organisation(environment=message.environment, name=name, acting_user=acting_user)
    return link_message(message=message, organisation=organisation, acting_user=acting_user)


@transaction.atomic
def unlink_message(*, message: Message, acting_user: User) -> None:
    """Say that it is not known whom a message is about. Its number names nobody from now on, so others go along."""
    if message.organisation is None:
        return
    if (remembered := number_to_remember(message)) is None:
        link_one(message, None, actor=acting_user)
        return
    scheme, number = remembered
    OrganisationNumber.objects.filter(environment=message.environment_id, scheme=scheme, number=number).delete()
    relink_soon(message.environment_id, scheme, number, actor=acting_user)
