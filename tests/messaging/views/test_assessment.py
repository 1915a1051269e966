"""Approve, reject and repair over HTTP: with and without htmx, by role, and for who comes too late."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from connectors.models import Environment
from messaging.models import LogEntry, Message, MessageEvent
from messaging.statuses import Status
from portal.models import User
from tests.messaging.readings import make_message, make_read_message

Login = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
ACTIONS = ["message_approve", "message_reject", "message_repair", "message_repair_in_list"]


def url(name: str, environment: Environment, message: Message) -> str:
    return reverse(f"messaging:{name}", args=[environment.code, message.public_id])


def digest(message: Message) -> str:
    return bytes(message.content_digest).hex().upper()


def status_of(message: Message) -> int:
    return Message.objects.values_list("status", flat=True).get(pk=message.pk)


def test_approval_without_htmx_returns_to_the_message(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    message = make_read_message(environment, "btw-2017-q1-nt11.xbrl")

    answer = login(behandelaar).post(url("message_approve", environment, message), {"digest": digest(message)})

    assert (answer.status_code, answer["Location"]) == (303, url("message_detail", environment, message))
    assert status_of(message) == Status.READY
    page = login(behandelaar).get(url("message_detail", environment, message))
    assert [line.digest for line in page.context["history"]] == [digest(message), ""]


def test_the_form_carries_the_digest_that_is_shown(environment: Environment, behandelaar: User, login: Login) -> None:
    message = make_read_message(environment, "btw-2017-q1-nt11.xbrl")

    body = login(behandelaar).get(url("message_detail", environment, message)).content.decode()

    assert f'name="digest" value="{digest(message)}"' in body


def test_approval_with_htmx_answers_the_message_as_it_is_now(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    message = make_read_message(environment, "btw-2017-q1-nt11.xbrl")

    answer = login(behandelaar).post(
        url("message_approve", environment, message), {"digest": digest(message)}, headers=HTMX
    )

    body = answer.content.decode()
    assert body.lstrip().startswith('<div id="message"')
    assert answer.context["message"].status == Status.READY
    assert url("message_approve", environment, message) not in body


def test_approval_of_another_document_changes_nothing(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    message = make_read_message(environment, "btw-2017-q1-nt11.xbrl")

    answer = login(behandelaar).post(url("message_approve", environment, message), {"digest": "00" * 32})

    assert [notice.level_tag for notice in get_messages(answer.wsgi_request)] == ["error"]
    assert status_of(message) == Status.IN_WORKFLOW


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_rejection_without_reason_is_refused_beside_the_field(
    environment: Environment, behandelaar: User, login: Login, headers: dict[str, str]
) -> None:
    message = make_read_message(environment, "btw-2017-q1-nt11.xbrl")

    answer = login(behandelaar).post(url("message_reject", environment, message), {"reason": " "}, headers=headers)

    form = answer.context["form"]
    assert (answer.status_code, list(form.errors)) == (422, ["reason"])
    assert form.errors["reason"][0] in unescape(answer.content.decode())
    assert status_of(message) == Status.IN_WORKFLOW


def test_rejection_with_its_reason(environment: Environment, behandelaar: User, login: Login) -> None:
    message = make_read_message(environment, "btw-2017-q1-nt11.xbrl")
    client = login(behandelaar)

    asked = client.get(url("message_reject", environment, message))
    answer = client.post(url("message_reject", environment, message), {"reason": "Klopt niet <b>"})

    assert 'name="reason"' in asked.content.decode()
    assert (answer.status_code, status_of(message)) == (303, Status.REJECTED)
    assert message.events.latest("id").note == "Klopt niet <b>"
    assert "Klopt niet &lt;b&gt;" in client.get(url("message_detail", environment, message)).content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_who_is_too_late_is_told_who_was_first(
    environment: Environment, beheerder: User, behandelaar: User, login: Login, headers: dict[str, str]
) -> None:
    message = make_read_message(environment, "btw-2017-q1-nt11.xbrl")
    login(beheerder).post(url("message_approve", environment, message), {"digest": digest(message)})

    answer = login(behandelaar).post(
        url("message_reject", environment, message), {"reason": "Nee"}, headers=headers, follow=True
    )

    assert status_of(message) == Status.READY
    assert "Persoon beheerder" in answer.content.decode()
    assert message.events.filter(actor=behandelaar).count() == 0


def test_repair_from_the_list_answers_the_row(environment: Environment, behandelaar: User, login: Login) -> None:
    message = make_read_message(environment, "btw-2017-q1-nt11.xbrl", status=Status.REJECTED)

    answer = login(behandelaar).post(url("message_repair_in_list", environment, message), headers=HTMX)

    body = answer.content.decode()
    assert body.lstrip().startswith(f'<tr id="message-{message.public_id}" data-changed>')
    assert status_of(message) == Status.IN_WORKFLOW
    assert url("message_repair_in_list", environment, message) not in body


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("message_repair", "messaging:message_detail"),
        ("message_repair_in_list", "messaging:message_list"),
    ],
)
def test_repair_without_htmx_returns_to_where_it_was_pressed(
    environment: Environment, beheerder: User, login: Login, name: str, target: str
) -> None:
    message = make_message(environment, status=Status.REJECTED)

    answer = login(beheerder).post(url(name, environment, message))

    args = [environment.code] + ([message.public_id] if name == "message_repair" else [])
    assert (answer.status_code, answer["Location"]) == (303, reverse(target, args=args))
    assert status_of(message) == Status.IN_WORKFLOW


def test_what_could_not_be_processed_tells_why_under_its_reference(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    message = make_message(environment, status=Status.REJECTED)
    entry = LogEntry.objects.create(
        cause="not_processable",
        door="worker",
        environment=environment,
        keep_until="2099-01-01",
        evidence={"code": "not_xbrl", "found": "Invoice"},
    )
    MessageEvent.objects.create(
        message=message,
        from_status=20,
        to_status=40,
        actor_name="system",
        note="not_processable",
        log_reference=entry.reference,
    )

    answer = login(behandelaar).get(url("message_detail", environment, message))

    failure = answer.context["failure"]
    assert (failure.log_reference, "Invoice" in failure.detail) == (entry.public_reference, True)
    assert reverse("messaging:log_detail", args=[environment.code, entry.reference]) in answer.content.decode()
    assert "not_processable" not in answer.content.decode()


@pytest.mark.parametrize("name", ACTIONS)
def test_an_auditor_may_not(environment: Environment, auditor: User, login: Login, name: str) -> None:
    message = make_message(environment, status=Status.REJECTED)

    assert login(auditor).post(url(name, environment, message), {"reason": "Nee"}).status_code == 403
    assert status_of(message) == Status.REJECTED


@pytest.mark.parametrize("name", ACTIONS)
def test_another_environments_message_is_not_found(
    environment: Environment, beheerder: User, outsider: User, login: Login, name: str
) -> None:
    elsewhere = Environment.objects.get(code="O99999ZZ")
    foreign = make_message(elsewhere, status=Status.REJECTED)
    values = {"reason": "Nee", "digest": digest(foreign)}

    answers = [login(beheerder).post(url(name, place, foreign), values) for place in (environment, elsewhere)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert status_of(foreign) == Status.REJECTED


@pytest.mark.parametrize("name", ["message_approve", "message_repair", "message_repair_in_list"])
def test_decisions_are_made_by_post_only(environment: Environment, behandelaar: User, login: Login, name: str) -> None:
    message = make_message(environment, status=Status.IN_WORKFLOW)

    assert login(behandelaar).get(url(name, environment, message)).status_code == 405
