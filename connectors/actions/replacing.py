"""Replacing a token without a gap: the old one goes on working until the new one is in use and nobody calls with it.

Environment, device and user still have one token (DOMAIN 1b): the constraint counts those that are not on their way
out, and a second one holds that at most one is. What is on its way out can only go: it is never current again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, DurationField, Exists, ExpressionWrapper, F, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from connectors.actions.claims import end_claim_of
from connectors.actions.tokens import create_successor
from connectors.actions.users import lock_environment
from connectors.models import Token
from connectors.queries import replacement_of
from portal.errors import DomainError
from portal.formats import datetime_nl
from portal.models import User

QUIET_HOURS = (1, 24, 72, 168)
DEFAULT_QUIET_HOURS = 24


@transaction.atomic
def replace_token_gradually(
    *, token: Token, quiet_hours: int = DEFAULT_QUIET_HOURS, acting_user: User
) -> tuple[Token, str]:
    """Make the successor of a token, which works on until it has been quiet for so many hours; return it with its text.

    Raises `DomainError` when the token was deleted, is being replaced already, or follows one that is still open; or
    when its user may not have a token (any more).
    """
    lock_environment(token.environment)
    old = Token.objects.select_for_update(of=("self",)).select_related("app_connector", "user").get(pk=token.pk)
    _check_can_close(old)
    old.closing_since, old.close_after_hours = old.closing_since or timezone.now(), quiet_hours
    old.save(update_fields=["closing_since", "close_after_hours"])
    return create_successor(old, acting_user=acting_user)


@transaction.atomic
def close_quiet_tokens() -> int:
    """Delete the replaced tokens that have been quiet for long enough beside a used successor; return how many."""
    now = timezone.now()
    closing = [*quiet_tokens(now).select_for_update(skip_locked=True)]
    for token in closing:
        token.deleted_at = now
        token.save(update_fields=["deleted_at"])
        end_claim_of(token, now=now, acting_user=None)
    return len(closing)


def quiet_tokens(now: datetime) -> QuerySet[Token]:
    """Return the replaced tokens that can be closed at this moment."""
    successor = Token.objects.filter(
        environment=OuterRef("environment"),
        device=OuterRef("device"),
        user=OuterRef("user"),
        deleted_at__isnull=True,
        closing_since__isnull=True,
        last_used_at__isnull=False,
    )
    hours = ExpressionWrapper(F("close_after_hours") * Value(timedelta(hours=1)), output_field=DurationField())
    quiet_since = Greatest(Coalesce("last_used_at", "closing_since"), "closing_since")
    closes_at = ExpressionWrapper(quiet_since + hours, output_field=DateTimeField())
    closing = Token.objects.filter(closing_since__isnull=False, deleted_at__isnull=True).annotate(closes_at=closes_at)
    return closing.filter(Exists(successor), closes_at__lte=now)


def closes_at(old: Token) -> datetime:
    """Return when a replaced token closes, if its successor is in use and nobody calls with it any more."""
    assert old.closing_since is not None  # noqa: S101  # narrows the type
    quiet_since = max(old.last_used_at or old.closing_since, old.closing_since)
    return quiet_since + timedelta(hours=old.close_after_hours or 0)


def _check_can_close(token: Token) -> None:
    if token.deleted_at:
        raise DomainError(_("This token was deleted on %(moment)s.") % {"moment": datetime_nl(token.deleted_at)})
    old, new = replacement_of(token)
    if token == old and new is not None:
        raise DomainError(_("This token is being replaced already, by …%(hint)s.") % {"hint": new.hint})
    if token == new and old is not None:
        raise DomainError(
            _("The token before this one (…%(hint)s) is still open. Close that one first.") % {"hint": old.hint}
        )
