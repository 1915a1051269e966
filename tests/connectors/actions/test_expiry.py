"""Tokens that are about to expire are announced 30, 7 and 1 days before, once each, to the administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.mail import EmailMessage
from django.utils import timezone

from connectors.actions.expiry import announce_expiring_tokens
from connectors.models import Environment, Token
from connectors.tasks import announce_tokens
from portal.models import User
from tests.factories import AppConnectorFactory, TokenFactory
from tests.mail import send_waiting_notices

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def _expiring(environment: Environment, left: timedelta, **given: Any) -> Token:
    token: Token = TokenFactory(
        app_connector__environment=environment,
        created_at=timezone.now() - 100 * DAY,
        expires_at=timezone.now() + left,
        **given,
    )
    return token


def _announced(token: Token) -> int | None:
    token.refresh_from_db()
    return token.expiry_announced


@pytest.mark.parametrize(
    ("left", "step"),
    [
        (30 * DAY + timedelta(minutes=1), None),
        (30 * DAY, 30),
        (7 * DAY + timedelta(minutes=1), 30),
        (7 * DAY, 7),
        (DAY + timedelta(minutes=1), 7),
        (DAY, 1),
        (timedelta(minutes=1), 1),
        (-timedelta(minutes=1), None),
    ],
)
def test_each_period_begins_at_its_moment(environment: Environment, left: timedelta, step: int | None) -> None:
    token = _expiring(environment, left)

    announce_expiring_tokens()

    assert _announced(token) == step


def test_each_step_is_announced_once(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    token = _expiring(environment, 31 * DAY)
    now, counts = timezone.now(), []

    for day in range(33):
        monkeypatch.setattr(timezone, "now", lambda day=day: now + day * DAY)
        counts.append(announce_expiring_tokens())

    assert [day for day, count in enumerate(counts) if count] == [1, 24, 30]
    assert _announced(token) == 1


def test_administrators_get_one_mail_about_all_tokens_of_their_environment(
    environment: Environment, beheerder: User, auditor: User, outsider: User, mailoutbox: list[EmailMessage]
) -> None:
    tokens = [_expiring(environment, days * DAY) for days in (20, 5)]
    elsewhere = _expiring(outsider.memberships.get().environment, 3 * DAY)

    announce_tokens(0)
    send_waiting_notices()

    mails = {mail.to[0]: mail for mail in mailoutbox}
    assert {*mails} == {beheerder.email, outsider.email}
    assert mails[beheerder.email].subject == "O12345AB: 2 tokens verlopen binnenkort"
    assert all(token.hint in str(mails[beheerder.email].body) for token in tokens)
    assert elsewhere.hint not in str(mails[beheerder.email].body)


def test_what_has_gone_or_is_being_replaced_is_not_announced(environment: Environment) -> None:
    now = timezone.now()
    _expiring(environment, 5 * DAY, deleted_at=now)
    _expiring(environment, 5 * DAY, closing_since=now, close_after_hours=24)
    TokenFactory(app_connector=AppConnectorFactory(environment=environment))

    assert announce_expiring_tokens() == 0


def test_an_announcement_leaves_no_trace_in_the_history(environment: Environment) -> None:
    token = _expiring(environment, 5 * DAY)

    announce_expiring_tokens()

    assert apps.get_model("connectors", "TokenEvent").objects.filter(pgh_obj=token).count() == 1
