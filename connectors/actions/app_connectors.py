"""App connectors: making, changing and removing them, and what they may call (DOMAIN 1b)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connectors.actions.users import lock_environment
from connectors.models import AppConnector, Connector, ConnectorGrant, Environment, UserGroup
from connectors.queries import live_tokens_outside
from portal.errors import ConfirmationNeededError, DomainError
from portal.models import User


@transaction.atomic
def create_app_connector(
    *,
    environment: Environment,
    description: str,
    group: UserGroup | None = None,
    blocked: bool = True,
    token_validity_days: int | None = None,
    acting_user: User,
) -> AppConnector:
    """Make an app connector by hand: it starts blocked, so that it can be configured first.

    Without a `group` a new one gets the connector's name. Raises `DomainError` on "description" or "group".
    """
    lock_environment(environment)
    check_new_app_connector(environment=environment, description=description, group=group)
    group = group or UserGroup.objects.create(environment=environment, name=description)
    return AppConnector.objects.create(
        environment=environment,
        description=description,
        group=group,
        blocked=blocked,
        token_validity_days=token_validity_days,
    )


def check_new_app_connector(*, environment: Environment, description: str, group: UserGroup | None) -> None:
    """Refuse, before anything is made, what `create_app_connector` would refuse. Raises `DomainError`."""
    _check_description(environment.app_connectors.all(), description)
    if group is None and environment.user_groups.filter(name__iexact=description).exists():
        raise _group_taken(description)
    _check_group(environment, group)


@transaction.atomic
def update_app_connector(
    *,
    app_connector: AppConnector,
    description: str,
    group: UserGroup,
    blocked: bool,
    token_validity_days: int | None,
    acting_user: User,
    confirmed: bool = False,
) -> AppConnector:
    """Change the tab *Algemeen*. Tokens that exist keep the expiry date that they have.

    Raises `DomainError` on "description" or "group", and `ConfirmationNeededError` on "group" when users of live tokens
    are not in the new group, because their calls would be refused.
    """
    lock_environment(app_connector.environment)
    _check_description(app_connector.environment.app_connectors.exclude(pk=app_connector.pk), description)
    _check_group(app_connector.environment, group)
    if group.pk != app_connector.group_id and not confirmed:
        _check_tokens_survive(app_connector, group)
    app_connector.description, app_connector.group = description, group
    app_connector.blocked, app_connector.token_validity_days = blocked, token_validity_days
    app_connector.save(update_fields=["description", "group", "blocked", "token_validity_days"])
    return app_connector


@transaction.atomic
def delete_app_connector(*, app_connector: AppConnector, acting_user: User) -> None:
    """Remove an app connector that never had a token; its group and users stay.

    Raises `DomainError` when it has or had one: messages and the log refer to it, so it can only be blocked.
    """
    if app_connector.tokens.exists():
        raise DomainError(
            _("This app connector has or had tokens, and messages and the log refer to those. Block it instead.")
        )
    app_connector.delete()


@transaction.atomic
def grant_connector(*, app_connector: AppConnector, connector: Connector, acting_user: User) -> ConnectorGrant:
    """Put a connector on the list of the app connector. Once there, asking again changes nothing."""
    grant, _made = ConnectorGrant.objects.get_or_create(app_connector=app_connector, connector=connector)
    return grant


@transaction.atomic
def revoke_connector(*, grant: ConnectorGrant, acting_user: User) -> None:
    """Take a connector off the list: calls to it are refused from then on."""
    grant.delete()


def _check_description(others: QuerySet[AppConnector], description: str) -> None:
    if not description.strip():
        raise DomainError(_("Enter a description: the name of the external application."), field="description")
    if others.filter(description__iexact=description).exists():
        raise _description_taken(description)


def _check_group(environment: Environment, group: UserGroup | None) -> None:
    if group is not None and group.environment_id != environment.pk:
        raise DomainError(_("Choose a user group of this environment."), field="group")


def _check_tokens_survive(app_connector: AppConnector, group: UserGroup) -> None:
    losing = live_tokens_outside(app_connector, group)
    if not losing:
        return
    names = ", ".join(sorted({token.user.username for token in losing}))
    raise ConfirmationNeededError(
        ngettext(
            "The user of %(count)d token is not in the group %(group)s (%(names)s): its calls will be refused. "
            "Add this user to the group first, or confirm that you want this.",
            "The users of %(count)d tokens are not in the group %(group)s (%(names)s): their calls will be refused. "
            "Add these users to the group first, or confirm that you want this.",
            len(losing),
        )
        % {"count": len(losing), "group": group.name, "names": names},
        field="group",
    )


def _description_taken(description: str) -> DomainError:
    return DomainError(
        _("There is already an app connector named %(name)s. Give this one another description.")
        % {"name": description},
        field="description",
    )


def _group_taken(name: str) -> DomainError:
    return DomainError(
        _(
            "There is already a user group named %(name)s. Choose it under Existing user group, or change the "
            "description."
        )
        % {"name": name},
        field="group",
    )
