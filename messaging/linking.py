"""Which organisation a message is about follows from the number in it, and this keeps it so for all messages.

A number names one organisation of an environment (`OrganisationNumber`). Whoever changes that calls `relink_soon`,
in the same transaction; messages that are being read at that moment are found by the second look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from procrastinate.contrib.django import app
from procrastinate.types import JSONValue

from connectors.models import Environment
from messaging.models import Message, MessageEvent, Organisation, OrganisationImport, OrganisationNumber
from portal.audit import SYSTEM
from portal.models import User

TASK = "relink_messages"
IMPORT_TASK = "relink_imported"
AT_ONCE = 100  # messages that are linked while a person waits
BATCH = 500
SECOND_LOOK = 30  # seconds; reading a message takes far less
COUNTED = 1_000  # so many are counted for a person; "1.000+" says as much


def relink_soon(environment_id: int, scheme: str, number: str, *, actor: User | None) -> int:
    """Link the newest messages with a number to the organisation that has it now, and leave the rest to a worker.

    Returns how many were linked here. Runs in the caller's transaction.
    """
    done = relink_batch(environment_id, scheme, number, actor=actor, limit=AT_ONCE)
    job: dict[str, JSONValue] = {"environment_id": environment_id, "scheme": scheme, "number": number}
    job["actor_id"] = actor.pk if actor else None
    app.configure_task(TASK, queue="messages", schedule_in={"seconds": SECOND_LOOK}).defer(**job)
    if done == AT_ONCE:
        app.configure_task(TASK, queue="messages").defer(**job)
    return done


def relink_imported_soon(import_id: int, *, actor: User) -> None:
    """Have a worker link earlier messages to the organisations of an import, now and at a second look."""
    for wait in (0, SECOND_LOOK):
        task = app.configure_task(IMPORT_TASK, queue="messages", schedule_in={"seconds": wait})
        task.defer(import_id=import_id, actor_id=actor.pk)


@transaction.atomic
def relink_batch(environment_id: int, scheme: str, number: str, *, actor: User | None, limit: int) -> int:
    """Link at most `limit` messages with a number to who has it now (nobody: to nobody), each with its event.

    Returns how many there were. Messages that somebody else holds are left for the next time.
    """
    owner = Organisation.objects.filter(
        environment=environment_id, numbers__scheme=scheme, numbers__number=number
    ).first()
    wrong = _linked_otherwise(environment_id, scheme, number, owner)
    found: list[tuple[UUID, str | None]] = list(
        wrong.select_for_update(of=("self",), skip_locked=True)
        .order_by("-id")
        .values_list("id", "organisation__name")[:limit]
    )
    Message.objects.filter(pk__in=[pk for pk, _name in found]).update(organisation=owner)
    MessageEvent.objects.bulk_create(_event(pk, owner, before or "", actor) for pk, before in found)
    return len(found)


def numbers_of_import(made: OrganisationImport, start: int, count: int) -> list[tuple[int, str, str]]:
    """Return some of the numbers that an import mentions and organisations have, with their environment."""
    mentioned = {re.sub(r"[^0-9A-Z]", "", text.upper()).removeprefix("NL") for text in _texts(made)}
    numbers = OrganisationNumber.objects.filter(environment=made.environment_id, number__in=mentioned)
    rows = numbers.order_by("pk").values_list("environment", "scheme", "number")
    return list(rows[start : start + count])


def _texts(made: OrganisationImport) -> Iterator[str]:
    for line in made.lines:
        yield from (*line["btw"], *line["kvk"])


def link_one(message: Message, owner: Organisation | None, *, actor: User) -> None:
    """Link a single message, whose number says nothing (or there is none), with its event."""
    before = message.organisation.name if message.organisation else ""
    message.organisation = owner
    message.save(update_fields=["organisation"])
    _event(message.pk, owner, before, actor).save()


def count_others(message: Message, scheme: str, number: str) -> int:
    """Count the other messages with a number in the environment of this one, to `COUNTED` at most."""
    others = _with_number(message.environment_id, scheme, number).exclude(pk=message.pk)
    return len(others.values_list("pk", flat=True)[:COUNTED])


def count_with_number(environment: Environment, scheme: str, number: str) -> int:
    """Count the messages of an environment with a number, to `COUNTED` at most."""
    return len(_with_number(environment.pk, scheme, number).values_list("pk", flat=True)[:COUNTED])


def _with_number(environment_id: int, scheme: str, number: str) -> QuerySet[Message]:
    return Message.objects.filter(environment=environment_id, reading__number_scheme=scheme, reading__number=number)


def _linked_otherwise(environment_id: int, scheme: str, number: str, owner: Organisation | None) -> QuerySet[Message]:
    messages = _with_number(environment_id, scheme, number)
    if owner is None:
        return messages.filter(organisation__isnull=False)
    return messages.filter(Q(organisation__isnull=True) | ~Q(organisation=owner))


def _event(message_id: UUID, owner: Organisation | None, before: str, actor: User | None) -> MessageEvent:
    kind = MessageEvent.Kind.LINKED if owner else MessageEvent.Kind.UNLINKED
    return MessageEvent(
        message_id=message_id,
        kind=kind,
        actor=actor,
        actor_name=str(actor) if actor else SYSTEM,
        note=owner.name if owner else before,
    )
