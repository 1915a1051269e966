"""Claim links: handing a token over without mailing it, claiming it once, and what is done about abuse.

The code that opens a link comes back from `hand_over_with_link` and is in the link only; the token's text comes back
from `claim_token` and is in that one answer only. Neither is ever kept, tracked or logged.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connectors import handover
from connectors.alarms import claim_alarm, claim_alarm_settled
from connectors.models import Token, TokenClaim
from portal.errors import DomainError
from portal.formats import datetime_nl, printable
from portal.models import NoticeKind, Role, User
from portal.notices import members_with_roles, notify

DEFAULT_DAYS, MOST_DAYS = 7, 30
# So many wrong codes for one link are no slip of the pen any more.
WRONG_CODES_BEFORE_ALARM = 5


@dataclass(frozen=True)
class ClaimLink:
    """A new link. `code` exists here and in the link only."""

    claim: TokenClaim
    code: str = field(repr=False)


@dataclass(frozen=True)
class Visitor:
    """Who opens a link, as far as that can be known."""

    address: str
    client: str = ""


class ClaimRefusal(enum.Enum):
    """Why a link does not give its token."""

    WRONG_CODE = "wrong_code"
    CLAIMED = "claimed"
    REVOKED = "revoked"
    EXPIRED = "expired"


class ClaimRefused(Exception):  # an outcome: nothing went wrong here
    """The link does not give its token (any more)."""

    def __init__(self, refusal: ClaimRefusal, claim: TokenClaim) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.claim = claim


@transaction.atomic
def hand_over_with_link(*, token: Token, secret: str, days: int = DEFAULT_DAYS, acting_user: User) -> ClaimLink:
    """Let the text of a token that was just made wait, encrypted, for whoever has the link, for so many days."""
    reference, code, now = handover.new_reference(), handover.new_code(), timezone.now()
    sealed = handover.seal(secret, code=code, reference=reference)
    claim = TokenClaim.objects.create(
        token=token,
        reference=reference,
        ciphertext=sealed.ciphertext,
        code_digest=sealed.code_digest,
        created_at=now,
        created_by=acting_user,
        expires_at=now + timedelta(days=days),
    )
    return ClaimLink(claim, code)


def claim_token(*, claim: TokenClaim, code: str, visitor: Visitor) -> str:
    """Return the token's text, once, and erase what waited in the same transaction; of two at once one gets it.

    Raises `ClaimRefused`. A wrong code is counted, and the right one after the token was claimed raises the alarm:
    both are committed before this raises.
    """
    with transaction.atomic():
        locked = TokenClaim.objects.select_for_update(of=("self",)).select_related("token").get(pk=claim.pk)
        refusal = _refusal(locked, code)
        secret = "" if refusal else _claim(locked, code, visitor)
        if refusal is ClaimRefusal.WRONG_CODE:
            _count_wrong_code(locked, visitor)
        elif refusal is ClaimRefusal.CLAIMED:
            _raise_alarm(locked, TokenClaim.Alarm.OPENED_AGAIN, visitor)
    if refusal:
        raise ClaimRefused(refusal, locked)
    return secret


@transaction.atomic
def revoke_claim(*, claim: TokenClaim, acting_user: User) -> TokenClaim:
    """Make a link worthless and erase what waited. The token stays, but nobody has it.

    Raises `DomainError` when it is too late or was done before.
    """
    claim = TokenClaim.objects.select_for_update(of=("self",)).select_related("token").get(pk=claim.pk)
    if claim.claimed_at:
        raise DomainError(
            _("The token was claimed on %(moment)s. Replace it if that was not the right person.")
            % {"moment": datetime_nl(claim.claimed_at)}
        )
    if claim.revoked_at:
        raise DomainError(_("This link was revoked on %(moment)s.") % {"moment": datetime_nl(claim.revoked_at)})
    claim.ciphertext, claim.revoked_at, claim.revoked_by = None, timezone.now(), acting_user
    claim.save(update_fields=["ciphertext", "revoked_at", "revoked_by"])
    return claim


@transaction.atomic
def settle_alarm(*, claim: TokenClaim, acting_user: User) -> TokenClaim:
    """Note that an administrator looked into an alarm and that the token may stay. Raises `DomainError`."""
    claim = TokenClaim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    if not claim.has_open_alarm:
        raise DomainError(_("There is no alarm about this link any more."))
    _settle(claim, acting_user, token_deleted=False)
    return claim


def end_claim_of(token: Token, *, now: datetime, acting_user: User | None) -> None:
    """Erase what waits for a token that is being deleted, and settle its alarm. Part of the caller's transaction."""
    claim = TokenClaim.objects.select_for_update(of=("self",)).filter(token=token).first()
    if claim is None:
        return
    if claim.claimed_at is None and claim.revoked_at is None:
        claim.ciphertext, claim.revoked_at, claim.revoked_by = None, now, acting_user
        claim.save(update_fields=["ciphertext", "revoked_at", "revoked_by"])
    if claim.has_open_alarm:
        _settle(claim, acting_user, token_deleted=True)


