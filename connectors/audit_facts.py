"""What the auditor looks at, gathered for many app connectors at once in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from connectors.audit_terms import ConnectorFacts, Origin, TokenFacts, UserFacts
from connectors.auditor import NETWORKS_WITHIN
from connectors.models import AppConnector, Connector, ConnectorGrant, GroupMember, IpRule, Token, TokenOrigin
from portal.models import User

# A token can be tried from any number of networks; some are enough to see that.
_ORIGINS_READ = 2000


def facts_of(app_connectors: Iterable[AppConnector], *, now: datetime) -> dict[int, ConnectorFacts]:
    """Return the facts of app connectors (with their group loaded) by their key."""
    wanted = {app_connector.pk: app_connector for app_connector in app_connectors}
    members = _members({app_connector.group_id for app_connector in wanted.values()})
    allowed = _grouped(IpRule.objects.filter(app_connector__in=wanted, action=IpRule.Action.ALLOW), "app_connector_id")
    granted = ConnectorGrant.objects.filter(app_connector__in=wanted, connector=Connector.COMM_SVC)
    has_grant = set(granted.values_list("app_connector_id", flat=True))
    tokens = _tokens(wanted, now)
    return {
        pk: ConnectorFacts(
            pk=pk,
            description=app_connector.description,
            blocked=app_connector.blocked,
            granted=pk in has_grant,
            group_pk=app_connector.group_id,
            group=app_connector.group.name,
            members=tuple(members[app_connector.group_id]),
            allowed=tuple(rule.network for rule in allowed[pk]),
            tokens=tuple(tokens[pk]),
        )
        for pk, app_connector in wanted.items()
    }


def _members(groups: set[int]) -> dict[int, list[UserFacts]]:
    found: dict[int, list[UserFacts]] = defaultdict(list)
    for member in GroupMember.objects.filter(group__in=groups).select_related("user").order_by("pk"):
        found[member.group_id].append(_user(member.user))
    return found


def _tokens(app_connectors: Iterable[int], now: datetime) -> dict[int, list[TokenFacts]]:
    not_deleted = Token.objects.filter(app_connector__in=app_connectors, deleted_at__isnull=True)
    tokens = [*not_deleted.select_related("user", "claim").order_by("pk")]
    recent = TokenOrigin.objects.filter(token__in=tokens, last_at__gt=now - NETWORKS_WITHIN - timedelta(days=1))
    origins = _grouped(recent.order_by("-last_at")[:_ORIGINS_READ], "token_id")
    found: dict[int, list[TokenFacts]] = defaultdict(list)
    for token in tokens:
        seen = (
            Origin(origin.network, origin.customer_environment, origin.last_at, origin.refused)
            for origin in origins[token.pk]
        )
        found[token.app_connector_id].append(_token(token, tuple(seen)))
    return found


def _token(token: Token, origins: tuple[Origin, ...]) -> TokenFacts:
    claim = getattr(token, "claim", None)
    return TokenFacts(
        pk=token.pk,
        hint=token.hint,
        user=_user(token.user),
        device=token.device,
        customer_environment=token.customer_environment,
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
        closing_since=token.closing_since,
        claim_alarm=claim.get_alarm_display() if claim and claim.has_open_alarm else "",
        origins=origins,
    )


def _user(user: User) -> UserFacts:
    return UserFacts(user.pk, user.username, active=user.is_active, person=user.kind == User.Kind.PERSON)


def _grouped(rows: QuerySet[Any], key: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found
