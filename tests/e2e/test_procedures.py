"""The two procedures of DOMAIN 1a and 1b, step by step in a browser, from nothing to a message that is approved.

Played with and without JavaScript, in Dutch and in English; the words on the buttons are looked up, so a text that is
missing from the catalogue shows as a step that cannot be taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
import zeep
from playwright.sync_api import Browser, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from zeep.exceptions import Fault

from connectors.authentication import forget_grants
from connectors.models import Environment
from messaging.processing import process_batch
from portal.models import User
from tests.e2e.desk import Desk, seats

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RETURN = (Path(__file__).parents[1] / "fixtures" / "documents" / "btw-2025-03-all-rubrieken.xbrl").read_text()
GENERIC = "Er is een fout opgetreden bij het verzenden en ontvangen van berichten."
OPEN_ENVIRONMENT = "O12345AB"


@pytest.fixture(params=[("nl", True), ("nl", False), ("en", True)], ids=["nl", "nl-without-script", "en"])
def open_desk(
    request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer, settings: Settings
) -> Iterator[Callable[[User], Desk]]:
    """Seat people, with and without JavaScript: `open_desk(user)` is somebody who has just signed in."""
    language, has_script = request.param
    settings.GATEWAY_GRANT_SECONDS = 0
    with seats(browser, live_server.url, language, has_script=has_script) as seat:
        yield seat


class Bookkeeping:
    """The client's bookkeeping package: it knows the WSDL and the token that the administrator recorded in it."""

    def __init__(self, url: str, token: str) -> None:
        self.service = zeep.Client(f"{url}/ProfitServices/AppConnectorCommSvc.asmx?WSDL").service
        self.token = token

    def send(self, external_id: str) -> str:
        forget_grants()
        message_id: str = self.service.UploadMessage(
            token=self.token, messageType="BTW", externalMessageId=external_id, messageContent=RETURN
        )
        return message_id


def _unblock_returns(desk: Desk) -> None:
    """DOMAIN 1a: open the list, open the properties, clear the box, choose the workflow, save and close."""
    desk.follow("Communication connector")
    desk.follow("VAT return")
    desk.box("Blocked").uncheck()
    desk.press("Save and close")
    desk.sees("Choose the workflow that handles these messages. Without a workflow the type stays blocked.")
    desk.box("Workflow").select_option(label="Accorderen")
    desk.press("Save and close")
    expect(desk.page.locator("#type-BTW")).to_contain_text("Accorderen")


def _make_app_connector(desk: Desk) -> str:
    """DOMAIN 1b, steps 1 to 8; returns the token, read from the only page that shows it."""
    desk.follow("App connector")
    desk.follow("New")
    desk.box("Description").fill("SnelStart koppeling")
    desk.box("Generate token automatically").check()
    desk.box("Make a new user group based on the app connector's name").check()
    desk.box("Customer environment").fill("o67890aa")
    desk.press("Next", "wizard")
    desk.sees("Nothing has been made yet.")
    desk.press("Complete", "wizard")
    token = _read_token(desk)
    desk.press("Add CommSvcConnector")
    expect(desk.page.get_by_text("CommSvcConnector").first).to_be_visible()
    return token


def _read_token(desk: Desk) -> str:
    desk.sees("You are seeing this token for the last time.")
    found = re.search(r"<token><version>1</version><data>[0-9A-F]{64}</data></token>", desk.page.inner_text("#token"))
    assert found
    return found[0]


def _submit_incident(desk: Desk) -> None:
    """DOMAIN 1c: the first message met the generic error, so ask for the address."""
    desk.follow("Allowlist incidents")
    desk.follow("New incident")
    desk.box("Address or range").fill("127.0.0.1")
    desk.box("Explanation").fill("De boekhouding van Bakkerij Het Goudkorst.")
    desk.press("Submit incident")
    desk.box("Yes, I mean this address, although it only exists inside a network").check()
    desk.press("Submit incident")
    desk.sees("Support staff review this incident")


def _approve_incident(desk: Desk) -> None:
    desk.page.get_by_role("link", name="127.0.0.1").first.click()
    desk.page.get_by_role("button", name=re.compile(f"^{desk.word('Approve')}")).first.click()
    desk.sees("Approved")


def _second_customer_environment(desk: Desk) -> str:
    desk.follow("App connector")
    desk.page.get_by_role("link", name="SnelStart koppeling").first.click()
    desk.page.get_by_role("link", name=re.compile(f"^{desk.word('User tokens')}")).first.click()
    desk.follow("Second customer environment")
    desk.box("Customer environment").fill("O67891BB")
    desk.press("Make user and token")
    return _read_token(desk)


def _approve_message(desk: Desk) -> None:
    desk.follow("Messages")
    desk.page.locator("tbody a.row-link").first.click()
    desk.sees("Message in workflow")
    desk.page.get_by_role("button", name=re.compile(f"^{desk.word('Approve')}")).first.click()
    desk.sees("Message ready to be sent to requesting party")


@pytest.fixture
def office(environment: Environment, beheerder: User) -> Environment:
    """An environment as it is opened: every message type blocked, nothing set up."""
    assert environment.code == OPEN_ENVIRONMENT
    return environment


def test_from_nothing_to_an_approved_message(
    open_desk: Callable[[User], Desk], live_server: LiveServer, office: Environment, beheerder: User, support: User
) -> None:
    desk = open_desk(beheerder)
    _unblock_returns(desk)
    token = _make_app_connector(desk)

    with pytest.raises(Fault, match=re.escape(GENERIC)):
        Bookkeeping(live_server.url, token).send("first")
    _submit_incident(desk)
    _approve_incident(open_desk(support))
    Bookkeeping(live_server.url, token).send("first")
    second_token = _second_customer_environment(desk)
    message_id = Bookkeeping(live_server.url, second_token).send("second")
    process_batch()
    _approve_message(desk)

    statuses = dict(office.messages.values_list("sender_environment", "status"))
    assert statuses == {"O67890AA": 30, "O67891BB": 50}
    assert office.messages.get(status=50).public_id == message_id
    assert requests.get(f"{live_server.url}/{OPEN_ENVIRONMENT}/", timeout=10, allow_redirects=False).status_code == 302
