"""Doorzetten, terugzetten and questions on the page of a message: with and without htmx, and for who comes too late."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connectors.models import Environment
from messaging.actions.questions import ask_question
from messaging.models import Message, WorkflowStep
from messaging.models.workflows import StepAction
from portal.models import Role, User
from tests.messaging.workflows import make_steps, make_waiting

Login = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
FORMS = ["message_forward", "message_return", "message_ask", "message_answer"]


@pytest.fixture
def steps(environment: Environment) -> list[WorkflowStep]:
    return make_steps(environment, {}, {}, {})


def url(name: str, message: Message) -> str:
    return reverse(f"messaging:{name}", args=[message.environment.code, message.public_id])


def _values(name: str, steps: list[WorkflowStep]) -> dict[str, Any]:
    values: dict[str, dict[str, Any]] = {
        "message_forward": {"remark": "Gezien"},
        "message_return": {"to": steps[0].pk, "remark": "Nog eens"},
        "message_ask": {"to": "beheerder", "text": "Klopt 3b?"},
    }
    return values[name]


def _kind(message: Message) -> str:
    return str(message.events.latest("id").kind)


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("name", "kind"), [("message_forward", "forward"), ("message_return", "return"), ("message_ask", "ask")]
)
def test_each_act_asks_and_is_done(
    environment: Environment,
    behandelaar: User,
    login: Login,
    steps: list[WorkflowStep],
    name: str,
    kind: str,
    headers: dict[str, str],
) -> None:
    message, client = make_waiting(environment, steps[1]), login(behandelaar)

    asked = client.get(url(name, message), headers=headers)
    seen = asked.context["seen"]
    answer = client.post(url(name, message), {**_values(name, steps), "seen": seen}, headers=headers)

    assert f'name="seen" value="{seen}"' in asked.content.decode()
    assert answer.status_code == (200 if headers else 303)
    assert _kind(message) == kind


@pytest.mark.parametrize("name", ["message_return", "message_ask"])
def test_what_is_missing_is_said_beside_the_field(
    environment: Environment, behandelaar: User, login: Login, steps: list[WorkflowStep], name: str
) -> None:
    message = make_waiting(environment, steps[1])
    values = {field: " " if field != "to" else value for field, value in _values(name, steps).items()}

    answer = login(behandelaar).post(url(name, message), values)

    (errors,) = answer.context["form"].errors.values()
    assert answer.status_code == 422
    assert errors[0] in unescape(answer.content.decode())
    assert message.events.count() == 1


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("name", ["message_forward", "message_return", "message_ask"])
def test_a_form_that_was_drawn_before_somebody_else_acted_changes_nothing_and_says_who_did(
    environment: Environment,
    beheerder: User,
    behandelaar: User,
    login: Login,
    steps: list[WorkflowStep],
    name: str,
    headers: dict[str, str],
) -> None:
    message, client = make_waiting(environment, steps[0]), login(behandelaar)
    seen = client.get(url("message_detail", message)).context["seen"]
    login(beheerder).post(url("message_forward", message), {"remark": "Akkoord"})

    answer = client.post(url(name, message), {**_values(name, steps), "seen": seen}, headers=headers, follow=True)

    message.refresh_from_db()
    assert (message.step, message.events.filter(actor=behandelaar).count()) == (steps[1], 0)
    assert "Persoon beheerder" in answer.content.decode()
    assert "Stap 2" in answer.content.decode()


def test_a_stale_approval_is_told_too(
    environment: Environment, beheerder: User, behandelaar: User, login: Login, steps: list[WorkflowStep]
) -> None:
    message, client = make_waiting(environment, steps[0]), login(behandelaar)
    page = client.get(url("message_detail", message)).context
    login(beheerder).post(url("message_forward", message), {})

    answer = client.post(url("message_approve", message), {"digest": page["digest"], "seen": page["seen"]}, follow=True)

    message.refresh_from_db()
    assert (message.status, message.step) == (30, steps[1])
    assert "Persoon beheerder" in answer.content.decode()


def test_a_question_is_answered_on_its_page_and_can_be_withdrawn(
    environment: Environment, beheerder: User, behandelaar: User, login: Login, steps: list[WorkflowStep]
) -> None:
    message = make_waiting(environment, steps[0])
    for answered in (True, False):
        question = ask_question(message=message, to=Role.BEHEERDER, text="Klopt 3b?", acting_user=behandelaar)
        page = login(beheerder).get(url("message_answer", message)).content.decode()

        if answered:
            data = {"answer": "Ja hoor.", "question": question.pk}
            login(beheerder).post(url("message_answer", message), data)
        else:
            login(behandelaar).post(url("message_withdraw", message), {"question": question.pk})

        assert "Klopt 3b?" in page
        assert _kind(message) == ("answer" if answered else "withdraw")
    history = login(behandelaar).get(url("message_detail", message)).content.decode()
    assert "Ja hoor." in history


def test_the_page_offers_what_the_step_offers(environment: Environment, behandelaar: User, login: Login) -> None:
    for action in StepAction:
        step = make_steps(environment, {}, {"actions": [action]}, {})[1]
        message = make_waiting(environment, step)

        page = login(behandelaar).get(url("message_detail", message)).content.decode()

        offered = {found for found in StepAction if url(f"message_{found.value}", message) in page}
        assert offered == {action}


@pytest.mark.parametrize("role", ["auditor", "behandelaar"])
def test_a_missing_button_says_who_may_and_why_not_you(
    environment: Environment, login: Login, request: pytest.FixtureRequest, role: str
) -> None:
    user = request.getfixturevalue(role)
    message = make_waiting(environment, make_steps(environment, {"role": Role.BEHEERDER})[0])

    answer = login(user).get(url("message_detail", message))

    assert answer.context["why_not"]
    assert answer.context["why_not"] in unescape(answer.content.decode())
    assert not any(answer.context["may"].values())


@pytest.mark.parametrize("name", FORMS)
def test_a_form_of_what_is_not_possible_leads_to_the_message(
    environment: Environment, behandelaar: User, login: Login, name: str
) -> None:
    message = make_waiting(environment, make_steps(environment, {"role": Role.BEHEERDER})[0])

    assert login(behandelaar).get(url(name, message))["Location"] == url("message_detail", message)


@pytest.mark.parametrize("name", [*FORMS, "message_withdraw"])
def test_acts_are_for_members_who_assess(
    environment: Environment, auditor: User, outsider: User, login: Login, name: str
) -> None:
    message = make_waiting(environment, make_steps(environment, {})[0])

    answers = [login(user).post(url(name, message), {"remark": "x"}).status_code for user in (auditor, outsider)]

    assert answers == [403, 404]
    assert message.events.count() == 1
