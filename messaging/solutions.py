"""Whether what was refused has been solved since, when and by whom: as it was recorded, or else as it shows by now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connectors.causes import Cause
from connectors.explanations import Fix
from connectors.models import Token
from messaging.changes import mending_change
from messaging.filters import first_id_at
from messaging.models import LogEntry, Message, MessageEvent
from messaging.redeciding import mended_among
from messaging.statuses import Status

# Ways in which a refusal is solved that are no fix of the list of causes.
ELSEWHERE, SUCCESSOR, SENT, WENT_ON = "elsewhere", "successor", "sent", "went_on"
LOOKED_INTO, TOKEN_DELETED = "looked_into", "token_deleted"
_WAYS: dict[str, Promise] = {
    ELSEWHERE: _("The set-up was changed: this check is passed now."),
    SUCCESSOR: _("A newer token for the same purpose is in use."),
    SENT: _("The sender has got through since."),
    WENT_ON: _("The message itself has gone on since."),
    LOOKED_INTO: _("An administrator looked into it, and the token stays."),
    TOKEN_DELETED: _("The token has been deleted."),
}
_STUCK = (Status.REJECTED, Status.SEND_FAILED)
_TOKEN_GONE = (Cause.TOKEN_DELETED.code, Cause.TOKEN_EXPIRED.code)
# A sender who mends one call often makes another first; so many messages of the office are looked through for it.
_LOOKED_THROUGH = 5_000


@dataclass(frozen=True)
class Solution:
    """When and by whom it was solved (empty: the sender, or nobody knows), and which way."""

    way: str
    at: dt.datetime | None = None
    by: str = ""
    by_id: int | None = None

    @property
    def words(self) -> str:
        if self.way in _WAYS:
            return str(_WAYS[self.way])
        try:
            return gettext("Done: %(fix)s") % {"fix": Fix[self.way.upper()].value}  # a fix is written as an order
        except KeyError:  # what somebody wrote, or another version of this program
            return self.way


def recorded_solution(entry: LogEntry) -> Solution | None:
    """Return the solution that stands with the entry."""
    if entry.resolved_at is None:
        return None
    by = str(entry.resolved_by) if entry.resolved_by_id else ""
    return Solution(entry.resolution, entry.resolved_at, by, entry.resolved_by_id)


def solution_of(entry: LogEntry) -> Solution | None:
    """Return how an entry was solved, recorded or not; None while it is open."""
    return recorded_solution(entry) or _found_solution(entry)


def solved_among(entries: Collection[LogEntry]) -> set[int]:
    """Return the keys of the entries of a page that are solved, as far as one query tells."""
    open_ones = [entry for entry in entries if entry.resolved_at is None]
    solved = {entry.pk for entry in entries if entry.resolved_at is not None}
    return solved | {entry.pk for entry in mended_among(open_ones)}


def _found_solution(entry: LogEntry) -> Solution | None:
    if entry.message is not None:
        return _message_went_on(entry, entry.message)
    if mended_among([entry]):
        return _set_up_changed(entry)
    return _successor_in_use(entry) or _sender_got_through(entry)


def _set_up_changed(entry: LogEntry) -> Solution:
    change = mending_change(entry)
    return Solution(ELSEWHERE, change.at, change.by, change.by_id) if change else Solution(ELSEWHERE)


def _successor_in_use(entry: LogEntry) -> Solution | None:
    """Look for the token that stands in for one that can never be used (there) again, and has been used."""
    token = newer_token(entry)
    if token is None or token.last_used_at is None or token.last_used_at < entry.last_seen_at:
        return None
    return Solution(SUCCESSOR, token.last_used_at, str(token.created_by or ""), token.created_by_id)


def newer_token(entry: LogEntry) -> Token | None:
    """Return the live token that the sender should use instead of the one that was refused, if there is one."""
    live = Token.objects.filter(environment=entry.environment_id, deleted_at__isnull=True)
    live = live.select_related("created_by", "user", "app_connector").defer("digest").order_by("-pk")
    if entry.cause in _TOKEN_GONE and entry.token is not None:
        same = Q(user=entry.token.user_id)
        if entry.token.customer_environment:
            same |= Q(customer_environment=entry.token.customer_environment)
        return live.filter(same, app_connector=entry.app_connector_id, pk__gt=entry.token.pk).first()
    if entry.cause == Cause.OTHER_CUSTOMER_ENVIRONMENT.code:
        return live.filter(customer_environment=entry.sender_environment).exclude(pk=entry.token_id or 0).first()
    return None


def _sender_got_through(entry: LogEntry) -> Solution | None:
    """Look for the same message, or for what tells that the same sender sends again."""
    token_id = entry.token_id
    if token_id is None:
        used = Token.objects.filter(last_used_address=entry.address, last_used_at__gte=entry.last_seen_at)
        at = used.order_by("last_used_at").values_list("last_used_at", flat=True).first() if entry.address else None
        return Solution(SENT, at) if at else None
    if entry.cause in _SET_UP:
        return None
    if entry.message_type or entry.external_message_id:
        at = _received_since(entry)
    else:
        # A call that only reads is noted as use of the token also when it is refused after that.
        used = Token.objects.filter(pk=token_id, last_used_at__gt=entry.last_seen_at)
        at = used.values_list("last_used_at", flat=True).first() or _received_since(entry)
    return Solution(SENT, at) if at else None


def _received_since(entry: LogEntry) -> dt.datetime | None:
    messages = Message.objects.filter(token=entry.token_id, received_at__gte=entry.last_seen_at)
    same = messages.filter(external_message_id=entry.external_message_id)
    if entry.external_message_id and entry.cause != Cause.EXTERNAL_ID_CONFLICT.code:
        return same.values_list("received_at", flat=True).first()
    messages = messages.exclude(external_message_id=entry.external_message_id)
    after = Message.objects.filter(environment=entry.environment_id, pk__gt=first_id_at(entry.last_seen_at))
    few = after.order_by("pk").values("pk")[:_LOOKED_THROUGH]
    return messages.filter(pk__in=few).order_by("pk").values_list("received_at", flat=True).first()


def _message_went_on(entry: LogEntry, message: Message) -> Solution | None:
    if message.status in _STUCK:
        return None
    event = (
        MessageEvent.objects.filter(message=message, at__gte=entry.at, from_status__in=_STUCK).order_by("pk").first()
    )
    if event is None:
        return None
    return Solution(WENT_ON, event.at, event.actor_name if event.actor_id else "", event.actor_id)


# The causes that only the set-up takes away, whatever else the sender sends.
_SET_UP = frozenset(
    cause.code
    for cause in Cause
    if cause.value.fix
    in {
        Fix.UNBLOCK_USER,
        Fix.UNBLOCK_CONNECTOR,
        Fix.ADD_TO_GROUP,
        Fix.ADD_CONNECTOR,
        Fix.ALLOW_ADDRESS,
        Fix.SUBMIT_INCIDENT,
        Fix.UNBLOCK_TYPE,
        Fix.NEW_TOKEN,
        Fix.REPLACE_TOKEN,
        Fix.SECOND_ENVIRONMENT,
    }
)
