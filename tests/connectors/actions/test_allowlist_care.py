"""What is noted about the use of addresses, and what is announced; nothing of it at a call's cost."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from connectors.actions.allowlist_care import announce_expiring, note_use
from connectors.desk import live, look_for_use, unused
from connectors.models import AllowlistEntry, Environment, Token
from portal.models import User
from tests.factories import AllowlistEntryFactory, EnvironmentFactory, MessageFactory, TokenFactory
from tests.mail import send_waiting_notices

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(environment: Environment) -> Token:
    made: Token = TokenFactory(app_connector__environment=environment)
    return made


def _entry(network: str = "203.0.113.0/28", days: int = 1, **given: object) -> AllowlistEntry:
    made: AllowlistEntry = AllowlistEntryFactory(
        network=ip_network(network), created_at=timezone.now() - timedelta(days=days), **given
    )
    return made


def test_use_is_read_from_what_was_received(token: Token) -> None:
    entry, other = _entry(), _entry("198.51.100.0/28")
    stranger = _entry("203.0.113.0/29", participant_number="54321")
    first = MessageFactory(token=token, source_address="203.0.113.4")
    MessageFactory(token=token, source_address="203.0.113.16")

    assert note_use() == 1

    for line in (entry, other, stranger):
        line.refresh_from_db()
    first.refresh_from_db()
    assert (entry.last_used_at, entry.first_used_at, entry.first_used_hint) == (
        first.received_at,
        first.received_at,
        token.hint,
    )
    assert (other.last_used_at, stranger.last_used_at) == (None, None)


def test_a_call_that_stores_nothing_counts_by_its_token(token: Token) -> None:
    entry, moment = _entry(), timezone.now()
    Token.objects.filter(pk=token.pk).update(last_used_at=moment, last_used_address="203.0.113.5")

    note_use()

    entry.refresh_from_db()
    assert (entry.last_used_at, entry.first_used_at, entry.first_used_hint) == (moment, moment, token.hint)


def test_the_next_round_adds_and_changes_nothing_else(token: Token) -> None:
    entry = _entry()
    MessageFactory(token=token, source_address="203.0.113.4")
    note_use()
    entry.refresh_from_db()
    before = entry.first_used_at

    assert note_use() == 0
    moment = timezone.now() + timedelta(minutes=1)
    Token.objects.filter(pk=token.pk).update(last_used_at=moment, last_used_address="203.0.113.6")
    note_use()

    entry.refresh_from_db()
    assert (entry.first_used_at, entry.last_used_at) == (before, moment)


def test_use_before_an_entry_was_made_is_not_its_use(token: Token) -> None:
    MessageFactory(token=token, source_address="203.0.113.4")
    entry = _entry(days=-1)

    note_use()

    entry.refresh_from_db()
    assert entry.last_used_at is None


def test_what_works_is_seen_at_once_and_nothing_is_written(token: Token) -> None:
    entry = _entry()
    MessageFactory(token=token, source_address="203.0.113.4")

    look_for_use([entry])

    assert (entry.first_used_hint, entry.first_used_at is not None) == (token.hint, True)
    assert AllowlistEntry.objects.get(pk=entry.pk).first_used_at is None


def test_what_let_nothing_in_for_a_year_is_listed_until_somebody_needs_it() -> None:
    old, used, new = _entry(days=400), _entry("198.51.100.0/28", days=400), _entry("192.0.2.0/28", days=300)
    needed = _entry("192.0.2.64/28", days=400, reviewed_at=timezone.now())
    AllowlistEntry.objects.filter(pk=used.pk).update(last_used_at=timezone.now())

    assert [*unused(live())] == [old]
    assert new.pk != needed.pk


@pytest.mark.parametrize(("days", "announced"), [(45, None), (29, 30), (6.5, 7), (0.5, 1)])
def test_an_end_is_announced_in_time(days: float, announced: int | None, support: User) -> None:
    entry = _entry(expires_at=timezone.now() + timedelta(days=days))

    announce_expiring()

    entry.refresh_from_db()
    assert entry.announced_days == announced


def test_each_end_is_announced_once_to_administrators_and_support(
    environment: Environment, beheerder: User, auditor: User, support: User, mailoutbox: list[EmailMessage]
) -> None:
    EnvironmentFactory(code="O54321XY")
    entry = _entry("203.0.113.7/32", expires_at=timezone.now() + timedelta(days=20))

    rounds = [announce_expiring(), announce_expiring()]
    AllowlistEntry.objects.update(expires_at=timezone.now() + timedelta(days=5))
    rounds.append(announce_expiring())
    send_waiting_notices()

    assert rounds == [1, 0, 1]
    assert [mail.to for mail in mailoutbox] == [[beheerder.email], [support.email]] * 2
    assert mailoutbox[0].subject.startswith("O12345AB: 203.0.113.7 staat op de allowlist tot ")
    assert [remark.kind for remark in entry.remarks.all()] == ["announced", "announced"]


def test_what_was_revoked_is_not_announced(support: User) -> None:
    _entry(expires_at=timezone.now() + timedelta(days=5), revoked_at=timezone.now())

    assert announce_expiring() == 0
