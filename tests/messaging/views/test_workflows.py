"""The workflow editor over HTTP: list, draft step by step, publication, diagram; with and without htmx."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connectors.models import Environment
from messaging.actions.workflows import draft_of
from messaging.models import Workflow
from messaging.views.workflows import versions_of
from portal.models import User
from tests.messaging.readings import make_message

Login = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def url(name: str, environment: Environment, *args: Any) -> str:
    return reverse(f"messaging:{name}", args=[environment.code, *args])


@pytest.fixture
def delivered(environment: Environment) -> Workflow:
    return environment.workflows.get(name="Controleren en accorderen")


STEP = {"name": "Nazien", "role": "beheerder", "actions": ["approve", "reject"], "deadline_days": "4"}


def test_a_workflow_is_made_changed_and_published_without_htmx(
    environment: Environment, beheerder: User, login: Login
) -> None:
    client = login(beheerder)
    made = client.post(url("workflow_add", environment), {"name": "Eigen"})
    workflow = environment.workflows.get(name="Eigen")
    args = (environment, workflow.pk)

    client.post(url("step_add", *args), STEP)
    draft = draft_of(workflow)
    assert draft is not None
    added = draft.steps.get(name="Nazien")
    client.post(url("step_up", *args, added.pk))
    client.post(url("step_edit", *args, added.pk), {**STEP, "name": "Eerst nazien", "actions": ["forward", "reject"]})
    asked = client.get(url("draft_publish", *args))
    client.post(url("draft_publish", *args))

    published, left = versions_of(workflow)
    assert made["Location"] == url("workflow_detail", *args)
    assert (asked.context["faults"], left) == ([], None)
    assert published is not None
    assert [*published.steps.order_by("position").values_list("name", flat=True)] == ["Eerst nazien", "Accorderen"]


def test_htmx_answers_the_draft_as_it_is_now(
    environment: Environment, delivered: Workflow, beheerder: User, login: Login
) -> None:
    client = login(beheerder)
    client.post(url("draft_start", environment, delivered.pk))
    draft = draft_of(delivered)
    assert draft is not None
    first, second = draft.steps.order_by("position")

    moved = client.post(url("step_down", environment, delivered.pk, first.pk), headers=HTMX)
    deleted = client.post(url("step_delete", environment, delivered.pk, second.pk), headers=HTMX)

    assert moved.content.decode().lstrip().startswith('<div id="draft"')
    assert [line["step"].name for line in moved.context["draft"]["steps"]] == ["Accorderen", "Controleren"]
    assert deleted.context["draft"]["faults"]
    assert deleted.context["differences"]


def test_a_draft_with_faults_is_not_published(
    environment: Environment, delivered: Workflow, beheerder: User, login: Login
) -> None:
    client = login(beheerder)
    client.post(url("draft_start", environment, delivered.pk))
    client.post(url("step_add", environment, delivered.pk), {**STEP, "actions": ["ask"]})

    asked = client.get(url("draft_publish", environment, delivered.pk))
    client.post(url("draft_publish", environment, delivered.pk))

    assert asked.context["faults"]
    assert draft_of(delivered) is not None


def test_publishing_says_first_how_many_messages_stay_in_earlier_versions(
    environment: Environment, beheerder: User, login: Login
) -> None:
    make_message(environment, status=30)
    workflow, client = environment.workflows.get(name="Accorderen"), login(beheerder)
    client.post(url("draft_start", environment, workflow.pk))

    asked = client.get(url("draft_publish", environment, workflow.pk))

    assert (asked.context["under_way"], asked.context["differences"]) == (1, [])


def test_the_page_draws_the_workflow_and_says_the_same_in_words(
    environment: Environment, delivered: Workflow, auditor: User, login: Login
) -> None:
    answer = login(auditor).get(url("workflow_detail", environment, delivered.pk))

    page, drawn = answer.content.decode(), answer.context["published"]["diagram"]
    assert [(box.name, box.approves, box.rejects, box.goes_on, box.returns) for box in drawn.boxes] == [
        ("Controleren", False, True, True, False),
        ("Accorderen", True, True, False, True),
    ]
    assert "<title id=" in page
    assert "style=" not in page


def test_a_step_that_is_wrong_is_said_beside_its_field(
    environment: Environment, delivered: Workflow, beheerder: User, login: Login
) -> None:
    client = login(beheerder)
    client.post(url("draft_start", environment, delivered.pk))

    answer = client.post(url("step_add", environment, delivered.pk), {**STEP, "name": "Accorderen"})

    assert (answer.status_code, [*answer.context["form"].errors]) == (422, ["name"])


def test_throwing_a_draft_away_is_asked_first(
    environment: Environment, delivered: Workflow, beheerder: User, login: Login
) -> None:
    client = login(beheerder)
    client.post(url("draft_start", environment, delivered.pk))

    assert client.get(url("draft_discard", environment, delivered.pk)).status_code == 200
    client.post(url("draft_discard", environment, delivered.pk))

    assert draft_of(delivered) is None


def test_the_list_takes_as_many_queries_for_any_number_of_workflows(
    environment: Environment, beheerder: User, login: Login, django_assert_max_num_queries: Any
) -> None:
    client = login(beheerder)
    for number in range(2):
        environment.workflows.create(name=f"Nog een {number}")
        with django_assert_max_num_queries(11):
            answer = client.get(url("workflow_list", environment))

    assert len(answer.context["rows"]) == 4


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("get", "workflow_detail"),
        ("post", "workflow_rename"),
        ("post", "draft_start"),
        ("post", "draft_discard"),
        ("post", "draft_publish"),
        ("post", "step_add"),
    ],
)
def test_workflows_are_for_administrators_of_their_environment(
    environment: Environment,
    delivered: Workflow,
    behandelaar: User,
    outsider: User,
    login: Login,
    method: str,
    name: str,
) -> None:
    address = url(name, environment, delivered.pk)
    elsewhere = address.replace(environment.code, "O99999ZZ")

    answers = [
        getattr(login(user), method)(path).status_code
        for user, path in [(behandelaar, address), (outsider, address), (outsider, elsewhere)]
    ]

    assert answers == [403, 404, 404]
    assert delivered.versions.count() == 1
