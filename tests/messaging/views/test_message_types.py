"""Communicatieconnector, tab Berichtsoorten: the steps of DOMAIN 1a, with and without htmx."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from connectors.models import Environment
from messaging.models import MessageType
from portal.models import User
from tests.messaging.readings import make_message

Login = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def url(name: str, environment: Environment, *args: str) -> str:
    return reverse(f"messaging:{name}", args=[environment.code, *args])


def state_of(environment: Environment, code: str = "BTW") -> tuple[bool, str | None]:
    message_type = MessageType.objects.select_related("workflow").get(environment=environment, code=code)
    return message_type.blocked, message_type.workflow.name if message_type.workflow else None


def test_the_list_has_the_four_types_in_their_order(environment: Environment, beheerder: User, login: Login) -> None:
    answer = login(beheerder).get(url("message_type_list", environment))

    rows = answer.context["rows"]
    assert [row.message_type.code for row in rows] == ["BTW", "SUP", "ICP", "KVK"]
    assert [(row.messages, row.last_received, row.capped) for row in rows] == [(0, None, False)] * 4


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_counts_with_as_many_queries_for_any_traffic(
    environment: Environment,
    beheerder: User,
    login: Login,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    messages = [make_message(environment) for _ in range(count)]
    client = login(beheerder)
    client.get(url("message_type_list", environment))

    with django_assert_num_queries(7):
        answer = client.get(url("message_type_list", environment))

    row = answer.context["rows"][0]
    messages[-1].refresh_from_db()
    assert (row.messages, row.last_received) == (count, messages[-1].received_at)


def test_save_and_close_opens_the_type_and_returns_to_the_list(
    environment: Environment, beheerder: User, login: Login
) -> None:
    workflow = environment.workflows.get(name="Accorderen")

    answer = login(beheerder).post(url("message_type_save_and_close", environment, "BTW"), {"workflow": workflow.pk})

    assert (answer.status_code, answer["Location"]) == (303, url("message_type_list", environment))
    assert state_of(environment) == (False, "Accorderen")


def test_save_stays_at_the_properties(environment: Environment, beheerder: User, login: Login) -> None:
    workflow = environment.workflows.get(name="Accorderen")

    answer = login(beheerder).post(
        url("message_type_save", environment, "BTW"), {"blocked": "on", "workflow": workflow.pk}
    )

    assert (answer.status_code, answer["Location"]) == (303, url("message_type_properties", environment, "BTW"))
    assert state_of(environment) == (True, "Accorderen")


def test_htmx_answers_the_changed_row_only(environment: Environment, beheerder: User, login: Login) -> None:
    workflow = environment.workflows.get(name="Accorderen")

    answer = login(beheerder).post(
        url("message_type_save_and_close", environment, "BTW"), {"workflow": workflow.pk}, headers=HTMX
    )

    body = answer.content.decode()
    assert body.lstrip().startswith('<tbody id="type-BTW">')
    assert "data-changed" in body
    assert "<html" not in body
    assert state_of(environment) == (False, "Accorderen")


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("name", ["message_type_save", "message_type_save_and_close"])
def test_opening_without_workflow_is_said_beside_the_field(
    environment: Environment, beheerder: User, login: Login, name: str, headers: dict[str, str]
) -> None:
    answer = login(beheerder).post(url(name, environment, "BTW"), {"workflow": ""}, headers=headers)

    form = answer.context["form"]
    assert (answer.status_code, list(form.errors)) == (422, ["workflow"])
    assert form.errors["workflow"][0] in unescape(answer.content.decode())
    assert state_of(environment) == (True, None)


def test_the_workflow_of_another_environment_cannot_be_chosen(
    environment: Environment, beheerder: User, outsider: User, login: Login
) -> None:
    foreign = Environment.objects.get(code="O99999ZZ").workflows.get(name="Accorderen")

    answer = login(beheerder).post(url("message_type_save", environment, "BTW"), {"workflow": foreign.pk})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["workflow"])
    assert state_of(environment) == (True, None)


def test_the_properties_open_in_the_row_and_on_a_page(environment: Environment, beheerder: User, login: Login) -> None:
    client = login(beheerder)
    address = url("message_type_properties", environment, "BTW")

    page, row = client.get(address), client.get(address, headers=HTMX)

    assert next(template.name for template in page.templates) == "messaging/message_types/properties.html"
    assert row.content.decode().lstrip().startswith('<tbody id="type-BTW" class="type-open">')
    assert 'name="workflow"' in page.content.decode()
    assert 'name="workflow"' in row.content.decode()


def test_an_auditor_reads_and_changes_nothing(environment: Environment, auditor: User, login: Login) -> None:
    client = login(auditor)

    page = client.get(url("message_type_properties", environment, "BTW"))
    refused = client.post(url("message_type_save", environment, "BTW"), {"blocked": "on"})

    assert 'name="workflow"' not in page.content.decode()
    assert (page.status_code, refused.status_code) == (200, 403)
    assert state_of(environment) == (True, None)


@pytest.mark.parametrize("name", ["message_type_list", "message_type_properties", "message_type_row"])
def test_a_behandelaar_has_no_business_with_types(
    environment: Environment, behandelaar: User, login: Login, name: str
) -> None:
    args = [] if name == "message_type_list" else ["BTW"]

    assert login(behandelaar).get(url(name, environment, *args)).status_code == 403


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("get", "message_type_list"),
        ("get", "message_type_properties"),
        ("get", "message_type_row"),
        ("post", "message_type_save"),
        ("post", "message_type_save_and_close"),
    ],
)
def test_another_environment_does_not_exist(
    environment: Environment, outsider: User, login: Login, method: str, name: str
) -> None:
    args = [] if name == "message_type_list" else ["BTW"]

    answer = getattr(login(outsider), method)(url(name, environment, *args), {"workflow": ""})

    assert answer.status_code == 404
    assert state_of(environment) == (True, None)


def test_a_type_that_does_not_exist_is_not_found(environment: Environment, beheerder: User, login: Login) -> None:
    assert login(beheerder).get(url("message_type_properties", environment, "XYZ")).status_code == 404
