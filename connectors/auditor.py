"""The auditor: what could be better about an app connector, why, and what mends it (DOMAIN 5). Pure.

It looks at facts, gathered by `connectors.audit_facts`, and never at the database.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connectors.audit_terms import ConnectorFacts, Finding, Remedy, Rule, Severity, TokenFacts, Verdict
from portal.formats import datetime_nl
from portal.network import Network

# The vendor's good practice.
UNUSED_MONTHS, OLD_MONTHS = 3, 12
EXPIRING, EXPIRING_SOON = timedelta(days=30), timedelta(days=7)
# In which time two networks for one token are remarkable.
NETWORKS_WITHIN = timedelta(days=30)
# A replacement whose new token has not been used for so long has been forgotten.
REPLACEMENT_STALLS = timedelta(days=14)
# DOMAIN 6: classic tokens end in favour of OAuth 2.0 client credentials.
CLASSIC_TOKENS_END = date(2027, 9, 1)


def audit(facts: ConnectorFacts, *, now: datetime) -> Verdict:
    """Judge an app connector as it is at the moment `now`."""
    found = [*_of_connector(facts, now), *_of_group(facts, now)]
    found += [finding for token in facts.tokens for finding in _of_token(facts, token, now)]
    return Verdict(tuple(sorted(found, key=lambda finding: -finding.severity.value)))


def months_before(moment: datetime, months: int) -> datetime:
    """Return the same day and time so many calendar months earlier, or the last day of a shorter month."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def days_left(end: date, now: datetime) -> int:
    """Return how many days remain until a day; none when it has come."""
    return max(0, (datetime(end.year, end.month, end.day, tzinfo=UTC) - now).days)


def _of_connector(facts: ConnectorFacts, now: datetime) -> Iterator[Finding]:
    live = [token for token in facts.tokens if token.is_live(now)]
    if facts.blocked:
        reason = _("Blocked is ticked, so every call with one of its tokens is refused.")
        yield Finding(Rule.BLOCKED, Severity.MEDIUM, reason, Remedy.UNBLOCK)
    if not facts.granted:
        reason = _("CommSvcConnector is not on the tab Connectors, so every message is refused.")
        yield Finding(Rule.CONNECTOR_MISSING, Severity.HIGH, reason, Remedy.ADD_CONNECTOR)
    if not live:
        reason = _("There is no token that works, so nobody can call with this app connector.")
        yield Finding(Rule.NO_TOKENS, Severity.MEDIUM, reason, Remedy.NEW_TOKEN)
    if not facts.allowed:
        reason = _("No address is allowed by itself, so a stolen token works from every address on the allowlist.")
        yield Finding(Rule.NO_RESTRICTION, Severity.LOW, reason, Remedy.RESTRICT_ADDRESSES)
    yield from _several_tokens(live)
    if live:
        reason = _(
            "Tokens of this kind end on %(day)s (in %(days)d days) in favour of OAuth 2.0 client credentials. You need "
            "not do anything yet."
        ) % {"day": datetime_nl(CLASSIC_TOKENS_END), "days": days_left(CLASSIC_TOKENS_END, now)}
        yield Finding(Rule.CLASSIC_TOKENS_END, Severity.INFO, reason)


def _several_tokens(live: Sequence[TokenFacts]) -> Iterator[Finding]:
    """One token for each customer environment is how it should be; several for the same one are not.

    A token that is being replaced stands beside its successor for a while on purpose.
    """
    by_customer: dict[str, list[TokenFacts]] = defaultdict(list)
    for token in live:
        if token.closing_since is None and token.customer_environment:
            by_customer[token.customer_environment].append(token)
    for customer, tokens in sorted(by_customer.items()):
        if len(tokens) > 1:
            reason = _("%(customer)s has %(count)d tokens that work: %(hints)s. Keep the one that is in use.") % {
                "customer": customer,
                "count": len(tokens),
                "hints": ", ".join(f"…{token.hint}" for token in tokens),
            }
            least = min(tokens, key=lambda token: (token.last_used_at is not None, token.last_used_at, token.pk))
            yield Finding(Rule.SEVERAL_TOKENS, Severity.MEDIUM, reason, Remedy.DELETE_TOKEN, least.pk)


def _of_group(facts: ConnectorFacts, now: datetime) -> Iterator[Finding]:
    """Each customer environment has a user of its own; a member without a token has no business in the group."""
    with_token = {token.user.pk for token in facts.tokens if token.is_live(now)}
    idle = [user for user in facts.members if user.pk not in with_token]
    size = len(facts.members)
    if size > 1 and idle:
        reason = _("%(group)s has %(size)d users, of whom these have no token here: %(names)s.") % {
            "group": facts.group,
            "size": size,
            "names": ", ".join(sorted(user.username for user in idle)),
        }
        yield Finding(Rule.GROUP_SIZE, Severity.LOW, reason, Remedy.OPEN_GROUP, facts.group_pk)
    elif size > 1:
        reason = _(
            "%(group)s has %(size)d users, each with a token of its own. That is right when each serves another "
            "customer environment."
        ) % {"group": facts.group, "size": size}
        yield Finding(Rule.GROUP_SIZE, Severity.INFO, reason, Remedy.OPEN_GROUP, facts.group_pk)
    users = {user.pk: user for user in (*(token.user for token in facts.tokens), *facts.members)}
    for user in users.values():
        if user.person and user.active:
            reason = _("%(user)s is a person who can sign in. Tokens belong to system users, who cannot.") % {
                "user": user.username
            }
            yield Finding(Rule.SIGNS_IN, Severity.MEDIUM, reason, Remedy.OPEN_USER, user.pk)


