"""Telling administrators in time that a token is about to expire: 30, 7 and 1 days before, once each."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connectors.models import Environment, Token
from portal.formats import datetime_nl
from portal.models import NoticeKind, Role
from portal.notices import members_with_roles, notify

DAYS_BEFORE = (30, 7, 1)


@transaction.atomic
def announce_expiring_tokens() -> int:
    """Send each environment's administrators one mail about its tokens that came within 30, 7 or 1 days of their end.

    A token that is being replaced has its successor already. Returns how many tokens were announced.
    """
    now = timezone.now()
    due = [token for token in _ending_soon(now) if (token.expiry_announced or DAYS_BEFORE[0] + 1) > _step(token, now)]
    by_environment: dict[Environment, list[Token]] = defaultdict(list)
    for token in due:
        token.expiry_announced = _step(token, now)
        by_environment[token.environment].append(token)
    Token.objects.bulk_update(due, ["expiry_announced"])
    for environment, tokens in by_environment.items():
        _tell(environment, tokens)
    return len(due)


def _ending_soon(now: datetime) -> list[Token]:
    """Return the tokens that end within the first of the periods, held until the end of the transaction."""
    ending = Token.objects.filter(
        deleted_at__isnull=True,
        closing_since__isnull=True,
        expires_at__gt=now,
        expires_at__lte=now + timedelta(days=DAYS_BEFORE[0]),
    )
    found = ending.select_related("environment", "user", "app_connector").order_by("expires_at", "pk")
    return [*found.select_for_update(of=("self",), skip_locked=True)]


def _step(token: Token, now: datetime) -> int:
    """Return the shortest of the periods in which a token ends."""
    assert token.expires_at is not None  # noqa: S101  # narrows the type
    return min(days for days in DAYS_BEFORE if token.expires_at <= now + timedelta(days=days))


def _tell(environment: Environment, tokens: list[Token]) -> None:
    first = tokens[0]
    url = reverse("connectors:token_list", args=[environment.code, first.app_connector_id])
    notify(
        kind=NoticeKind.TOKEN_EXPIRING,
        recipients=members_with_roles(environment, [Role.BEHEERDER]),
        subject=lambda: (
            ngettext("%(count)d token is about to expire", "%(count)d tokens are about to expire", len(tokens))
            % {"count": len(tokens)}
        ),
        lines=[
            *(_line(token) for token in tokens),
            lambda: _("After that, calls with it are refused. Replace it in time: the old token works on meanwhile."),
        ],
        url=url,
        environment=environment,
    )


def _line(token: Token) -> str:
    """Name a token in every language: its end, hint, user, app connector and customer environment."""
    parts = [datetime_nl(token.expires_at), f"…{token.hint}", token.user.username, str(token.app_connector)]
    return ", ".join([*parts, *([token.customer_environment] if token.customer_environment else [])])
