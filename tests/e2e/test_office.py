"""A made-up office sets up a workflow of its own for each of the four message types, through the screens only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from connectors.models import Environment, UserGroup
from messaging.models import WorkflowStep
from portal.models import User
from tests.e2e.desk import Desk, seats

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

APPROVE, REJECT, FORWARD, RETURN, ASK = "Approve message", "Reject message", "Pass on", "Send back", "Ask a question"
SPECIALISTS = "Fiscalisten"


@dataclass(frozen=True)
class Step:
    """What is filled in about one step; the words are those of the screen in English."""

    name: str
    actions: tuple[str, ...] = (APPROVE, REJECT)
    role: str = "Assessor"
    group: str = ""
    days: str = ""
    boxes: tuple[str, ...] = ()


OFFICE = {
    "VAT return": (
        "Aangiften",
        [
            Step("Controle", (APPROVE, REJECT, ASK), days="5"),
            Step("Akkoord", (APPROVE, REJECT, RETURN), role="Administrator", boxes=("Four eyes",)),
        ],
    ),
    "Supplementary VAT return": ("Suppleties", [Step("Fiscale toets", group=SPECIALISTS, days="30")]),
    "EC sales listing (ICP)": ("Opgaven", [Step("Doorkijken", (APPROVE, REJECT))]),
    "Annual accounts (KvK)": (
        "Jaarstukken",
        [
            Step("Samenstellen", (FORWARD, REJECT), days="14"),
            Step("Toetsen", (FORWARD, RETURN, ASK), group=SPECIALISTS, boxes=("Four eyes",)),
            Step("Tekenen", (APPROVE, REJECT, RETURN), role="Administrator", boxes=("Four eyes",)),
        ],
    ),
}


@pytest.fixture(params=[True, False], ids=["script", "without-script"])
def seat(request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer) -> Iterator[Callable[[User], Desk]]:
    with seats(browser, live_server.url, "en", has_script=request.param) as found:
        yield found


def _make_group(desk: Desk) -> None:
    desk.follow("Users")
    desk.page.get_by_role("link", name=re.compile("^User groups")).click()
    desk.follow("New group")
    desk.page.get_by_label("Name", exact=True).fill(SPECIALISTS)
    desk.press("Make group")
    expect(desk.page.get_by_role("heading", level=1)).to_contain_text(SPECIALISTS)


def _fill_in(desk: Desk, step: Step) -> None:
    page = desk.page
    page.get_by_label("Name", exact=True).fill(step.name)
    page.get_by_label(step.role, exact=True).check()
    page.get_by_label("Only members of the group").select_option(
        label=step.group or "No group: everybody with the role"
    )
    for box in page.locator("[name=actions]").all():
        box.uncheck()
    for label in step.actions:
        page.get_by_label(label, exact=True).check()
    page.get_by_label("Deadline in days").fill(step.days)
    for label in step.boxes:
        page.get_by_label(label, exact=True).check()


def _make_workflow(desk: Desk, name: str, steps: list[Step]) -> None:
    desk.follow("Workflows")
    desk.follow("New")
    desk.page.get_by_label("Name", exact=True).fill(name)
    desk.press("Make workflow")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(name)
    # It begins with the step of the delivered workflow.
    desk.page.get_by_role("link", name=re.compile("^Change ")).last.click()
    for number, step in enumerate(steps):
        if number:
            desk.follow("Add step")
        _fill_in(desk, step)
        desk.press("Add step" if number else "Save")
        expect(desk.page.get_by_role("heading", name=step.name, exact=True)).to_be_visible()
    desk.page.get_by_role("link", name="Publish…").click()
    desk.press("Publish")
    expect(desk.page.get_by_role("heading", name=re.compile("^Version 1"))).to_be_visible()


def _open_type(desk: Desk, kind: str, workflow: str) -> None:
    desk.follow("Communication connector")
    desk.follow(kind)
    desk.box("Blocked").uncheck()
    desk.box("Workflow").select_option(label=workflow)
    desk.press("Save and close")
    row = desk.page.locator("tr", has=desk.page.get_by_role("link", name=kind, exact=True))
    expect(row).to_contain_text(workflow)


def test_an_office_sets_up_its_four_workflows(
    seat: Callable[[User], Desk], environment: Environment, beheerder: User
) -> None:
    desk = seat(beheerder)
    desk.open(f"/{environment.code}/")
    _make_group(desk)

    for kind, (workflow, steps) in OFFICE.items():
        _make_workflow(desk, workflow, steps)
        _open_type(desk, kind, workflow)

    opened = dict(environment.message_types.filter(blocked=False).values_list("workflow__name", "code"))
    assert opened == {"Aangiften": "BTW", "Suppleties": "SUP", "Opgaven": "ICP", "Jaarstukken": "KVK"}
    made = WorkflowStep.objects.filter(version__workflow__name__in=opened, version__published_at__isnull=False)
    group = UserGroup.objects.get(name=SPECIALISTS)
    assert list(
        made.order_by("version", "position").values_list("name", "role", "group", "deadline_days", "four_eyes")
    ) == [
        ("Controle", "behandelaar", None, 5, False),
        ("Akkoord", "beheerder", None, None, True),
        ("Fiscale toets", "behandelaar", group.pk, 30, False),
        ("Doorkijken", "behandelaar", None, None, False),
        ("Samenstellen", "behandelaar", None, 14, False),
        ("Toetsen", "behandelaar", group.pk, None, True),
        ("Tekenen", "beheerder", None, None, True),
    ]
