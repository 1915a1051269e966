"""The token of a test message: made for that one message, deleted right after it, and never shown to anybody.

It stands in for a client program's token: same app connector, user and customer environment, and it expires no later
than that one. What the gateway says to it, it would say to the client program.
"""

from __future__ import annotations

from datetime import timedelta
from secrets import token_hex

from django.db import transaction
from django.utils import timezone

from connectors import tokens
from connectors.models import Token
from portal.models import User
from portal.network import Address

# The token of a test whose worker died has expired by itself after this.
LIFE = timedelta(minutes=2)


@transaction.atomic
def create_one_time_token(*, like: Token, address: Address, acting_user: User | None) -> tuple[Token, str]:
    """Make the token of a test message that stands in for `like`, and return it with its text.

    `address` is that from which the client program calls: the gateway judges the test as a call from there.
    """
    data, now = tokens.generate(), timezone.now()
    # One that has expired already must be refused for that, so it is as old as the token that it stands in for.
    expired = like.expires_at is not None and like.expires_at <= now
    made = Token.including_one_time.create(
        environment_id=like.environment_id,
        app_connector_id=like.app_connector_id,
        user_id=like.user_id,
        device=f"Testbericht {token_hex(8)}",
        customer_environment=like.customer_environment,
        digest=tokens.digest(data),
        hint=tokens.hint(data),
        created_at=like.created_at if expired else now,
        created_by=acting_user,
        expires_at=like.expires_at if expired else min(like.expires_at or now + LIFE, now + LIFE),
        test_address=str(address),
    )
    return made, tokens.wrap(data)


@transaction.atomic
def end_one_time_token(*, token: Token, acting_user: User | None) -> None:
    """Delete the token of a test message. It leaves no trace of use at its app connector or user."""
    Token.including_one_time.filter(pk=token.pk, test_address__isnull=False, deleted_at__isnull=True).update(
        deleted_at=timezone.now(), deleted_by=acting_user, last_used_at=None, last_used_address=None
    )
