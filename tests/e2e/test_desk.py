"""The desk of support staff in a browser: the queue by keyboard, several at once, and the log while one follows it."""

from __future__ import annotations

import re
from ipaddress import ip_network

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from connectors.models import AllowlistEntry, AllowlistRequest, Environment
from portal.models import User
from tests.factories import AllowlistRequestFactory
from tests.messaging.entries import entry_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUEUE, LOG = "/support/incidenten/", "/support/communicatielogboek/"
Status = AllowlistRequest.Status


def _sign_in(context: BrowserContext, live_server: LiveServer, user: User) -> None:
    client = Client()
    client.force_login(user)
    cookies = {
        django_settings.SESSION_COOKIE_NAME: client.cookies[django_settings.SESSION_COOKIE_NAME].value,
        django_settings.LANGUAGE_COOKIE_NAME: "en",
    }
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()])


@pytest.fixture
def desk(page: Page, live_server: LiveServer, support: User) -> Page:
    _sign_in(page.context, live_server, support)
    page.set_viewport_size({"width": 1440, "height": 900})
    return page


@pytest.fixture
def incidents(environment: Environment) -> list[AllowlistRequest]:
    return [
        AllowlistRequestFactory(environment=environment, network=ip_network(f"203.0.113.{number}/32"))
        for number in range(1, 6)
    ]


def _opened(page: Page, incident: AllowlistRequest) -> None:
    """Wait until this incident stands beside the queue, with the focus on its heading."""
    expect(page.locator("#incident-heading")).to_have_text(f"Incident {incident.pk}")
    expect(page.locator("#incident-heading")).to_be_focused()


def test_the_keys_go_through_the_queue_and_decide(
    desk: Page, live_server: LiveServer, incidents: list[AllowlistRequest]
) -> None:
    first, second, third, fourth, _fifth = incidents
    desk.goto(live_server.url + QUEUE)

    desk.keyboard.press("j")
    _opened(desk, first)
    desk.keyboard.press("j")
    _opened(desk, second)
    desk.keyboard.press("j")
    _opened(desk, third)
    desk.keyboard.press("k")
    _opened(desk, second)

    desk.keyboard.press("g")
    expect(desk.locator("#incident")).to_contain_text("Approved")
    _opened(desk, second)
    desk.keyboard.press("g")  # a second press decides about nothing
    desk.keyboard.press("j")
    _opened(desk, third)  # not back to the top

    desk.keyboard.press("a")
    expect(desk.locator("#id_reason")).to_be_focused()
    desk.keyboard.type("Geen klant; g en j horen hier bij de tekst.")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#incident")).to_contain_text("Rejected")
    desk.keyboard.press("j")
    _opened(desk, fourth)

    statuses = [AllowlistRequest.objects.get(pk=incident.pk).status for incident in incidents]
    assert statuses == [Status.OPEN, Status.APPROVED, Status.REJECTED, Status.OPEN, Status.OPEN]
    third.refresh_from_db()
    assert third.decision_reason == "Geen klant; g en j horen hier bij de tekst."
    assert [str(entry.network) for entry in AllowlistEntry.objects.all()] == ["203.0.113.2/32"]


def test_keys_faster_than_the_pages_are_not_lost_and_decide_about_nothing_that_was_left(
    desk: Page, live_server: LiveServer, incidents: list[AllowlistRequest]
) -> None:
    first, second, _third, fourth, _fifth = incidents
    held: list[Route] = []
    desk.goto(live_server.url + QUEUE)
    desk.keyboard.press("j")
    _opened(desk, first)

    desk.route(f"**{QUEUE}{second.pk}/**", lambda route: held.append(route))
    with desk.expect_request(f"**{QUEUE}{second.pk}/**"):
        desk.keyboard.press("j")
    desk.keyboard.press("g")  # the first is on the screen still, but has been left
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    held[0].continue_()

    _opened(desk, fourth)
    assert not AllowlistRequest.objects.exclude(status=Status.OPEN).exists()


