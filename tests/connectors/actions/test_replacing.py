"""Replacing a token without a gap: old and new side by side, and when the old one closes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from connectors import tokens
from connectors.actions.replacing import closes_at, quiet_tokens, replace_token_gradually
from connectors.actions.tokens import create_token, delete_token
from connectors.models import Environment, Token
from connectors.tasks import close_replaced_tokens
from portal.errors import DomainError
from portal.models import User
from tests.factories import TokenFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def old(environment: Environment) -> Token:
    token: Token = TokenFactory(app_connector__environment=environment)
    return token


@pytest.fixture
def new(old: Token, beheerder: User) -> Token:
    return replace_token_gradually(token=old, quiet_hours=24, acting_user=beheerder)[0]


def _used(token: Token, at: datetime) -> None:
    Token.objects.filter(pk=token.pk).update(last_used_at=at)
    token.refresh_from_db()


def test_old_and_new_work_side_by_side_for_the_same_environment_device_and_user(old: Token, beheerder: User) -> None:
    new, text = replace_token_gradually(token=old, quiet_hours=24, acting_user=beheerder)

    old.refresh_from_db()
    assert (old.deleted_at, old.close_after_hours) == (None, 24)
    assert old.closing_since is not None
    assert (new.environment, new.device, new.user) == (old.environment, old.device, old.user)
    assert new.customer_environment == old.customer_environment
    assert bytes(new.digest) == tokens.digest(tokens.read_text(text)) != bytes(old.digest)


def test_the_old_one_closes_after_its_quiet_time_and_not_a_moment_before(old: Token, new: Token) -> None:
    start = timezone.now()
    _used(new, start)
    _used(old, start + HOUR)
    end = start + 25 * HOUR

    assert closes_at(old) == end
    assert [*quiet_tokens(end - timedelta(microseconds=1))] == []
    assert [*quiet_tokens(end)] == [old]


def test_a_token_that_was_quiet_before_it_was_replaced_still_waits_for_its_quiet_time(old: Token, new: Token) -> None:
    _used(old, timezone.now() - timedelta(days=300))
    _used(new, timezone.now())

    old.refresh_from_db()
    assert old.closing_since is not None
    assert closes_at(old) == old.closing_since + 24 * HOUR


def test_nothing_closes_before_the_new_one_is_in_use(old: Token, new: Token) -> None:
    later = timezone.now() + timedelta(days=365)

    before = [*quiet_tokens(later)]
    _used(new, timezone.now())

    assert (before, [*quiet_tokens(later)]) == ([], [old])


def test_nothing_closes_when_the_new_one_was_deleted(old: Token, new: Token, beheerder: User) -> None:
    _used(new, timezone.now())
    delete_token(token=new, acting_user=beheerder)

    assert not quiet_tokens(timezone.now() + timedelta(days=365)).exists()


def test_the_task_closes_what_is_due_and_says_that_the_system_did(old: Token, new: Token) -> None:
    _used(new, timezone.now())
    Token.objects.filter(pk=old.pk).update(closing_since=timezone.now() - 25 * HOUR)

    close_replaced_tokens(0)

    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.deleted_at is not None, old.deleted_by, new.deleted_at) == (True, None, None)


def test_a_replacement_is_not_replaced_before_it_is_complete(old: Token, new: Token, beheerder: User) -> None:
    for token, other in ((old, new), (new, old)):
        with pytest.raises(DomainError, match=other.hint):
            replace_token_gradually(token=token, acting_user=beheerder)

    assert Token.objects.count() == 2


def test_a_replacement_whose_new_token_was_deleted_starts_again(old: Token, new: Token, beheerder: User) -> None:
    delete_token(token=new, acting_user=beheerder)

    again, _text = replace_token_gradually(token=old, quiet_hours=1, acting_user=beheerder)

    old.refresh_from_db()
    assert (again.closing_since, old.close_after_hours) == (None, 1)


def test_a_deleted_token_is_not_replaced(old: Token, beheerder: User) -> None:
    delete_token(token=old, acting_user=beheerder)

    with pytest.raises(DomainError):
        replace_token_gradually(token=old, acting_user=beheerder)


def test_a_token_that_cannot_be_replaced_stays_as_it_was(old: Token, beheerder: User) -> None:
    old.app_connector.group.members.all().delete()

    with pytest.raises(DomainError):
        replace_token_gradually(token=old, acting_user=beheerder)

    old.refresh_from_db()
    assert old.closing_since is None


def test_there_is_still_one_current_token_and_one_on_its_way_out(old: Token, new: Token, beheerder: User) -> None:
    with pytest.raises(DomainError) as refusal:
        create_token(app_connector=old.app_connector, user=old.user, device=old.device, acting_user=beheerder)
    same = {"app_connector": old.app_connector, "user": old.user, "device": old.device}

    assert refusal.value.field == "device"
    for way in ({}, {"closing_since": timezone.now(), "close_after_hours": 1}):
        with pytest.raises(DatabaseError), transaction.atomic():
            TokenFactory(**same, **way)
