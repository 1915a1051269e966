"""Reading test messages: the one door to them, and what can be tried."""

from __future__ import annotations

from django.db.models import F, QuerySet
from django.http import Http404

from connectors.models import Environment, Token
from messaging.models import LogEntry, Trial

TRIALS_SHOWN = 10


def trials_of(environment: Environment) -> QuerySet[Trial]:
    """Return the test messages of an environment, newest first."""
    return environment.trials.select_related("token__app_connector", "requested_by").order_by("-pk")


def get_trial_for(environment: Environment, pk: int) -> Trial:
    """Return a test message of the environment with what its page shows. Raises `Http404` for another's."""
    found = trials_of(environment).select_related(
        "entry__environment", "entry__app_connector", "message", "token__user"
    )
    trial = found.filter(pk=pk).first()
    if trial is None:
        raise Http404
    return trial


def tokens_to_try(environment: Environment) -> QuerySet[Token]:
    """Return the tokens that a test can stand in for: all that are not deleted, as an expired one is worth a test."""
    tokens = environment.tokens.filter(deleted_at__isnull=True).select_related("app_connector", "user")
    return tokens.order_by("app_connector__description", "customer_environment", "pk")


def likely_address(environment: Environment, token: Token | None) -> str:
    """Return the address from which the customer environment most likely sends: where its token was last used, or
    whence a call with it was last refused. Empty when nothing is known."""
    if token is None:
        return ""
    if token.last_used_address:
        return token.last_used_address
    refused = (
        LogEntry.objects.filter(token=token, address__isnull=False).order_by("-pk").values_list("address", flat=True)
    )
    return refused.first() or ""


def token_to_begin_with(environment: Environment) -> Token | None:
    """Return the token that is most worth a test: one that was never used, else the one used last."""
    return tokens_to_try(environment).order_by(F("last_used_at").desc(nulls_first=True), "-pk").first()
