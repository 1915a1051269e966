"""The one door to each object: what is not yours does not exist for you."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

from django.db.models import Count, Exists, Max, Model, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from connectors.models import (
    AllowlistEntry,
    AllowlistRequest,
    AppConnector,
    Connector,
    ConnectorGrant,
    Environment,
    GroupMember,
    IpRule,
    Token,
    TokenClaim,
    UserGroup,
)
from portal.models import Membership, Role, User
from portal.network import Address, parse_address

_Found = TypeVar("_Found", bound=Model)


def environments_for(user: User) -> QuerySet[Environment]:
    """Return the environments that a person is a member of, by code."""
    return Environment.objects.filter(memberships__user=user).order_by("code")


def get_membership_for(user: User, code: str) -> Membership:
    """Return the person's membership of an environment, with the environment. Raises `Http404` for another's."""
    try:
        return (
            Membership.objects.select_related("environment")
            .exclude(role=Role.SYSTEM)
            .get(user=user, environment__code=code)
        )
    except Membership.DoesNotExist as error:
        raise Http404 from error


def get_app_connector_for(environment: Environment, pk: int) -> AppConnector:
    """Return an app connector of the environment, with its group. Raises `Http404` for another's."""
    return _get(AppConnector.objects.select_related("group"), environment, pk)


def get_group_for(environment: Environment, pk: int) -> UserGroup:
    """Return a user group of the environment. Raises `Http404` for another's."""
    return _get(UserGroup.objects.all(), environment, pk)


def get_token_for(app_connector: AppConnector, pk: int) -> Token:
    """Return a token of the app connector, deleted ones too. Raises `Http404` for another's."""
    try:
        return app_connector.tokens.select_related("user", "app_connector").get(pk=pk)
    except Token.DoesNotExist as error:
        raise Http404 from error


def replacement_of(token: Token) -> tuple[Token | None, Token | None]:
    """Return the token on its way out and the current one for this token's environment, device and user."""
    same = Token.objects.filter(environment=token.environment_id, device=token.device, user=token.user_id)
    both = {
        found.closing_since is None: found
        for found in same.filter(deleted_at__isnull=True).select_related("user", "created_by")
    }
    return both.get(False), both.get(True)


def get_claim_for(token: Token) -> TokenClaim:
    """Return the claim link with which a token was handed over. Raises `Http404` when it was shown instead."""
    found = TokenClaim.objects.select_related("created_by", "revoked_by", "alarm_settled_by").filter(token=token)
    if not (claim := found.first()):
        raise Http404
    return claim


def get_claim_by_reference(reference: str) -> TokenClaim:
    """Return the claim link that an address names, for whoever asks: it gives nothing without its code.

    Raises `Http404` when there is none.
    """
    related = ("created_by", "token__app_connector", "token__environment")
    found = TokenClaim.objects.select_related(*related).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


def get_incident_for(environment: Environment, pk: int) -> AllowlistRequest:
    """Return an incident that this environment submitted. Raises `Http404` for another's."""
    return _get(AllowlistRequest.objects.select_related("submitted_by", "decided_by"), environment, pk)


def _get(queryset: QuerySet[_Found], environment: Environment, pk: int) -> _Found:
    found = queryset.filter(environment=environment, pk=pk).first()
    if found is None:
        raise Http404
    return found


# Users and groups -----------------------------------------------------------------------------------------------------


def members_of(environment: Environment) -> QuerySet[Membership]:
    """Return the users of an environment by name, people before system users.

    Each with `token_used_at` (when a token of theirs was last used here), `live_tokens` (how many) and
    `elsewhere` (whether the account is used in another environment); their groups are in `user.groups_here`.
    """
    tokens = Q(user__tokens__environment=environment)
    elsewhere = Membership.objects.filter(user=OuterRef("user")).exclude(environment=environment)
    groups = GroupMember.objects.filter(environment=environment).select_related("group").order_by("group__name")
    return (
        Membership.objects.filter(environment=environment)
        .select_related("user", "environment")
        .annotate(
            token_used_at=Max("user__tokens__last_used_at", filter=tokens),
            live_tokens=Count("user__tokens", filter=tokens & Q(user__tokens__deleted_at__isnull=True)),
            elsewhere=Exists(elsewhere),
        )
        .prefetch_related(Prefetch("user__group_members", queryset=groups, to_attr="groups_here"))
        .order_by("user__kind", "user__name", "pk")
    )


def get_member_for(environment: Environment, pk: int) -> Membership:
    """Return a membership of the environment, as in `members_of`. Raises `Http404` for another's."""
    return _get(members_of(environment), environment, pk)


def groups_of(environment: Environment) -> QuerySet[UserGroup]:
    """Return the groups of an environment by name, each with `member_count` and its app connectors."""
    return (
        environment.user_groups.annotate(member_count=Count("members"))
        .prefetch_related("app_connectors")
        .order_by("name")
    )


def get_group_member_for(group: UserGroup, pk: int) -> GroupMember:
    """Return a member of the group, with the user. Raises `Http404` for another's."""
    found = group.members.select_related("user", "group").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


# Incidents ------------------------------------------------------------------------------------------------------------


def incidents_of(environment: Environment) -> QuerySet[AllowlistRequest]:
    """Return the incidents that an environment submitted, newest first."""
    return environment.allowlist_requests.select_related("submitted_by", "decided_by").order_by("-pk")


def incidents_for_support() -> QuerySet[AllowlistRequest]:
    """Return the incidents of all environments; support staff sees them all."""
    return AllowlistRequest.objects.select_related("environment", "submitted_by", "decided_by", "assigned_to")


