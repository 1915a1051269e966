"""What the wizard makes on *Voltooien*: app connector, user group, system user and token, in one go (DOMAIN 1b)."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction

from connectors.actions.app_connectors import check_new_app_connector, create_app_connector
from connectors.actions.system_users import create_system_user
from connectors.actions.tokens import clean_customer_environment, create_token
from connectors.models import AppConnector, Environment, Token, UserGroup
from portal.models import User


@dataclass(frozen=True)
class MadeInOneGo:
    """Item by item what was made. `secret` is the token's text, to be shown once; not in the repr, so not in logs."""

    app_connector: AppConnector
    group: UserGroup
    group_is_new: bool
    user: User
    token: Token | None = None
    secret: str = field(default="", repr=False)


def check_in_one_go(
    *, environment: Environment, description: str, group: UserGroup | None, customer_environment: str
) -> None:
    """Refuse, before anything is made, what `create_connector_in_one_go` would refuse. Raises `DomainError`."""
    check_new_app_connector(environment=environment, description=description, group=group)
    clean_customer_environment(customer_environment, accountancy=environment)


@transaction.atomic
def create_connector_in_one_go(
    *,
    environment: Environment,
    description: str,
    group: UserGroup | None = None,
    with_token: bool = True,
    customer_environment: str = "",
    acting_user: User,
) -> MadeInOneGo:
    """Make an app connector with a system user in its group (new, or the `group` given), and its token.

    With a token it is open at once. Without one it starts blocked, as one that is made by hand. Raises `DomainError`
    on "description", "group" or "customer_environment"; then nothing is made.
    """
    app_connector = create_app_connector(
        environment=environment,
        description=description,
        group=group,
        blocked=not with_token,
        acting_user=acting_user,
    )
    user = create_system_user(group=app_connector.group, name=description, acting_user=acting_user)
    made = MadeInOneGo(app_connector, app_connector.group, group is None, user)
    if not with_token:
        return made
    token, secret = create_token(
        app_connector=app_connector,
        user=user,
        device=description,
        customer_environment=customer_environment,
        acting_user=acting_user,
    )
    return MadeInOneGo(made.app_connector, made.group, made.group_is_new, user, token, secret)
