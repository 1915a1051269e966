"""Assessing in a browser: two people at one task, the keys, and a list that keeps itself up to date."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from connectors.models import Environment
from messaging.models import Message, WorkflowStep
from messaging.statuses import Status
from portal.models import Role, User
from tests.e2e.desk import Desk, seats
from tests.factories import MembershipFactory, OrganisationFactory, UserFactory
from tests.messaging.readings import make_read_message
from tests.messaging.workflows import make_steps

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Seat = Callable[[User], Desk]
SOUND = "btw-2017-q1-nt11.xbrl"
_OUTCOME = re.compile("Goedgekeurd. Het bericht staat klaar|U hebt niets gewijzigd: ")


@pytest.fixture
def colleague(environment: Environment) -> User:
    user = UserFactory(username="collega", name="Cor Collega")
    MembershipFactory(user=user, environment=environment, role=Role.BEHANDELAAR)
    return user


@pytest.fixture
def seat(browser: Browser, live_server: LiveServer) -> Iterator[Seat]:
    with seats(browser, live_server.url, "nl", has_script=True) as found:
        yield found


@pytest.fixture(params=[True, False], ids=["script", "without-script"])
def either_seat(request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer) -> Iterator[Seat]:
    with seats(browser, live_server.url, "nl", has_script=request.param) as found:
        yield found


def _waiting(environment: Environment, number: int) -> list[Message]:
    """Make messages that wait, of organisations in the order of the list."""
    return [_make(environment, organisation=f"Klant {at} B.V.") for at in range(number)]


@transaction.atomic
def _make(
    environment: Environment, document: str = SOUND, *, organisation: str = "", step: WorkflowStep | None = None
) -> Message:
    values: dict[str, object] = {"step": step, "workflow_version": step.version} if step else {}
    if organisation:
        values["organisation"] = OrganisationFactory(environment=environment, name=organisation)
    return make_read_message(environment, document, **values)


def _address(message: Message) -> str:
    return f"/{message.environment.code}/berichten/{message.public_id}/"


def _tasks(environment: Environment) -> str:
    return f"/{environment.code}/mijn-taken/"


def _focused(page: Page) -> Locator:
    return page.locator("*:focus")


def test_two_browsers_at_one_task_and_the_second_is_told_who_did_what(
    either_seat: Seat, environment: Environment, behandelaar: User, colleague: User
) -> None:
    (message,) = _waiting(environment, 1)
    first, second = either_seat(behandelaar), either_seat(colleague)
    for desk in (first, second):
        desk.open(_address(message))

    first.press("Approve")
    first.sees("Approved. The message is ready to be sent to the requesting party.")
    second.press("Approve")

    told = second.page.get_by_text(re.compile("U hebt niets gewijzigd: Persoon behandelaar was u voor"))
    expect(told).to_contain_text("50 Bericht klaargezet")
    expect(second.page.locator(".decision-status")).to_contain_text("Bericht klaargezet")
    expect(second.page.get_by_role("button", name="Goedkeuren")).to_have_count(0)
    decided = message.events.filter(to_status=Status.READY)
    assert [event.actor_name for event in decided] == ["Persoon behandelaar"]


def test_who_opens_the_reason_after_somebody_else_passed_it_on_is_told_and_changes_nothing(
    either_seat: Seat, environment: Environment, behandelaar: User, colleague: User
) -> None:
    steps = make_steps(environment, {"name": "Controleren"}, {"name": "Accorderen"})
    message = _make(environment, step=steps[0])
    first, second = either_seat(behandelaar), either_seat(colleague)
    second.open(_address(message))
    second.follow("Reject")
    second.box("Reason").fill("De voorbelasting klopt niet.")

    first.open(_address(message))
    first.follow("Pass on")
    first.press("Pass on")
    first.sees("Accorderen")
    expect(first.page.locator(".decision-step")).to_contain_text("Accorderen")
    second.press("Reject")

    expect(second.page.get_by_text("U hebt niets gewijzigd: Persoon behandelaar was u voor").first).to_be_visible()
    message.refresh_from_db()
    assert (message.status, message.step) == (Status.IN_WORKFLOW, steps[1])


def test_of_two_presses_at_the_same_moment_one_decides(
    seat: Seat, environment: Environment, behandelaar: User, colleague: User
) -> None:
    (message,) = _waiting(environment, 1)
    desks = [seat(behandelaar), seat(colleague)]
    for desk in desks:
        desk.open(_address(message))

    # Both are sent before either is waited for.
    for desk in desks:
        desk.page.evaluate("setTimeout(() => document.querySelector('[data-key=g]').click(), 50)")
    for desk in desks:
        expect(desk.page.locator(".decision-status")).to_contain_text("Bericht klaargezet")
        expect(desk.page.get_by_text(_OUTCOME).first).to_be_visible()

    won = [desk for desk in desks if desk.page.get_by_text("Goedgekeurd. Het bericht staat klaar").count()]
    lost = [desk for desk in desks if desk.page.get_by_text("U hebt niets gewijzigd: ").count()]
    decided = message.events.filter(to_status=Status.READY)
    assert (len(won), len(lost), decided.count()) == (1, 1, 1)


def test_the_list_and_the_message_by_keyboard_alone(seat: Seat, environment: Environment, behandelaar: User) -> None:
    messages = _waiting(environment, 3)
    desk = seat(behandelaar)
    desk.open(_tasks(environment))
    keys = desk.page.keyboard

    keys.press("j")
    expect(_focused(desk.page)).to_have_text("Klant 0 B.V.")
    keys.press("j")
    keys.press("j")
    keys.press("j")  # the last row stays
    expect(_focused(desk.page)).to_have_text("Klant 2 B.V.")
    keys.press("k")
    keys.press("x")
    boxes = desk.page.locator("tbody input[type=checkbox]")
    assert [box.is_checked() for box in boxes.all()] == [False, True, False]
    expect(_focused(desk.page)).to_have_text("Klant 1 B.V.")
    keys.press("Enter")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Klant 1 B.V.")

    keys.press("a")
    expect(_focused(desk.page)).to_have_attribute("name", "reason")
    keys.type("gag")  # in a field, keys are text
    expect(_focused(desk.page)).to_have_value("gag")
    keys.press("Tab")
    keys.press("Enter")
    expect(desk.page.locator(".decision-status")).to_contain_text("Bericht afgekeurd")

    keys.press("n")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Klant 0 B.V.")
    keys.press("g")
    expect(desk.page.locator(".decision-status")).to_contain_text("Bericht klaargezet")
    expect(_focused(desk.page)).not_to_have_count(0)
    statuses = [Message.objects.get(pk=message.pk).status for message in messages]
    assert statuses == [Status.READY, Status.REJECTED, Status.IN_WORKFLOW]


def test_the_list_keeps_itself_up_to_date_and_leaves_who_reads_it_in_peace(
    seat: Seat, environment: Environment, behandelaar: User, colleague: User
) -> None:
    messages = _waiting(environment, 3)
    reader, other = seat(behandelaar), seat(colleague)
    reader.page.clock.install()
    reader.open(_tasks(environment))
    expect(reader.page.locator("tbody tr")).to_have_count(3)
    reader.page.keyboard.press("j")
    reader.page.keyboard.press("j")
    reader.page.keyboard.press("x")

    other.open(_address(messages[0]))
    other.press("Approve")
    other.sees("Approved. The message is ready to be sent to the requesting party.")
    reader.page.clock.run_for(31_000)

    expect(reader.page.locator("tbody tr")).to_have_count(2)
    expect(reader.page.locator(".menu-item[aria-current] .menu-count")).to_have_text("2")
    expect(reader.page.locator("#live")).to_have_text("2 taken getoond.")
    expect(_focused(reader.page)).to_have_text("Klant 1 B.V.")
    boxes = reader.page.locator("tbody input[type=checkbox]")
    assert [box.is_checked() for box in boxes.all()] == [True, False]


def test_when_the_row_that_had_focus_is_gone_focus_goes_to_the_one_in_its_place(
    seat: Seat, environment: Environment, behandelaar: User, colleague: User
) -> None:
    messages = _waiting(environment, 3)
    reader, other = seat(behandelaar), seat(colleague)
    reader.page.clock.install()
    reader.open(_tasks(environment))
    reader.page.keyboard.press("j")
    reader.page.keyboard.press("j")

    other.open(_address(messages[1]))
    other.press("Approve")
    other.sees("Approved. The message is ready to be sent to the requesting party.")
    reader.page.clock.run_for(31_000)

    expect(reader.page.locator("tbody tr")).to_have_count(2)
    expect(_focused(reader.page)).to_have_text("Klant 2 B.V.")


def test_several_are_approved_by_keyboard_after_the_page_that_says_which(
    either_seat: Seat, environment: Environment, behandelaar: User
) -> None:
    messages = _waiting(environment, 2)
    unsound = _make(environment, "btw-2025-q2-failed-sums.xbrl")
    desk = either_seat(behandelaar)
    desk.open(_tasks(environment))

    for box in desk.page.locator("tbody input[type=checkbox]").all():
        box.focus()
        desk.page.keyboard.press("Space")
    desk.press("Approve selected…")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("2 berichten goedkeuren?")
    desk.sees("A check failed: look at it yourself.")
    desk.page.get_by_role("button", name="2 berichten goedkeuren").press("Enter")

    expect(desk.page.get_by_role("heading", level=1)).to_have_text("2 berichten goedgekeurd")
    statuses = [Message.objects.get(pk=message.pk).status for message in (*messages, unsound)]
    assert statuses == [Status.READY, Status.READY, Status.IN_WORKFLOW]
