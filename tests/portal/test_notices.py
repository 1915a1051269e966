"""E-mail to people: who gets it, in which language, when, what never stands in it, and what happens when it fails."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.core.mail import EmailMessage
from django.db import transaction
from django.test import Client
from django.utils.translation import gettext as _
from procrastinate import JobContext
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import JobAborted
from structlog.testing import capture_logs

from connectors.models import Environment
from portal.models import MutedNotice, Role, User
from portal.notices import NoticeKind, choose_notices, members_with_roles, notify, support_staff
from portal.tasks import MAX_RETRIES, MailNotTaken, send_notice
from tests.factories import MembershipFactory, SystemUserFactory, UserFactory
from tests.mail import send_waiting_notices

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]
PAGE = "/account/meldingen/"


def _notify(*recipients: User, **given: Any) -> int:
    facts: dict[str, Any] = {"subject": "Iets gebeurd", "lines": ["Er is iets gebeurd."], **given}
    return notify(kind=NoticeKind.INCIDENT, recipients=recipients, **facts)


def test_a_notice_is_plain_and_leads_into_the_portal(
    environment: Environment, beheerder: User, mailoutbox: list[EmailMessage], settings: Any
) -> None:
    settings.PORTAL_URL = "https://portal.example"

    sent = _notify(beheerder, url="/O12345AB/allowlist-incidenten/1/", environment=environment)
    send_waiting_notices()

    (mail,) = mailoutbox
    assert (sent, mail.to, mail.subject) == (1, [beheerder.email], "O12345AB: Iets gebeurd")
    assert mail.body == (
        "Er is iets gebeurd.\n\nhttps://portal.example/O12345AB/allowlist-incidenten/1/\n\n-- \nBerichtenpoort\n"
        "Minder e-mail? Kies waarover u bericht krijgt: https://portal.example/account/meldingen/\n"
    )
    assert mail.extra_headers["List-Unsubscribe"] == "<https://portal.example/account/meldingen/>"
    assert mail.message().get_content_type() == "text/plain"


def test_each_person_reads_their_own_language(beheerder: User, mailoutbox: list[EmailMessage]) -> None:
    english = UserFactory(language="en")

    _notify(beheerder, english, subject=lambda: _("Approved"), lines=[lambda: _("Reason") + ": x"])
    send_waiting_notices()

    assert [(mail.subject, mail.body.partition(":")[0]) for mail in mailoutbox] == [
        ("Goedgekeurd", "Reden"),
        ("Approved", "Reason"),
    ]


def test_only_people_who_can_be_reached_and_want_it_get_it(
    beheerder: User, auditor: User, mailoutbox: list[EmailMessage]
) -> None:
    MutedNotice.objects.create(user=auditor, kind=NoticeKind.INCIDENT)
    others = [UserFactory(is_active=False), UserFactory(email=""), SystemUserFactory(email="system@example.test")]

    sent = _notify(beheerder, beheerder, auditor, *others)
    send_waiting_notices()

    assert (sent, [mail.to for mail in mailoutbox]) == (1, [[beheerder.email]])


def test_a_kind_that_is_switched_off_leaves_the_others(auditor: User) -> None:
    MutedNotice.objects.create(user=auditor, kind=NoticeKind.TASK_WAITING)

    assert _notify(auditor) == 1


def test_who_was_blocked_since_gets_nothing(beheerder: User, mailoutbox: list[EmailMessage]) -> None:
    _notify(beheerder)
    User.objects.filter(pk=beheerder.pk).update(is_active=False)

    send_waiting_notices()

    assert mailoutbox == []


def test_nothing_is_sent_about_what_was_undone(beheerder: User) -> None:
    with transaction.atomic():
        _notify(beheerder)
        transaction.set_rollback(True)

    assert not ProcrastinateJob.objects.filter(task_name="send_notice").exists()


def test_no_secret_and_no_second_line_in_the_subject(beheerder: User, mailoutbox: list[EmailMessage]) -> None:
    secret = "58a1" * 16

    _notify(beheerder, subject=f"Token {secret}\nBcc: x@example.test", lines=[f"<data>{secret.upper()}</data>"])
    send_waiting_notices()

    assert mailoutbox[0].subject == "Token … Bcc: x@example.test"
    assert "<data>…</data>" in mailoutbox[0].body


def test_the_queue_holds_no_address(beheerder: User) -> None:
    _notify(beheerder)

    assert beheerder.email not in str(ProcrastinateJob.objects.get(task_name="send_notice").args)


def _attempt(user: User, attempts: int) -> None:
    context = cast("JobContext", SimpleNamespace(job=SimpleNamespace(attempts=attempts)))
    send_notice(context, user_id=user.pk, kind="incident", subject="x", body="x", page="/x")


def test_a_mail_server_that_is_away_is_tried_again_and_then_given_up_without_naming_the_address(
    beheerder: User, settings: Any
) -> None:
    # No mail server listens there.
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    with pytest.raises(MailNotTaken) as first:
        _attempt(beheerder, 0)
    with capture_logs() as lines, pytest.raises(JobAborted) as last:
        _attempt(beheerder, MAX_RETRIES)

    assert [(line["event"], line["user"], line["fault"]) for line in lines] == [
        ("notice_not_sent", beheerder.pk, "ConnectionRefusedError")
    ]
    assert beheerder.email not in f"{lines}{first.value!r}{last.value!r}"


def test_members_with_roles_are_the_people_of_that_environment(
    environment: Environment, beheerder: User, behandelaar: User, outsider: User, auditor: User
) -> None:
    MembershipFactory(user=UserFactory(is_active=False), environment=environment, role=Role.BEHEERDER)

    found = members_with_roles(environment, [Role.BEHEERDER, Role.AUDITOR])

    assert [*found] == [beheerder, auditor]


def test_support_staff_is_found(support: User, beheerder: User) -> None:
    UserFactory(is_support=True, email="")

    assert [*support_staff()] == [support]


# The page -------------------------------------------------------------------------------------------------------------


def test_everything_is_on_until_it_is_switched_off(login: Login, beheerder: User) -> None:
    form = login(beheerder).get(PAGE).context["form"]

    assert form.initial == {"kinds": NoticeKind.values, "language": "nl"}


def test_a_person_chooses_what_to_get(login: Login, beheerder: User, auditor: User) -> None:
    kinds = [NoticeKind.INCIDENT, NoticeKind.CLAIM_ALARM]

    answer = login(beheerder).post(PAGE, {"kinds": kinds, "language": "en"})

    beheerder.refresh_from_db()
    assert (answer.status_code, answer["Location"], beheerder.language) == (303, PAGE, "en")
    assert {*beheerder.muted_notices.values_list("kind", flat=True)} == {*NoticeKind.values} - {*kinds}
    assert not auditor.muted_notices.exists()


def test_choosing_again_keeps_what_stays_off_and_records_both(beheerder: User) -> None:
    choose_notices(wanted=[NoticeKind.INCIDENT], language="nl", acting_user=beheerder)
    kept = beheerder.muted_notices.get(kind=NoticeKind.CLAIM_ALARM)

    wanted = {*NoticeKind.values} - {NoticeKind.CLAIM_ALARM}
    choose_notices(wanted=wanted, language="nl", acting_user=beheerder)

    assert [*beheerder.muted_notices.all()] == [kept]


def test_a_choice_that_does_not_exist_is_said(login: Login, beheerder: User) -> None:
    answer = login(beheerder).post(PAGE, {"kinds": ["everything"], "language": "nl"})

    assert (answer.status_code, beheerder.muted_notices.count()) == (422, 0)


def test_the_page_says_where_mail_goes_or_that_it_goes_nowhere(login: Login, beheerder: User) -> None:
    known = login(beheerder).get(PAGE).content.decode()
    User.objects.filter(pk=beheerder.pk).update(email="")
    unknown = login(beheerder).get(PAGE).content.decode()

    assert beheerder.email in known
    assert "Er is geen e-mailadres van u bekend" in unknown


def test_the_page_hangs_in_the_user_menu(login: Login, beheerder: User) -> None:
    assert f'class="drop-item" href="{PAGE}"' in login(beheerder).get("/O12345AB/", follow=True).content.decode()
