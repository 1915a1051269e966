"""Claim links: one claim, no second one, nothing left behind, and an alarm when somebody else knocks."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.mail import EmailMessage
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from connectors.actions import claims
from connectors.actions.claims import WRONG_CODES_BEFORE_ALARM, ClaimLink, ClaimRefusal, ClaimRefused, Visitor
from connectors.actions.tokens import delete_token
from connectors.causes import Cause
from connectors.handover import new_code
from connectors.models import Environment, Token, TokenClaim
from connectors.tasks import erase_expired
from messaging.models import LogEntry
from messaging.solutions import solution_of
from portal.errors import DomainError
from portal.models import User
from tests.factories import TokenFactory
from tests.mail import send_waiting_notices
from tests.secrets import places_with

pytestmark = pytest.mark.django_db
SECRET = "<token>geheim</token>"
RECIPIENT, STRANGER = Visitor("203.0.113.7", "Firefox"), Visitor("198.51.100.9", "curl/8")


@pytest.fixture
def link(environment: Environment, beheerder: User) -> ClaimLink:
    token = TokenFactory(app_connector__environment=environment)
    return claims.hand_over_with_link(token=token, secret=SECRET, days=3, acting_user=beheerder)


def _claim(link: ClaimLink, code: str = "", visitor: Visitor = RECIPIENT) -> str:
    return claims.claim_token(claim=link.claim, code=code or link.code, visitor=visitor)


def _refused(link: ClaimLink, code: str = "", visitor: Visitor = STRANGER) -> ClaimRefusal:
    with pytest.raises(ClaimRefused) as refused:
        _claim(link, code, visitor)
    return refused.value.refusal


def test_the_link_gives_the_secret_once_and_then_nothing_waits_any_more(link: ClaimLink) -> None:
    assert _claim(link) == SECRET

    link.claim.refresh_from_db()
    assert (link.claim.ciphertext, link.claim.claimed_address, link.claim.claimed_client) == (
        None,
        "203.0.113.7",
        "Firefox",
    )
    assert link.claim.claimed_at is not None
    assert link.claim.alarm == ""


def test_neither_the_secret_nor_the_code_is_kept_anywhere(link: ClaimLink) -> None:
    kept = [places_with("geheim"), places_with(link.code), places_with(link.code.replace("-", ""))]

    assert kept == [[], [], []]
    assert link.code not in repr(link)


def test_a_second_opening_gives_nothing_and_raises_the_alarm_once(link: ClaimLink, environment: Environment) -> None:
    _claim(link)

    refusals = [_refused(link), _refused(link)]

    link.claim.refresh_from_db()
    entry = LogEntry.objects.get()
    assert refusals == [ClaimRefusal.CLAIMED] * 2
    assert (link.claim.alarm, link.claim.alarm_address) == ("opened_again", "198.51.100.9")
    assert (entry.cause, entry.door, entry.environment, entry.token) == (
        Cause.CLAIM_OPENED_AGAIN.code,
        "portal",
        environment,
        link.claim.token,
    )
    assert entry.evidence["observed"] == "198.51.100.9"
    assert entry.evidence["allowed"][0].startswith("203.0.113.7 ")


def test_an_alarm_goes_by_mail_to_the_administrators(
    link: ClaimLink, beheerder: User, auditor: User, mailoutbox: list[EmailMessage]
) -> None:
    _claim(link)
    _refused(link)
    _refused(link)

    send_waiting_notices()

    (mail,) = mailoutbox
    assert mail.to == [beheerder.email]
    assert link.claim.token.hint in str(mail.body)
    assert link.claim.reference not in str(mail.body)


def test_many_wrong_codes_raise_the_alarm_and_the_right_one_still_opens(link: ClaimLink) -> None:
    for _n in range(WRONG_CODES_BEFORE_ALARM - 1):
        assert _refused(link, new_code()) is ClaimRefusal.WRONG_CODE
    quiet = LogEntry.objects.exists()

    _refused(link, new_code())

    link.claim.refresh_from_db()
    assert (quiet, link.claim.alarm, LogEntry.objects.get().explained) == (
        False,
        "wrong_codes",
        Cause.CLAIM_WRONG_CODES,
    )
    assert _claim(link) == SECRET


def test_a_wrong_code_does_not_tell_that_the_token_was_claimed(link: ClaimLink) -> None:
    _claim(link)

    assert _refused(link, new_code()) is ClaimRefusal.WRONG_CODE
    assert not LogEntry.objects.exists()


def test_a_revoked_link_gives_nothing_and_keeps_nothing(link: ClaimLink, beheerder: User) -> None:
    claims.revoke_claim(claim=link.claim, acting_user=beheerder)

    link.claim.refresh_from_db()
    assert (link.claim.ciphertext, link.claim.revoked_by) == (None, beheerder)
    assert _refused(link) is ClaimRefusal.REVOKED


def test_revoking_comes_too_late_after_the_claim_and_is_done_once(link: ClaimLink, beheerder: User) -> None:
    other = claims.hand_over_with_link(token=TokenFactory(), secret=SECRET, acting_user=beheerder)
    _claim(link)
    claims.revoke_claim(claim=other.claim, acting_user=beheerder)

    for late in (link, other):
        with pytest.raises(DomainError):
            claims.revoke_claim(claim=late.claim, acting_user=beheerder)


def test_deleting_the_token_revokes_its_link(link: ClaimLink, beheerder: User) -> None:
    delete_token(token=link.claim.token, acting_user=beheerder)

    link.claim.refresh_from_db()
    assert (link.claim.ciphertext, link.claim.revoked_by) == (None, beheerder)
    assert _refused(link) is ClaimRefusal.REVOKED


def test_a_link_is_valid_until_its_last_moment_and_then_erased(
    link: ClaimLink, beheerder: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = link.claim.created_at + timedelta(days=3)

    monkeypatch.setattr(timezone, "now", lambda: last - timedelta(microseconds=1))
    erase_expired(0)
    waits = TokenClaim.objects.get().is_waiting
    monkeypatch.setattr(timezone, "now", lambda: last)

    assert (waits, _refused(link)) == (True, ClaimRefusal.EXPIRED)
    erase_expired(0)
    assert TokenClaim.objects.get().ciphertext is None


def test_an_alarm_is_settled_by_an_administrator_and_can_be_raised_again(link: ClaimLink, beheerder: User) -> None:
    _claim(link)
    _refused(link)

    settled = claims.settle_alarm(claim=link.claim, acting_user=beheerder)
    with pytest.raises(DomainError):
        claims.settle_alarm(claim=link.claim, acting_user=beheerder)
    _refused(link, visitor=Visitor("192.0.2.5"))

    link.claim.refresh_from_db()
    assert (settled.has_open_alarm, settled.alarm_settled_by) == (False, beheerder)
    assert (link.claim.has_open_alarm, link.claim.alarm_address) == (True, "192.0.2.5")


@pytest.mark.parametrize("way", ["looked_into", "token_deleted"])
def test_what_ends_an_alarm_solves_its_entry_in_the_log(link: ClaimLink, beheerder: User, way: str) -> None:
    _claim(link)
    _refused(link)
    Token.objects.update(last_used_at=timezone.now() + timedelta(minutes=1))
    before = solution_of(LogEntry.objects.get())

    if way == "looked_into":
        claims.settle_alarm(claim=link.claim, acting_user=beheerder)
    else:
        delete_token(token=link.claim.token, acting_user=beheerder)

    solution = solution_of(LogEntry.objects.get())
    link.claim.refresh_from_db()
    assert before is None
    assert solution is not None
    assert (solution.way, solution.by_id, link.claim.has_open_alarm) == (way, beheerder.pk, False)


def test_the_history_has_the_claim_but_no_ciphertext(link: ClaimLink) -> None:
    _claim(link)

    events = apps.get_model("connectors", "TokenClaimEvent").objects.filter(pgh_obj=link.claim).order_by("pgh_id")
    assert [event.pgh_label for event in events] == ["insert", "update"]
    assert {field.name for field in events.model._meta.fields} & {"ciphertext", "code_digest", "wrong_codes"} == set()


@pytest.mark.parametrize(
    "change",
    [
        {"ciphertext": b"again"},
        {"claimed_at": None},
        {"code_digest": b"0" * 32},
        {"expires_at": timezone.now() + timedelta(days=300)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_database_lets_nobody_open_a_claimed_link_again(link: ClaimLink, change: dict[str, object]) -> None:
    _claim(link)

    with pytest.raises(DatabaseError), transaction.atomic():
        TokenClaim.objects.filter(pk=link.claim.pk).update(**change)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_gets_the_token_and_the_other_raises_the_alarm(link: ClaimLink) -> None:
    start = threading.Barrier(2)

    def run(visitor: Visitor) -> str:
        try:
            connection.ensure_connection()
            start.wait(timeout=60)
            return _claim(link, visitor=visitor)
        except ClaimRefused as refused:
            return refused.refusal.value
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        answers = sorted(threads.map(run, [RECIPIENT, STRANGER]))

    assert answers == [SECRET, "claimed"]
    assert TokenClaim.objects.get().alarm == "opened_again"
