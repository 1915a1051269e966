"""The PDF beside a document: shown in a frame of our own page, and only when it really is one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from connectors.models import Environment
from messaging.models import Message, MessageContent
from messaging.statuses import Status, change_status
from portal.middleware import STRICT_POLICY
from portal.models import User
from tests.factories import MessageFactory
from tests.messaging.readings import make_message
from tests.messaging.workflows import make_steps

Login = Callable[[User], Client]
PDF = b"%PDF-1.4 a page"


def _with_pdf(environment: Environment, pdf: bytes | None) -> Message:
    like = make_message(environment)
    digest = hashlib.sha256(pdf).digest() if pdf else None
    message: Message = MessageFactory(token=like.token, pdf_digest=digest, content=None)
    MessageContent.objects.create(message=message, content=b"<xbrl/>", pdf=pdf)
    return message


def url(name: str, environment: Environment, message: Message) -> str:
    return reverse(f"messaging:{name}", args=[environment.code, message.public_id])


def test_a_pdf_is_shown_in_a_frame_that_only_this_page_may_have(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    message, client = _with_pdf(environment, PDF), login(behandelaar)

    page = client.get(url("message_detail", environment, message))
    answer = client.get(url("message_pdf_view", environment, message))

    assert f'src="{url("message_pdf_view", environment, message)}"' in page.content.decode()
    assert page["Content-Security-Policy"] == f"{STRICT_POLICY}; frame-src 'self'; object-src 'none'"
    assert (answer.content, answer["Content-Type"]) == (PDF, "application/pdf")
    assert answer["Content-Disposition"].startswith("inline")
    assert (answer["X-Content-Type-Options"], answer["X-Frame-Options"]) == ("nosniff", "SAMEORIGIN")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]


def test_the_form_of_an_act_leaves_the_pdf_beside_it(environment: Environment, behandelaar: User, login: Login) -> None:
    message = _with_pdf(environment, PDF)
    step = make_steps(environment, {})[0]
    change_status([message.pk], before=Status.REGISTERED, after=Status.PROCESSING)
    change_status([message.pk], before=Status.PROCESSING, after=Status.IN_WORKFLOW, step=step)
    client = login(behandelaar)

    asked = client.get(url("message_reject", environment, message))
    missing = client.post(url("message_reject", environment, message), {"reason": ""})

    for page in (asked, missing):
        assert "<iframe" in page.content.decode()
        assert page["Content-Security-Policy"] == f"{STRICT_POLICY}; frame-src 'self'; object-src 'none'"


@pytest.mark.parametrize("pdf", [b"<html><script>alert(1)</script>", b" %PDF-1.4", b"%PD"])
def test_what_is_no_pdf_is_downloaded_only(
    environment: Environment, behandelaar: User, login: Login, pdf: bytes
) -> None:
    message, client = _with_pdf(environment, pdf), login(behandelaar)

    page = client.get(url("message_detail", environment, message)).content.decode()
    download = client.get(url("message_pdf", environment, message))

    assert (url("message_pdf_view", environment, message) in page, "<iframe" in page) == (False, False)
    assert client.get(url("message_pdf_view", environment, message)).status_code == 404
    assert download["Content-Disposition"].startswith("attachment")


def test_without_a_pdf_the_page_has_the_policy_of_all_pages(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    message, client = _with_pdf(environment, None), login(behandelaar)

    page = client.get(url("message_detail", environment, message))

    assert page["Content-Security-Policy"] == STRICT_POLICY
    assert client.get(url("message_pdf_view", environment, message)).status_code == 404


def test_another_environments_pdf_is_not_found(environment: Environment, outsider: User, login: Login) -> None:
    message = _with_pdf(environment, PDF)

    assert login(outsider).get(url("message_pdf_view", environment, message)).status_code == 404
