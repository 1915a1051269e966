"""Alarms about who may call, written into the communication log."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from connectors.actions.claims import WRONG_CODES_BEFORE_ALARM
from connectors.alarms import claim_alarm, claim_alarm_settled
from connectors.causes import Cause
from connectors.models import TokenClaim
from messaging.actions.log import Circumstances, record_refusal
from messaging.models import LogEntry
from messaging.solutions import LOOKED_INTO, TOKEN_DELETED
from portal.formats import datetime_nl
from portal.models import User

_CAUSES = {
    TokenClaim.Alarm.OPENED_AGAIN: Cause.CLAIM_OPENED_AGAIN,
    TokenClaim.Alarm.WRONG_CODES: Cause.CLAIM_WRONG_CODES,
}


@receiver(claim_alarm, dispatch_uid="record_claim_alarm")
def record_claim_alarm(*, claim: TokenClaim, client: str, **_signal: Any) -> None:
    """Enter an alarm about a claim link: the address that caused it, beside the one that claimed the token."""
    token = claim.token
    circumstances = Circumstances(
        door=LogEntry.Door.PORTAL,
        address=claim.alarm_address,
        client=client,
        sender_environment=token.customer_environment,
        environment_id=token.environment_id,
        app_connector_id=token.app_connector_id,
        token_id=token.pk,
        token_hint=token.hint,
    )
    record_refusal(_CAUSES[TokenClaim.Alarm(claim.alarm)], circumstances, _evidence(claim))


@receiver(claim_alarm_settled, dispatch_uid="solve_claim_alarm")
def solve_claim_alarm(*, claim: TokenClaim, acting_user: User | None, token_deleted: bool, **_signal: Any) -> None:
    """Mark the entries about a claim link as solved, with who looked into it."""
    codes = [cause.code for cause in _CAUSES.values()]
    entries = LogEntry.objects.filter(token=claim.token_id, cause__in=codes, resolved_at__isnull=True)
    way = TOKEN_DELETED if token_deleted else LOOKED_INTO
    entries.update(resolved_at=claim.alarm_settled_at, resolved_by=acting_user, resolution=way)


def _evidence(claim: TokenClaim) -> dict[str, Any]:
    if claim.alarm == TokenClaim.Alarm.WRONG_CODES:
        return {"observed": claim.wrong_codes, "allowed": WRONG_CODES_BEFORE_ALARM - 1}
    return {"observed": claim.alarm_address, "allowed": [f"{claim.claimed_address} {datetime_nl(claim.claimed_at)}"]}
