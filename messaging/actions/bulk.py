"""Approving several messages at once: which of them, which not and why, and then one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from messaging.actions.acting import last_acts
from messaging.actions.assessment import approve_message
from messaging.models import Message, MessageReading
from messaging.models.workflows import StepAction
from messaging.workflow import Standing, standings
from portal.errors import DomainError
from portal.models import Membership, User

MAX_AT_ONCE = 50


@dataclass(frozen=True)
class Candidate:
    """A message that somebody wants to approve with others; `left_out` says why it will not be, or is empty."""

    message: Message
    left_out: str
    seen: int | None
    digest: str


@dataclass(frozen=True)
class Chosen:
    """A message as it stood on the screen where somebody confirmed it: its document, and its newest act."""

    message: Message
    digest: str
    seen: int


@dataclass(frozen=True)
class Outcome:
    """What became of one message; `text` says where it is now, or why nothing was changed."""

    message: Message
    done: bool
    text: str


def candidates(membership: Membership, messages: Iterable[Message]) -> list[Candidate]:
    """Return for each message why it would be left out of an approval of several.

    Left out is what the member may not approve, what was not read, and what has a sum that does not hold: a person
    looks at those one by one. Three queries for any number of messages.
    """
    found = standings(membership, list(messages))
    seen = last_acts([standing.message for standing in found])
    return [
        Candidate(
            standing.message,
            left_out(standing),
            seen.get(standing.message.pk),
            bytes(standing.message.content_digest).hex(),
        )
        for standing in found
    ]


def left_out(standing: Standing) -> str:
    """Return why a message is not approved together with others; nothing when it can be."""
    message = standing.message
    if refusal := standing.why_not(StepAction.APPROVE):
        return refusal
    reading = _reading_of(message)
    if reading is None:
        return _("It could not be read: look at the document yourself.")
    if reading.findings:
        return _("A check failed: look at it yourself.")
    return ""


@transaction.atomic
def approve_messages(*, chosen: Iterable[Chosen], membership: Membership, acting_user: User) -> list[Outcome]:
    """Approve messages one by one, each as `approve_message` does, and return what became of each.

    One that fails changes nothing, and does not keep the others. Whether its sums hold is looked at again. They are
    locked in the order of their ids, so that two people who approve the same ones wait for each other only.
    """
    return [_approve(item, membership, acting_user) for item in sorted(chosen, key=lambda item: item.message.pk)]


def _approve(item: Chosen, membership: Membership, user: User) -> Outcome:
    message = item.message
    reading = _reading_of(message)
    if reading is None or reading.findings:
        return Outcome(message, False, left_out(Standing(membership, message)))
    try:
        onward = approve_message(message=message, digest_seen=item.digest, acting_user=user, seen=item.seen)
    except DomainError as refusal:
        return Outcome(message, False, str(refusal))
    text = _("Approved; it waits in the step %(step)s now.") % {"step": onward.name} if onward else _("Approved.")
    return Outcome(message, True, text)


def _reading_of(message: Message) -> MessageReading | None:
    return getattr(message, "reading", None)