def _of_token(facts: ConnectorFacts, token: TokenFacts, now: datetime) -> Iterator[Finding]:
    if not token.is_live(now):
        reason = _("%(token)s expired on %(moment)s; calls with it are refused.") % {
            "token": _named(token),
            "moment": datetime_nl(token.expires_at),
        }
        yield Finding(Rule.EXPIRED, Severity.HIGH, reason, Remedy.REPLACE_TOKEN, token.pk)
        return
    yield from _use_of(token, now)
    yield from _user_of(facts, token)
    yield from _origins_of(facts, token, now)
    if token.claim_alarm:
        reason = _("%(token)s: %(alarm)s.") % {"token": _named(token), "alarm": token.claim_alarm}
        yield Finding(Rule.CLAIM_ALARM, Severity.HIGH, reason, Remedy.LOOK_AT_CLAIM, token.pk)


def _use_of(token: TokenFacts, now: datetime) -> Iterator[Finding]:
    if token.closing_since is not None:
        if token.closing_since <= now - REPLACEMENT_STALLS:
            reason = _("%(token)s has been waiting since %(moment)s for the new token to be used.") % {
                "token": _named(token),
                "moment": datetime_nl(token.closing_since),
            }
            yield Finding(Rule.REPLACEMENT_STALLED, Severity.LOW, reason, Remedy.FOLLOW_REPLACEMENT, token.pk)
        return
    if (token.last_used_at or token.created_at) <= months_before(now, UNUSED_MONTHS):
        used = (
            _("was last used on %(moment)s") % {"moment": datetime_nl(token.last_used_at)}
            if token.last_used_at
            else _("was made on %(moment)s and never used") % {"moment": datetime_nl(token.created_at)}
        )
        reason = _("%(token)s %(used)s. What nobody uses can only be abused.") % {"token": _named(token), "used": used}
        yield Finding(Rule.UNUSED, Severity.MEDIUM, reason, Remedy.DELETE_TOKEN, token.pk)
    if token.created_at <= months_before(now, OLD_MONTHS):
        reason = _("%(token)s was made on %(moment)s. Replace tokens every year.") % {
            "token": _named(token),
            "moment": datetime_nl(token.created_at),
        }
        yield Finding(Rule.OLD, Severity.MEDIUM, reason, Remedy.REPLACE_TOKEN, token.pk)
    if token.expires_at is not None and token.expires_at <= now + EXPIRING:
        days = (token.expires_at - now).days
        reason = ngettext(
            "%(token)s expires on %(moment)s, in %(days)d day. After that its calls are refused.",
            "%(token)s expires on %(moment)s, in %(days)d days. After that its calls are refused.",
            days,
        ) % {"token": _named(token), "moment": datetime_nl(token.expires_at), "days": days}
        severity = Severity.HIGH if token.expires_at <= now + EXPIRING_SOON else Severity.MEDIUM
        yield Finding(Rule.EXPIRING, severity, reason, Remedy.REPLACE_TOKEN, token.pk)


def _user_of(facts: ConnectorFacts, token: TokenFacts) -> Iterator[Finding]:
    told = {"user": token.user.username, "token": _name(token), "group": facts.group}
    if not token.user.active:
        reason = _("%(user)s is blocked, so calls with %(token)s are refused.") % told
        yield Finding(Rule.USER_BLOCKED, Severity.HIGH, reason, Remedy.OPEN_USER, token.user.pk)
    if token.user.pk not in {user.pk for user in facts.members}:
        reason = _("%(user)s is not in %(group)s, so calls with %(token)s are refused.") % told
        yield Finding(Rule.NOT_IN_GROUP, Severity.HIGH, reason, Remedy.OPEN_GROUP, facts.group_pk)


def _origins_of(facts: ConnectorFacts, token: TokenFacts, now: datetime) -> Iterator[Finding]:
    """What use says: other customer environments, and networks that are not expected.

    With allowed addresses every other network is unexpected; without them, a second network within a month.
    """
    recent = [origin for origin in token.origins if origin.last_at > now - NETWORKS_WITHIN]
    customers = {origin.customer_environment for origin in recent} | {token.customer_environment}
    customers.discard("")
    if len(customers) > 1:
        reason = _("Calls with %(token)s came from %(customers)s. One token serves one customer environment.") % {
            "token": _name(token),
            "customers": ", ".join(sorted(customers)),
        }
        yield Finding(Rule.OTHER_ENVIRONMENT, Severity.HIGH, reason, Remedy.SECOND_ENVIRONMENT)
    networks = {origin.network for origin in recent}
    odd = {network for network in networks if not any(_within(network, allowed) for allowed in facts.allowed)}
    if not facts.allowed and len(networks) < 2:
        return
    if odd:
        refused = any(origin.refused for origin in recent if origin.network in odd)
        text = (
            _("Calls with %(token)s came from %(networks)s, of which some were refused. Do you know these networks?")
            if refused
            else _("Calls with %(token)s came from %(networks)s within a month. Do you know these networks?")
        )
        reason = text % {"token": _name(token), "networks": ", ".join(sorted(map(str, odd)))}
        remedy = Remedy.REPLACE_TOKEN if facts.allowed else Remedy.RESTRICT_ADDRESSES
        yield Finding(Rule.UNEXPECTED_NETWORK, Severity.MEDIUM, reason, remedy, token.pk)


def _within(network: Network, allowed: Network) -> bool:
    """Tell whether two networks touch: what is kept of use is a network, an allowed address lies in it."""
    return network.version == allowed.version and network.overlaps(allowed)


def _named(token: TokenFacts) -> str:
    """Name a token at the beginning of a sentence."""
    return _("Token …%(hint)s of %(user)s") % {"hint": token.hint, "user": token.user.username}


def _name(token: TokenFacts) -> str:
    return _("token …%(hint)s of %(user)s") % {"hint": token.hint, "user": token.user.username}
