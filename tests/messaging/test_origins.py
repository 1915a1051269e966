"""From where tokens are used: gathered from messages and refusals, by network, and again without a change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.causes import Cause
from connectors.models import Token, TokenOrigin
from messaging.actions.log import Circumstances, record_refusal
from messaging.models import LogEntry
from messaging.models.messages import new_message_id
from messaging.tasks import gather_token_origins
from tests.factories import MessageFactory, TokenFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(db: None) -> Token:
    made: Token = TokenFactory(customer_environment="O67890AA")
    return made


def _refuse(token: Token, cause: Cause, **given: Any) -> None:
    circumstances = Circumstances(door=LogEntry.Door.SOAP, token_id=token.pk, token_hint=token.hint, **given)
    record_refusal(cause, circumstances)


def _known() -> set[tuple[str, str, bool]]:
    return {(str(row.network), row.customer_environment, row.refused) for row in TokenOrigin.objects.all()}


def test_messages_tell_network_and_customer_environment(token: Token) -> None:
    for address in ("203.0.113.7", "203.0.113.200", "198.51.100.1", "2001:db8:1:2::3"):
        MessageFactory(token=token, source_address=address)

    gather_token_origins(0)

    assert _known() == {
        ("203.0.113.0/24", "O67890AA", False),
        ("198.51.100.0/24", "O67890AA", False),
        ("2001:db8:1::/48", "O67890AA", False),
    }


def test_refusals_of_a_shown_token_tell_too_and_what_a_stranger_writes_is_not_kept(token: Token) -> None:
    _refuse(token, Cause.ADDRESS_NOT_ALLOWLISTED, address="203.0.113.7", sender_environment="<b>")
    _refuse(token, Cause.OTHER_CUSTOMER_ENVIRONMENT, address="203.0.113.7", sender_environment="O11111BB")
    _refuse(token, Cause.TOKEN_EXPIRED, address="192.0.2.1")

    gather_token_origins(0)

    assert _known() == {("203.0.113.0/24", "", True), ("203.0.113.0/24", "O11111BB", True)}


def test_gathering_again_changes_nothing_and_new_messages_move_the_last_time(token: Token) -> None:
    first = MessageFactory(token=token, source_address="203.0.113.7")
    gather_token_origins(0)
    before = TokenOrigin.objects.values().get()
    gather_token_origins(0)
    same = TokenOrigin.objects.values().get()
    later = timezone.now() + timedelta(seconds=5)
    MessageFactory(token=token, source_address="203.0.113.8", received_at=later)

    gather_token_origins(0)

    after = TokenOrigin.objects.get()
    assert same == before
    assert (after.first_at, after.last_at) == (first.received_at, later)


def test_only_what_came_in_since_is_looked_at(token: Token) -> None:
    now = timezone.now()
    TokenOrigin.objects.create(token=token, network="192.0.2.0/24", first_at=now, last_at=now)
    long_ago = now - timedelta(days=1)
    MessageFactory(token=token, id=new_message_id(int(long_ago.timestamp() * 1000)), received_at=long_ago)

    gather_token_origins(0)

    assert TokenOrigin.objects.count() == 1


def test_what_is_old_is_forgotten(token: Token) -> None:
    old = timezone.now() - timedelta(days=366)
    TokenOrigin.objects.create(token=token, network="192.0.2.0/24", first_at=old, last_at=old)

    gather_token_origins(0)

    assert not TokenOrigin.objects.exists()
