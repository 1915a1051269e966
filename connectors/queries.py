"""The one door to each object: what is not yours does not exist for you."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Count, Exists, Max, Model, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404

from connectors.models import (
    AllowlistEntry,
    AllowlistRequest,
    AppConnector,
    Environment,
    GroupMember,
    Token,
    UserGroup,
)
from portal.models import Membership, Role, User

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
    return AllowlistRequest.objects.select_related("environment", "submitted_by", "decided_by")


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
