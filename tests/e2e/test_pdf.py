"""The PDF beside a message in a real browser: it shows under our policy, and a page in disguise never runs."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from connectors.models import Environment
from messaging.models import Message, MessageContent
from messaging.statuses import Status
from portal.models import User
from tests.e2e.desk import Desk, seats
from tests.factories import MessageFactory
from tests.messaging.readings import make_message
from tests.messaging.workflows import make_steps

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Seat = Callable[[User], Desk]
_SCRIPT = b"<script>document.title='taken'; fetch('/taken-over/')</script><img src='/taken-over/'>"


def _pdf() -> bytes:
    """Write a PDF of one page, with its table of where each object begins."""
    drawing = b"1 0 0 rg 0 0 200 200 re f"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawing), drawing),
    ]
    written, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj%sendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(written)
    return (
        written
        + b"xref\n0 5\n0000000000 65535 f \n"
        + table
        + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    )


@pytest.fixture
def seat(browser: Browser, live_server: LiveServer) -> Iterator[Seat]:
    with seats(browser, live_server.url, "nl", has_script=True) as found:
        yield found


@transaction.atomic
def _with_pdf(environment: Environment, pdf: bytes) -> Message:
    like = make_message(environment)
    step = make_steps(environment, {})[0]
    message: Message = MessageFactory(
        token=like.token,
        status=Status.IN_WORKFLOW,
        step=step,
        workflow_version=step.version,
        pdf_digest=hashlib.sha256(pdf).digest(),
        content=None,
    )
    MessageContent.objects.create(message=message, content=b"<xbrl/>", pdf=pdf)
    return message


def _watch(page: Page) -> tuple[list[str], list[str]]:
    """Note what the browser asks for, and what it refuses because of a policy."""
    asked: list[str] = []
    refused: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    return asked, refused


_COUNT_RED = """async (png) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const data = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
    let red = 0;
    for (let at = 0; at < data.length; at += 4) red += data[at] > 240 && data[at + 1] < 15 && data[at + 2] < 15;
    return red;
}"""


def _shows_red(page: Page, frame: Locator) -> bool:
    """Tell whether the page of the PDF, which is red all over, comes to be seen in the frame."""
    counter = page.context.new_page()
    page.bring_to_front()
    for _turn in range(40):
        png = base64.b64encode(frame.screenshot()).decode()
        if counter.evaluate(_COUNT_RED, png) > 10_000:
            return True
        page.wait_for_timeout(250)
    return False


@pytest.mark.parametrize("path", ["", "afkeuren/"])
def test_a_pdf_shows_beside_the_message(seat: Seat, environment: Environment, behandelaar: User, path: str) -> None:
    message = _with_pdf(environment, _pdf())
    desk = seat(behandelaar)
    _asked, refused = _watch(desk.page)
    desk.open(f"/{environment.code}/berichten/{message.public_id}/{path}")

    with desk.page.expect_response(lambda answer: answer.url.endswith("/pdf/bekijken/")) as shown:
        desk.page.locator("details.pdf > summary").press("Enter")

    frame = desk.page.locator("iframe.pdf-frame")
    expect(frame).to_be_visible()
    assert (shown.value.status, shown.value.headers["content-type"]) == (200, "application/pdf")
    assert _shows_red(desk.page, frame)
    assert refused == []


def test_a_page_that_begins_like_a_pdf_never_runs(seat: Seat, environment: Environment, behandelaar: User) -> None:
    message = _with_pdf(environment, b"%PDF-1.4\n<!DOCTYPE html><html><body>" + _SCRIPT)
    desk = seat(behandelaar)
    asked, _refused = _watch(desk.page)
    desk.open(f"/{environment.code}/berichten/{message.public_id}/")

    with desk.page.expect_response(lambda answer: answer.url.endswith("/pdf/bekijken/")):
        desk.page.locator("details.pdf > summary").click()
    desk.page.wait_for_load_state("networkidle")
    alone = desk.page.context.new_page()
    alone.goto(f"{desk.url}/{environment.code}/berichten/{message.public_id}/pdf/bekijken/")

    assert "taken" not in (desk.page.title(), alone.title())
    assert [url for url in asked if "taken-over" in url] == []


def test_a_page_sent_as_a_pdf_is_kept_out_of_the_frame(seat: Seat, environment: Environment, behandelaar: User) -> None:
    message = _with_pdf(environment, b"<html><body>" + _SCRIPT)
    desk = seat(behandelaar)
    asked, _refused = _watch(desk.page)
    desk.open(f"/{environment.code}/berichten/{message.public_id}/")

    expect(desk.page.locator("iframe")).to_have_count(0)
    with desk.page.expect_download() as kept:
        desk.page.locator(f"a[href$='{message.public_id}/pdf/']").click()

    assert kept.value.suggested_filename.endswith(".pdf")
    assert [url for url in asked if "taken-over" in url] == []