def get_incident_for_support(pk: int) -> AllowlistRequest:
    """Return any incident. Raises `Http404` when there is none."""
    found = incidents_for_support().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_allowlist_entry_for_support(pk: int) -> AllowlistEntry:
    """Return any line of the allowlist. Raises `Http404` when there is none."""
    found = AllowlistEntry.objects.select_related("request__environment", "created_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def entry_for(incident: AllowlistRequest) -> AllowlistEntry | None:
    """Return the line of the allowlist that an approved incident led to: its own, or the equal one that was there."""
    if incident.status != AllowlistRequest.Status.APPROVED:
        return None
    same = Q(
        participant_number=incident.participant_number,
        profile=incident.profile,
        network=incident.network,
        created_at__lte=incident.decided_at,
    )
    entries = AllowlistEntry.objects.filter(Q(request=incident) | same).select_related("created_by", "revoked_by")
    return entries.order_by("-pk").first()


# App connectors -------------------------------------------------------------------------------------------------------


def get_grant_for(app_connector: AppConnector, pk: int) -> ConnectorGrant:
    """Return a line of the app connector's tab *Connectoren*. Raises `Http404` for another's."""
    try:
        return app_connector.grants.get(pk=pk)
    except ConnectorGrant.DoesNotExist as error:
        raise Http404 from error


def get_ip_rule_for(app_connector: AppConnector, pk: int) -> IpRule:
    """Return an IP restriction of the app connector. Raises `Http404` for another's."""
    try:
        return app_connector.ip_rules.select_related("app_connector").get(pk=pk)
    except IpRule.DoesNotExist as error:
        raise Http404 from error


def app_connectors_of(environment: Environment) -> QuerySet[AppConnector]:
    """Return the app connectors with their group, `live_tokens`, `last_used_at` and whether CommSvcConnector is there
    (`has_comm_svc`), by description."""
    granted = ConnectorGrant.objects.filter(app_connector=OuterRef("pk"), connector=Connector.COMM_SVC)
    return (
        environment.app_connectors.select_related("group")
        .annotate(
            live_tokens=Count("tokens", filter=_live("tokens__")),
            last_used_at=Max("tokens__last_used_at"),
            has_comm_svc=Exists(granted),
        )
        .order_by("description")
    )


def live_tokens(tokens: QuerySet[Token]) -> QuerySet[Token]:
    """Narrow tokens down to those that are neither deleted nor expired."""
    return tokens.filter(_live())


def live_tokens_outside(app_connector: AppConnector, group: UserGroup) -> list[Token]:
    """Return the connector's live tokens whose user is not in `group`."""
    inside = GroupMember.objects.filter(group=group, user=OuterRef("user"))
    return [*live_tokens(app_connector.tokens.select_related("user")).exclude(Exists(inside))]


def addresses_in_use(app_connector: AppConnector) -> list[Address]:
    """Return the addresses from which the connector's live tokens were last used."""
    used = live_tokens(app_connector.tokens.filter(last_used_address__isnull=False))
    return sorted({parse_address(str(text)) for text in used.values_list("last_used_address", flat=True)}, key=str)


def administrators_of(environment: Environment) -> list[str]:
    """Return the names of the people who may change the set-up of the environment."""
    memberships = environment.memberships.filter(role=Role.BEHEERDER, user__is_active=True)
    return [str(membership.user) for membership in memberships.select_related("user").order_by("user__name")]


def _live(prefix: str = "") -> Q:
    not_deleted = Q(**{f"{prefix}deleted_at__isnull": True})
    return not_deleted & (Q(**{f"{prefix}expires_at__isnull": True}) | Q(**{f"{prefix}expires_at__gt": timezone.now()}))


def members_with_live_tokens(app_connector: AppConnector) -> QuerySet[User]:
    """Return the members of the connector's group who are not blocked, system users first, each with `live_tokens`:
    how many tokens of theirs are in use in this environment."""
    here = Q(tokens__environment=app_connector.environment_id) & _live("tokens__")
    return (
        User.objects.filter(group_members__group=app_connector.group_id, is_active=True)
        .annotate(live_tokens=Count("tokens", filter=here, distinct=True))
        .order_by("-kind", "username")
    )


def tokens_of(app_connector: AppConnector) -> QuerySet[Token]:
    """Return the connector's tokens that are not deleted, newest first."""
    found = app_connector.tokens.filter(deleted_at__isnull=True).select_related("user", "created_by", "claim")
    return found.order_by("-pk")


def deleted_tokens_of(app_connector: AppConnector) -> QuerySet[Token]:
    """Return the connector's deleted tokens, the last deleted first."""
    deleted = app_connector.tokens.filter(deleted_at__isnull=False)
    return deleted.select_related("user", "deleted_by").order_by("-deleted_at")


def counts_of(app_connector: AppConnector) -> dict[str, int]:
    """Return how many live tokens, granted connectors (`comm_svc`: CommSvcConnector) and IP restrictions it has."""
    comm_svc = Q(grants__connector=Connector.COMM_SVC)
    return AppConnector.objects.filter(pk=app_connector.pk).aggregate(
        live_tokens=Count("tokens", filter=_live("tokens__"), distinct=True),
        granted=Count("grants", distinct=True),
        comm_svc=Count("grants", filter=comm_svc, distinct=True),
        rules=Count("ip_rules", distinct=True),
    )


def fresh_token_for(environment: Environment, user: User, digest: bytes, *, within: timedelta) -> Token | None:
    """Return the live token with this digest when `user` made it in this environment a moment ago."""
    since = timezone.now() - within
    return live_tokens(environment.tokens.filter(digest=digest, created_by=user, created_at__gt=since)).first()
