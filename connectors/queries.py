"""The one door to each object: what is not yours does not exist for you."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404

from connectors.models import AllowlistRequest, AppConnector, Environment, Token, UserGroup
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
