"""The page of a message and its document: what they show of each kind, and who sees them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connectors.models import Environment
from messaging.models import Message, MessageContent, MessageReading
from messaging.statuses import Status
from portal import formats
from portal.models import User
from tests.messaging.readings import make_message, make_read_message

Login = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
HOSTILE = "<script>alert(1)</script>"


def url(name: str, environment: Environment, message: Message | None = None) -> str:
    return reverse(f"messaging:{name}", args=[environment.code, *([message.public_id] if message else [])])


def shown(client: Client, environment: Environment, **query: Any) -> list[Message]:
    return list(client.get(url("message_list", environment), query).context["page"].rows)


def test_a_return_is_shown_as_on_the_form_with_its_failed_sums(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    message = make_read_message(environment, "btw-2025-q2-failed-sums.xbrl")

    sheet = login(behandelaar).get(url("message_detail", environment, message)).context["sheet"]

    lines = {line.code: (line.turnover, line.vat) for section in sheet.sections for line in section.lines}
    assert lines["1a"] == ("10.000", "2.100")
    assert lines["1e"] == (formats.NOTHING, "")
    assert lines["5g"] == ("", "1.600")
    assert [check.passed for check in sheet.checks] == [False, False]
    assert len(sheet.findings) == 2


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("sup-2024-additional.xbrl", ["27.520", "25.120", "2.400"]),
        ("icp-2026-q1-dimensions.xbrl", ["9.200", "10.500", "10.650"]),
        ("kvk-2024-micro.xbrl", ["Rietdekkersbedrijf Het Lage Land B.V.", "184.320"]),
    ],
)
def test_every_kind_of_document_has_its_sheet(
    environment: Environment, behandelaar: User, login: Login, document: str, words: list[str]
) -> None:
    message = make_read_message(environment, document)

    body = login(behandelaar).get(url("message_detail", environment, message)).content.decode()

    assert [word for word in words if word not in body] == []


def test_the_period_before_stands_beside_the_return(environment: Environment, behandelaar: User, login: Login) -> None:
    message = make_read_message(environment, "btw-2025-q2-failed-sums.xbrl")
    before = make_read_message(environment, "btw-2025-q2-failed-sums.xbrl")
    MessageReading.objects.filter(message=before).update(
        period_start=dt.date(2025, 1, 1), period_end=dt.date(2025, 3, 31)
    )

    context = login(behandelaar).get(url("message_detail", environment, message)).context

    assert context["previous"].message_id == before.pk
    assert context["sheet"].has_previous is True


@pytest.mark.parametrize(
    "document",
    [{}, [], None, "x", {"version": 1}, {"version": 99}, {"version": 1, "kind": "BTW", "lines": [{"vat": "<b>"}]}],
)
def test_an_incomplete_reading_leads_to_the_document(
    environment: Environment, behandelaar: User, login: Login, document: Any
) -> None:
    message = make_message(environment, status=Status.IN_WORKFLOW)
    MessageReading.objects.create(message=message, kind="BTW", document=document if document is not None else "")

    answer = login(behandelaar).get(url("message_detail", environment, message))

    assert (answer.status_code, answer.context["sheet"]) == (200, None)
    assert url("message_document", environment, message) in answer.content.decode()


def test_an_amount_that_is_no_number_is_not_shown_as_one(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    message = make_read_message(environment, "btw-2017-q1-nt11.xbrl")
    document = message.reading.document | {"lines": [{"rubriek": "1a", "turnover": HOSTILE, "vat": None}]}
    MessageReading.objects.filter(message=message).update(document=document)

    assert login(behandelaar).get(url("message_detail", environment, message)).context["sheet"] is None


@pytest.mark.parametrize("status", [Status.REGISTERED, Status.PROCESSING])
def test_a_message_that_is_not_read_yet_says_so(
    environment: Environment, behandelaar: User, login: Login, status: Status
) -> None:
    message = make_message(environment, status=status)

    context = login(behandelaar).get(url("message_detail", environment, message)).context

    assert (context["sheet"], any(context["may"].values()), context["may_repair"]) == (None, False, False)


def test_an_auditor_sees_no_buttons(environment: Environment, auditor: User, login: Login) -> None:
    message = make_message(environment, status=Status.IN_WORKFLOW)

    body = login(auditor).get(url("message_detail", environment, message)).content.decode()

    assert url("message_approve", environment, message) not in body
    assert url("message_reject", environment, message) not in body
    assert "Auditor" in body


@pytest.mark.parametrize(
    "raw", [b"<html><script>alert(1)</script></html>", b"<x>\xff", b"<a><b>1</b></a>", b"PK\x03\x04\x00"]
)
def test_a_document_is_text_or_a_file_and_never_a_page(
    environment: Environment, auditor: User, login: Login, raw: bytes
) -> None:
    message = make_message(environment)
    MessageContent.objects.filter(message=message).delete()
    MessageContent.objects.create(message=message, content=raw)
    client = login(auditor)

    page = client.get(url("message_document", environment, message))
    file = client.get(url("message_download", environment, message))

    assert b"<script>alert" not in page.content
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert (file.content, file["Content-Type"]) == (raw, "application/octet-stream")
    assert file["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (file["X-Content-Type-Options"], file["Cache-Control"]) == ("nosniff", "no-store")
    assert file["Content-Disposition"].startswith(f'attachment; filename="BTW_{message.public_id}.')


def test_the_pdf_is_a_file_and_is_not_found_without_one(environment: Environment, auditor: User, login: Login) -> None:
    message = make_message(environment)
    client = login(auditor)

    without = client.get(url("message_pdf", environment, message))
    MessageContent.objects.filter(message=message).delete()
    MessageContent.objects.create(message=message, content=b"<x/>", pdf=b"%PDF-1.7")
    with_pdf = client.get(url("message_pdf", environment, message))

    assert without.status_code == 404
    assert (with_pdf.content, with_pdf["Content-Type"]) == (b"%PDF-1.7", "application/pdf")
    assert with_pdf["Content-Disposition"] == f'attachment; filename="BTW_{message.public_id}.pdf"'


@pytest.mark.parametrize("name", ["message_detail", "message_document", "message_download", "message_pdf"])
def test_another_environments_message_is_not_found(
    environment: Environment, outsider: User, beheerder: User, login: Login, name: str
) -> None:
    elsewhere = Environment.objects.get(code="O99999ZZ")
    foreign = make_message(elsewhere)

    through_own_environment = login(beheerder).get(url(name, environment, foreign))
    through_its_environment = login(beheerder).get(url(name, elsewhere, foreign))

    assert (through_own_environment.status_code, through_its_environment.status_code) == (404, 404)


def test_support_sees_no_message(environment: Environment, support: User, login: Login) -> None:
    message = make_message(environment)

    assert login(support).get(url("message_detail", environment, message)).status_code == 404