def test_enter_opens_what_the_focus_is_on(
    desk: Page, live_server: LiveServer, incidents: list[AllowlistRequest]
) -> None:
    desk.goto(live_server.url + QUEUE)

    desk.get_by_role("link", name="203.0.113.3").focus()
    desk.keyboard.press("Enter")

    _opened(desk, incidents[2])
    expect(desk).to_have_url(re.compile(f"{QUEUE}{incidents[2].pk}/"))


def test_the_open_incident_stands_out_and_its_badge_stays_on_one_line(
    desk: Page, live_server: LiveServer, incidents: list[AllowlistRequest]
) -> None:
    AllowlistRequest.objects.filter(pk=incidents[2].pk).update(awaits_answer=True)
    desk.goto(f"{live_server.url}{QUEUE}{incidents[2].pk}/")

    grounds = desk.locator("#queue tbody tr").evaluate_all("rows => rows.map(row => getComputedStyle(row).background)")
    badge = desk.locator("#queue tbody .tag").bounding_box()

    assert [ground != grounds[0] for ground in grounds] == [False, False, True, False, False]
    assert badge is not None
    assert badge["height"] < 30


def test_keys_that_are_switched_off_do_nothing(
    desk: Page, live_server: LiveServer, incidents: list[AllowlistRequest]
) -> None:
    desk.goto(f"{live_server.url}{QUEUE}{incidents[0].pk}/")
    desk.evaluate("document.querySelector('[data-keys-switch]').click()")
    desk.keyboard.press("g")
    desk.keyboard.press("j")

    expect(desk.locator("#incident-heading")).to_have_text(f"Incident {incidents[0].pk}")
    assert not AllowlistRequest.objects.exclude(status=Status.OPEN).exists()


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "without-script"])
def test_several_are_ticked_named_and_approved(
    browser: Browser, live_server: LiveServer, support: User, incidents: list[AllowlistRequest], has_script: bool
) -> None:
    context = browser.new_context(java_script_enabled=has_script, viewport={"width": 1440, "height": 900})
    _sign_in(context, live_server, support)
    page = context.new_page()
    page.goto(live_server.url + QUEUE)

    for incident in incidents[:3]:
        page.get_by_label(f"Tick incident {incident.pk}").check()
    page.get_by_role("button", name="Decide about the ticked ones").click()
    expect(page.get_by_role("heading", name="Decide about 3 incidents")).to_be_visible()
    page.get_by_role("button", name="Approve 3 incidents").click()

    expect(page.get_by_text("3 incidents approved.")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(2)
    assert AllowlistEntry.objects.count() == 3
    context.close()


def test_the_log_draws_what_comes_in_above_what_was_there(
    desk: Page, live_server: LiveServer, environment: Environment
) -> None:
    entry_of(environment, cause="token_expired", address="203.0.113.1")
    desk.goto(live_server.url + LOG)
    expect(desk.locator("tbody a.row-link")).to_have_count(1)
    search = desk.locator("[name=q]").first
    search.focus()

    came_in = entry_of(environment, cause="message_type_blocked", address="203.0.113.2")

    expect(desk.locator("tbody a.row-link")).to_have_count(2)
    expect(desk.locator("tbody a.row-link").first).to_have_attribute("href", re.compile(came_in.public_reference))
    expect(search).to_be_focused()


def test_a_paused_log_stays_as_it_is_and_can_be_followed_again(
    desk: Page, live_server: LiveServer, environment: Environment
) -> None:
    entry_of(environment)
    desk.goto(f"{live_server.url}{LOG}?live=0")
    entry_of(environment, address="203.0.113.9")

    expect(desk.locator("#tail")).to_have_count(0)
    desk.get_by_role("link", name="Follow live").click()

    expect(desk.locator("tbody a.row-link")).to_have_count(2)
    expect(desk.locator("#tail")).to_have_count(1)
