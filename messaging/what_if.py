"""What a fix would do to reality, said before it is saved: the refusals of the past week, decided again with it.

The change is only thought of: a function from what is known of a credential to what would be. `effect_of` is pure; at
most `MOST` recorded refusals are looked at, with three queries.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils import timezone

from connectors.authentication import Call, Grant, load_grants
from connectors.causes import Cause
from connectors.explanations import Fix
from connectors.models import Connector, Environment, UserGroup
from messaging.models import LogEntry
from messaging.queries_log import first_key_since
from messaging.redeciding import AT_THE_DOOR, call_of, can_be_decided, refusal_under
from portal.network import Network, NetworkError, covers, parse_network

DAYS = 7
MOST = 500

# What would be known of a credential, for a call.
Change = Callable[[Grant, Call], Grant]


@dataclass(frozen=True)
class Recorded:
    """A refusal as it stands in the log: whose token, which call, and how many times."""

    token_id: int
    call: Call
    times: int


@dataclass(frozen=True)
class Effect:
    """How many of the refused calls that a change is about it would let in, and what stops the others.

    `capped`: there were more refusals than were looked at.
    """

    passes: int = 0
    of: int = 0
    stopped_by: tuple[Cause, ...] = ()
    capped: bool = False


def effect_of(change: Change, refusals: Iterable[Recorded], grants: Mapping[int, Grant]) -> Effect:
    """Decide refusals again as if `change` had been made. Pure.

    Those that it changes nothing for do not count, nor those that are let in already.
    """
    passes = of = 0
    stopped_by: dict[Cause, None] = {}
    for refusal in refusals:
        grant = grants.get(refusal.token_id)
        if grant is None or (changed := change(grant, refusal.call)) == grant:
            continue
        if refusal_under(grant, refusal.call) is None:
            continue
        of += refusal.times
        refused = refusal_under(changed, refusal.call)
        if refused is None:
            passes += refusal.times
        else:
            stopped_by[refused.cause] = None
    return Effect(passes, of, tuple(stopped_by))


def effect_in(environment: Environment, fix: Fix, change: Change) -> Effect:
    """Say what a change would do to the refusals of an environment in the past week that this fix is for."""
    causes = [cause.code for cause in AT_THE_DOOR if cause.value.fix is fix]
    since = timezone.now() - dt.timedelta(days=DAYS)
    found = list(
        LogEntry.objects.filter(environment=environment, cause__in=causes, last_seen_at__gte=since)
        .filter(pk__gte=first_key_since(since))
        .filter(token__test_address__isnull=True)  # a test message of the portal itself is no call
        .only("door", "token", "address", "sender_environment", "message_type", "method", "repeats")
        .order_by("-pk")[: MOST + 1]
    )
    refusals = [
        Recorded(entry.token_id or 0, call_of(entry), entry.repeats) for entry in found[:MOST] if can_be_decided(entry)
    ]
    effect = effect_of(change, refusals, load_grants({refusal.token_id for refusal in refusals}))
    return replace(effect, capped=len(found) > MOST)


def effect_of_page(
    environment: Environment,
    fix: str,
    *,
    app_connector: int = 0,
    user: str = "",
    kind: str = "",
    address: str = "",
    group: UserGroup | None = None,
) -> Effect:
    """Say what saving the page of a fix would do; `fix` by its name in small letters. Nothing without an address."""
    try:
        network = parse_network(address) if address else None
    except NetworkError:
        network = None
    changes: dict[str, Change | None] = {
        "add_connector": connector_added(app_connector),
        "unblock_connector": connector_unblocked(app_connector),
        "unblock_user": user_unblocked(user),
        "unblock_type": type_opened(kind),
        "allow_address": address_allowed(app_connector, network) if network else None,
        "submit_incident": network_allowlisted(network) if network else None,
        "add_to_group": _in_group(group, user) if group else None,
    }
    change = changes[fix]
    return effect_in(environment, Fix[fix.upper()], change) if change else Effect()


def _in_group(group: UserGroup, user: str) -> Change:
    return user_in_group(user, [*group.app_connectors.values_list("pk", flat=True)])


# Changes --------------------------------------------------------------------------------------------------------------


def connector_added(app_connector_id: int) -> Change:
    """CommSvcConnector stands on the list of the app connector."""
    return _for_connector(
        app_connector_id, lambda grant: replace(grant, connectors=grant.connectors | {Connector.COMM_SVC.value})
    )


def connector_unblocked(app_connector_id: int) -> Change:
    return _for_connector(app_connector_id, lambda grant: replace(grant, connector_blocked=False))


def address_allowed(app_connector_id: int, network: Network) -> Change:
    """The IP restrictions let a network in."""
    allowed = _for_connector(app_connector_id, lambda grant: replace(grant, allowed=_with(grant.allowed, network)))
    return lambda grant, call: allowed(grant, call) if covers(network, call.address) else grant


def network_allowlisted(network: Network) -> Change:
    """Support put a network on the allowlist of the environment."""

    def change(grant: Grant, call: Call) -> Grant:
        here = covers(network, call.address)
        return replace(grant, allowlist=_with(grant.allowlist, network)) if here else grant

    return change


def user_unblocked(user_name: str) -> Change:
    return lambda grant, _call: replace(grant, user_active=True) if grant.user_name == user_name else grant


def user_in_group(user_name: str, app_connector_ids: Collection[int]) -> Change:
    """The user is in the group that these app connectors go by; without a name, whoever is refused for it."""

    def change(grant: Grant, _call: Call) -> Grant:
        theirs = grant.user_name == (user_name or grant.user_name) and grant.app_connector_id in app_connector_ids
        return replace(grant, in_group=True) if theirs else grant

    return change


def type_opened(code: str) -> Change:
    """The message type is not blocked."""

    def change(grant: Grant, _call: Call) -> Grant:
        known = grant.message_types.get(code)
        if known is None:
            return grant
        return replace(grant, message_types={**grant.message_types, code: replace(known, blocked=False)})

    return change


def _for_connector(app_connector_id: int, change: Callable[[Grant], Grant]) -> Change:
    return lambda grant, _call: change(grant) if grant.app_connector_id == app_connector_id else grant


def _with(networks: tuple[Network, ...], network: Network) -> tuple[Network, ...]:
    return networks if network in networks else (*networks, network)
