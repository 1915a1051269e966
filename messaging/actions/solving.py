"""Solving what was refused: the fix of a refusal, carried out from its page, and who solved what in the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Mod
from django.utils import timezone
from django.utils.translation import gettext as _

from connectors.actions.app_connectors import grant_connector, update_app_connector
from connectors.actions.groups import authorise
from connectors.actions.ip_rules import add_ip_rule
from connectors.actions.users import unblock_user
from connectors.explanations import Fix
from connectors.models import AppConnector, Connector, IpRule
from messaging.actions.message_types import update_message_type
from messaging.kinds import MessageKind
from messaging.models import LogEntry, MessageType, Workflow
from messaging.queries_log import first_key_since
from messaging.redeciding import AT_THE_DOOR, mended_among
from messaging.solutions import Solution, solution_of
from portal.errors import DomainError
from portal.models import Membership, User
from portal.network import parse_network

# Of one fix, and of one look of the worker: so many refusals are marked or looked at.
MOST = 500
_NEWEST, _OLDER, _ROUNDS = 200, 100, 30
_LOOK_BACK = dt.timedelta(days=30)


@transaction.atomic
def carry_out_fix(*, entry: LogEntry, fix: Fix, workflow: Workflow | None = None, acting_user: User) -> int:
    """Take away what stops the call of an entry, and mark what that solves; return how many entries.

    `fix` is that of the cause, or of what would stop the call today; `workflow` is for message types. Raises
    `DomainError` when the action behind it refuses, or when what it is about is not there any more.
    """
    if fix is Fix.UNBLOCK_TYPE:
        _open_type(entry, workflow, acting_user)
    elif fix in _ACTIONS:
        _ACTIONS[fix](entry, acting_user)
    elif fix is Fix.MEND_RESPONSE:  # nothing here shows that another file took its place, so a person says it
        return _mark([entry.pk], Solution(fix.name.lower(), by_id=acting_user.pk))
    else:
        raise DomainError(_("This cannot be done from here. Open the page beside it."))
    return _mark_equals(entry, fix, Solution(fix.name.lower(), by_id=acting_user.pk))


def note_solutions(*, now: dt.datetime | None = None) -> int:
    """Write down what was solved elsewhere, for lists and figures; return how many entries.

    Looks at the newest open entries, and at a part of the older ones that is another in every minute.
    """
    now = now or timezone.now()
    known = Q(token__isnull=False) | Q(message__isnull=False)
    entries = LogEntry.objects.select_related("environment", "token", "message").defer("repeat_key", "token__digest")
    opened = entries.filter(known, environment__isnull=False, resolved_at__isnull=True).order_by("-pk")
    # By key too, so that what is older is not read at all.
    since = now - _LOOK_BACK
    opened = opened.filter(last_seen_at__gte=since, pk__gte=first_key_since(since))
    newest = [*opened[:_NEWEST]]
    older = opened.annotate(round=Mod(F("pk"), _ROUNDS)).filter(round=int(now.timestamp()) // 60 % _ROUNDS)
    looked_at = {entry.pk: entry for entry in (*newest, *older[:_OLDER])}
    found = ((entry, solution_of(entry)) for entry in looked_at.values())
    return sum(_mark([entry.pk], solution) for entry, solution in found if solution)


def can_carry_out(entry: LogEntry, fix: Fix) -> bool:
    """Tell whether what the fix is about is (still) there, so that one press can do it."""
    if fix is Fix.UNBLOCK_TYPE:
        return _message_type(entry) is not None and entry.message_id is None
    if fix is Fix.MEND_RESPONSE:
        return entry.resolved_at is None
    needs = _NEEDS.get(fix)
    return needs is not None and all(found(entry) is not None for found in needs)


def membership_of(entry: LogEntry) -> Membership | None:
    """Return the membership of the user behind the token; None for who has left the environment."""
    if entry.token is None:
        return None
    memberships = Membership.objects.select_related("user", "environment")
    return memberships.filter(user=entry.token.user_id, environment=entry.environment_id).first()


def _mark_equals(entry: LogEntry, fix: Fix, solution: Solution) -> int:
    """Mark as solved what this fix is for and is let through that check now."""
    causes = [cause.code for cause in AT_THE_DOOR if cause.value.fix is fix]
    same: QuerySet[LogEntry] = LogEntry.objects.filter(
        environment=entry.environment_id, cause__in=causes, resolved_at__isnull=True
    )
    few = same.select_related("environment").defer("repeat_key").order_by("-pk")[:MOST]
    return _mark([found.pk for found in mended_among([entry, *few])], solution)


def _mark(keys: Iterable[int], solution: Solution) -> int:
    return LogEntry.objects.filter(pk__in={*keys}, resolved_at__isnull=True).update(
        resolved_at=solution.at or timezone.now(), resolved_by=solution.by_id, resolution=solution.way
    )


# Fixes ----------------------------------------------------------------------------------------------------------------


def _app_connector(entry: LogEntry) -> AppConnector | None:
    return entry.app_connector


def _found(value: AppConnector | None) -> AppConnector:
    if value is None:
        raise DomainError(_("The app connector of this call is not there any more. Make a new one."))
    return value


def _add_connector(entry: LogEntry, acting_user: User) -> None:
    app_connector = _found(entry.app_connector)
    grant_connector(app_connector=app_connector, connector=Connector.COMM_SVC, acting_user=acting_user)


def _unblock_connector(entry: LogEntry, acting_user: User) -> None:
    app_connector = _found(entry.app_connector)
    update_app_connector(
        app_connector=app_connector,
        description=app_connector.description,
        group=app_connector.group,
        blocked=False,
        token_validity_days=app_connector.token_validity_days,
        acting_user=acting_user,
    )


def _unblock_user(entry: LogEntry, acting_user: User) -> None:
    unblock_user(membership=_member(entry), acting_user=acting_user)


def _add_to_group(entry: LogEntry, acting_user: User) -> None:
    authorise(group=_found(entry.app_connector).group, membership=_member(entry), acting_user=acting_user)


def _allow_address(entry: LogEntry, acting_user: User) -> None:
    """Allow the one address, whatever range it lies in; a rule that excludes it has to go first."""
    add_ip_rule(
        app_connector=_found(entry.app_connector),
        action=IpRule.Action.ALLOW,
        network=parse_network(entry.address or ""),
        note=_("From the communication log: %(reference)s") % {"reference": entry.public_reference},
        acting_user=acting_user,
    )


def _open_type(entry: LogEntry, workflow: Workflow | None, acting_user: User) -> None:
    message_type = _message_type(entry)
    if message_type is None:
        raise DomainError(_("This message type does not exist."))
    update_message_type(
        message_type=message_type,
        blocked=False,
        workflow=workflow or message_type.workflow,
        acting_user=acting_user,
    )


def _member(entry: LogEntry) -> Membership:
    member = membership_of(entry)
    if member is None:
        raise DomainError(_("The user of this token has left the environment. Make a new token for another user."))
    return member


def _message_type(entry: LogEntry) -> MessageType | None:
    kind = entry.message_type.strip().upper()
    if kind not in MessageKind.values:
        return None
    return MessageType.objects.select_related("workflow").filter(environment=entry.environment_id, code=kind).first()


def _address(entry: LogEntry) -> str | None:
    return entry.address


_ACTIONS: dict[Fix, Callable[[LogEntry, User], None]] = {
    Fix.ADD_CONNECTOR: _add_connector,
    Fix.UNBLOCK_CONNECTOR: _unblock_connector,
    Fix.UNBLOCK_USER: _unblock_user,
    Fix.ADD_TO_GROUP: _add_to_group,
    Fix.ALLOW_ADDRESS: _allow_address,
}
# What has to be there for it.
_NEEDS: dict[Fix, tuple[Callable[[LogEntry], object | None], ...]] = {
    Fix.ADD_CONNECTOR: (_app_connector,),
    Fix.UNBLOCK_CONNECTOR: (_app_connector,),
    Fix.UNBLOCK_USER: (membership_of,),
    Fix.ADD_TO_GROUP: (_app_connector, membership_of),
    Fix.ALLOW_ADDRESS: (_app_connector, _address),
}
