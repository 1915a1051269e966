"""Tokens: making, deleting and replacing them (DOMAIN 1b).

Every function that makes a token returns it with its text, `<token>...</token>`. That text exists nowhere else: the
caller shows it to the person in the answer to the same request and forgets it.
"""

from __future__ import annotations

import re
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connectors import tokens
from connectors.actions.claims import end_claim_of
from connectors.actions.system_users import create_system_user
from connectors.actions.users import lock_environment
from connectors.models import ENVIRONMENT_CODE, AppConnector, Environment, Token
from connectors.queries import live_tokens
from portal.errors import ConfirmationNeededError, DomainError
from portal.formats import datetime_nl
from portal.models import User


def clean_customer_environment(text: str, *, accountancy: Environment) -> str:
    """Return the code of a customer environment in capitals; empty stays empty.

    Raises `DomainError` on "customer_environment" for another form, and for the accountancy environment itself.
    """
    code = "".join(text.split()).upper()
    if code and not re.fullmatch(ENVIRONMENT_CODE, code, re.ASCII):
        raise DomainError(
            _("Enter an environment code such as O67890AA: O, T or A, five digits and two letters."),
            field="customer_environment",
        )
    if code == accountancy.code:
        raise DomainError(
            _(
                "%(code)s is this accountancy environment itself. Enter the code of the environment in which the "
                "client keeps the books: that one sends the messages."
            )
            % {"code": code},
            field="customer_environment",
        )
    return code


@transaction.atomic
def create_token(
    *,
    app_connector: AppConnector,
    user: User,
    device: str,
    customer_environment: str = "",
    acting_user: User,
    confirmed: bool = False,
) -> tuple[Token, str]:
    """Make a token for a user of the connector's group on a device, and return it with its text.

    It expires after the connector's validity period, if that has one. Raises `DomainError` on "user", "device" or
    "customer_environment", and `ConfirmationNeededError` when this customer environment has a live token here already.
    """
    code = clean_customer_environment(customer_environment, accountancy=app_connector.environment)
    lock_environment(app_connector.environment)
    _check_device(device)
    _check_user(app_connector, user)
    _check_device_is_free(app_connector, user, device)
    if code and not confirmed:
        _check_customer_has_no_token(app_connector, code)
    return _issue(app_connector, user, device, code, acting_user)


@transaction.atomic
def create_token_for_new_user(
    *,
    app_connector: AppConnector,
    device: str,
    customer_environment: str = "",
    acting_user: User,
    confirmed: bool = False,
) -> tuple[Token, str]:
    """Make a system user in the connector's group and its token, in one go. Raises as `create_token` does."""
    code = clean_customer_environment(customer_environment, accountancy=app_connector.environment)
    lock_environment(app_connector.environment)
    _check_device(device)
    if code and not confirmed:
        _check_customer_has_no_token(app_connector, code)
    name = f"{app_connector.description} {code}".strip()
    user = create_system_user(group=app_connector.group, name=name, acting_user=acting_user)
    return _issue(app_connector, user, device, code, acting_user)


@transaction.atomic
def create_second_customer_environment(
    *,
    app_connector: AppConnector,
    customer_environment: str,
    device: str = "",
    acting_user: User,
    confirmed: bool = False,
) -> tuple[Token, str]:
    """Give another customer environment a system user and a token of its own, so that it sees only its own data.

    The device is the connector's description unless it is named. Raises as `create_token` does, and `DomainError`
    when no customer environment is given.
    """
    if not customer_environment.strip():
        raise DomainError(_("Enter the code of the second customer environment."), field="customer_environment")
    return create_token_for_new_user(
        app_connector=app_connector,
        device=device or app_connector.description,
        customer_environment=customer_environment,
        acting_user=acting_user,
        confirmed=confirmed,
    )


@transaction.atomic
def delete_token(*, token: Token, acting_user: User) -> Token:
    """Delete a token: calls with it are refused from then on. Its row stays, so that such calls can be explained.

    Raises `DomainError` when it was deleted before.
    """
    token = Token.objects.select_for_update(of=("self",)).select_related("deleted_by").get(pk=token.pk)
    if token.deleted_at:
        raise DomainError(
            _("This token was deleted on %(moment)s by %(name)s.")
            % {"moment": datetime_nl(token.deleted_at), "name": token.deleted_by or "-"}
        )
    token.deleted_at, token.deleted_by = timezone.now(), acting_user
    token.save(update_fields=["deleted_at", "deleted_by"])
    end_claim_of(token, now=token.deleted_at, acting_user=acting_user)
    return token


@transaction.atomic
def replace_token(*, token: Token, acting_user: User) -> tuple[Token, str]:
    """Delete a token and make a new one for the same user, device and customer environment, in one go.

    Raises `DomainError` when it was deleted before, or when its user may not have a token (any more).
    """
    return create_successor(delete_token(token=token, acting_user=acting_user), acting_user=acting_user)


def create_successor(old: Token, *, acting_user: User) -> tuple[Token, str]:
    """Make a token for the same user, device and customer environment as `old`, as `create_token` does."""
    return create_token(
        app_connector=old.app_connector,
        user=old.user,
        device=old.device,
        customer_environment=old.customer_environment,
        acting_user=acting_user,
        confirmed=True,
    )


def _issue(
    app_connector: AppConnector, user: User, device: str, customer_environment: str, acting_user: User
) -> tuple[Token, str]:
    """Store the digest of new random bits, and return the token with its text."""
    data, now = tokens.generate(), timezone.now()
    days = app_connector.token_validity_days
    token = Token.objects.create(
        environment=app_connector.environment,
        app_connector=app_connector,
        user=user,
        device=device,
        customer_environment=customer_environment,
        digest=tokens.digest(data),
        hint=tokens.hint(data),
        created_at=now,
        created_by=acting_user,
        expires_at=now + timedelta(days=days) if days else None,
    )
    return token, tokens.wrap(data)


def _check_device(device: str) -> None:
    if not device.strip():
        raise DomainError(_("Enter a device: the program or machine that will use this token."), field="device")


def _check_user(app_connector: AppConnector, user: User) -> None:
    if not app_connector.group.members.filter(user=user).exists():
        raise DomainError(
            _("%(user)s is not in the user group %(group)s. Add the user to this group first, or choose a member.")
            % {"user": user.username, "group": app_connector.group.name},
            field="user",
        )
    if not user.is_active:
        raise DomainError(
            _("%(user)s is blocked, so a token would be refused. Unblock the user first, or choose another.")
            % {"user": user.username},
            field="user",
        )


def _check_device_is_free(app_connector: AppConnector, user: User, device: str) -> None:
    same = app_connector.environment.tokens.filter(user=user, device=device, deleted_at__isnull=True)
    same = same.filter(closing_since__isnull=True)
    if same.exists():
        raise _device_taken(user, device)


def _check_customer_has_no_token(app_connector: AppConnector, code: str) -> None:
    there = app_connector.tokens.filter(customer_environment=code, closing_since__isnull=True)
    existing = live_tokens(there).select_related("user").first()
    if existing is None:
        return
    raise ConfirmationNeededError(
        _(
            "%(code)s already has a token here (…%(hint)s of %(user)s). To give it a new one, replace that token. "
            "Confirm only when this environment needs two tokens at the same time."
        )
        % {"code": code, "hint": existing.hint, "user": existing.user.username},
        field="customer_environment",
    )


def _device_taken(user: User, device: str) -> DomainError:
    return DomainError(
        _(
            "%(user)s already has a token for the device %(device)s. Replace or delete that token, or enter another "
            "device."
        )
        % {"user": user.username, "device": device},
        field="device",
    )