def erase_expired_claims() -> int:
    """Erase what was not claimed in time; return how many. It could not be opened any more in any case."""
    expired = TokenClaim.objects.filter(ciphertext__isnull=False, expires_at__lte=timezone.now())
    return expired.update(ciphertext=None)


def _refusal(claim: TokenClaim, code: str) -> ClaimRefusal | None:
    """Return why this link gives nothing. Who has not the code learns of a claimed one only that the code is wrong."""
    if claim.revoked_at or claim.token.deleted_at:
        return ClaimRefusal.REVOKED
    if claim.is_expired:
        return ClaimRefusal.EXPIRED
    if not handover.is_code(code, code_digest=bytes(claim.code_digest), reference=claim.reference):
        return ClaimRefusal.WRONG_CODE
    return ClaimRefusal.CLAIMED if claim.claimed_at else None


def _claim(claim: TokenClaim, code: str, visitor: Visitor) -> str:
    secret = handover.unseal(bytes(claim.ciphertext or b""), code=code, reference=claim.reference)
    claim.ciphertext, claim.claimed_at = None, timezone.now()
    claim.claimed_address, claim.claimed_client = visitor.address, printable(visitor.client, 200)
    claim.save(update_fields=["ciphertext", "claimed_at", "claimed_address", "claimed_client"])
    return secret


def _count_wrong_code(claim: TokenClaim, visitor: Visitor) -> None:
    claim.wrong_codes += 1
    claim.save(update_fields=["wrong_codes"])
    if claim.wrong_codes % WRONG_CODES_BEFORE_ALARM == 0:
        _raise_alarm(claim, TokenClaim.Alarm.WRONG_CODES, visitor)


def _settle(claim: TokenClaim, acting_user: User | None, *, token_deleted: bool) -> None:
    claim.alarm_settled_at, claim.alarm_settled_by = timezone.now(), acting_user
    claim.save(update_fields=["alarm_settled_at", "alarm_settled_by"])
    claim_alarm_settled.send(TokenClaim, claim=claim, acting_user=acting_user, token_deleted=token_deleted)


def _raise_alarm(claim: TokenClaim, alarm: TokenClaim.Alarm, visitor: Visitor) -> None:
    """Warn the administrators, once for as long as nobody has settled it; a second opening outweighs wrong codes."""
    if claim.has_open_alarm and claim.alarm in (alarm, TokenClaim.Alarm.OPENED_AGAIN):
        return
    claim.alarm, claim.alarm_at, claim.alarm_address = alarm, timezone.now(), visitor.address
    claim.alarm_settled_at = claim.alarm_settled_by = None
    claim.save(update_fields=["alarm", "alarm_at", "alarm_address", "alarm_settled_at", "alarm_settled_by"])
    claim_alarm.send(TokenClaim, claim=claim, client=visitor.client)
    _warn_administrators(claim)


def _warn_administrators(claim: TokenClaim) -> None:
    token = claim.token
    notify(
        kind=NoticeKind.CLAIM_ALARM,
        recipients=members_with_roles(token.environment, [Role.BEHEERDER]),
        subject=gettext_lazy("Alarm about the claim link of a token"),
        lines=[
            lambda: (
                _("%(alarm)s: the claim link of token …%(hint)s for customer environment %(customer)s.")
                % {
                    "alarm": claim.get_alarm_display(),
                    "hint": token.hint,
                    "customer": token.customer_environment or "-",
                }
            ),
            lambda: (
                _("It came from %(address)s. Replace the token, unless you know who it was.")
                % {"address": claim.alarm_address}
            ),
        ],
        url=reverse("connectors:token_handover", args=[token.environment.code, token.app_connector_id, token.pk]),
        environment=token.environment,
    )
