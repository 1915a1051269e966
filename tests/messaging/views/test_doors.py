"""Every address of messages, workflows, organisations, delivery and the log: whose it is, and who may change it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import connectors.urls  # noqa: F401  # it registers `env`
from connectors.models import Environment
from messaging import urls
from messaging.models import (
    DeliveryChannel,
    Message,
    MessageEvent,
    MessageType,
    Organisation,
    OrganisationNumber,
    Question,
    Workflow,
    WorkflowStep,
    WorkflowVersion,
)
from messaging.models.delivery import ResendRun
from messaging.models.organisations import OrganisationImport
from messaging.models.trials import Trial
from messaging.statuses import Status
from portal.models import User
from tests.factories import DeliveryChannelFactory, OrganisationFactory, UserFactory
from tests.messaging.entries import entry_of
from tests.messaging.readings import make_read_message
from tests.messaging.workflows import make_steps

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]

OURS = {str(found.name): found.pattern for found in urls.urlpatterns if "code" in found.pattern.converters}
# A message type has the same code in every environment, and the result of a run lies in the session of its person.
WITH_ID = sorted(name for name, pattern in OURS.items() if {*pattern.converters} - {"code", "kind", "run"})
SETUP = sorted(
    name
    for name in OURS
    if name.startswith(("workflow_", "draft_", "step_", "channel_", "organisation_", "message_type_"))
)
_SUBJECTS = {"channel": "channel", "resend": "run", "trial": "trial", "organisation": "organisation"}
_STATE = (
    DeliveryChannel,
    Message,
    MessageEvent,
    MessageType,
    Organisation,
    OrganisationImport,
    OrganisationNumber,
    Question,
    ResendRun,
    Trial,
    Workflow,
    WorkflowStep,
    WorkflowVersion,
)


def _objects(environment: Environment) -> dict[str, Any]:
    """Make one of everything that an address can name."""
    step, other = make_steps(environment, {"name": "Eerst"}, {"name": "Dan"}, published=False)
    message = make_read_message(environment, "btw-2017-q1-nt11.xbrl", status=Status.IN_WORKFLOW)
    organisation = OrganisationFactory(environment=environment)
    trial = Trial.objects.create(
        environment=environment,
        message_type="BTW",
        token=message.token,
        address="127.0.0.1",
        requested_by=UserFactory(),
    )
    assert other.version == step.version
    return {
        "message_id": message.public_id,
        "reference": entry_of(environment).reference,
        "kind": "BTW",
        "run": "0123456789abcdef",
        "step_pk": step.pk,
        "workflow": step.version.workflow.pk,
        "channel": DeliveryChannelFactory(environment=environment).pk,
        "organisation": organisation.pk,
        "number_pk": organisation.numbers.create(environment=environment, scheme="kvk", number="12345678").pk,
        "import_pk": OrganisationImport.objects.create(
            environment=environment, made_by=UserFactory(), file_name="k.csv", lines=[]
        ).pk,
        "run_pk": ResendRun.objects.create(environment=environment, key=uuid.uuid4(), total=1).pk,
        "trial": trial.pk,
    }


def _address(name: str, environment: Environment, found: dict[str, Any]) -> str:
    subject = _SUBJECTS.get(name.partition("_")[0], "workflow")
    keys = {**found, "code": environment.code, "pk": found["run_pk" if subject == "run" else subject]}
    return reverse(f"messaging:{name}", kwargs={key: keys[key] for key in OURS[name].converters})


def _state() -> list[Any]:
    return [[*model._default_manager.order_by("pk").values()] for model in _STATE]


def test_the_loops_know_every_address() -> None:
    assert (len(OURS), len(WITH_ID), len(SETUP)) == (80, 52, 39)


@pytest.mark.parametrize("name", WITH_ID)
def test_another_environments_ids_are_not_found(
    login: Login, environment: Environment, beheerder: User, outsider: User, name: str
) -> None:
    foreign = _objects(outsider.memberships.get().environment)
    client, address = login(beheerder), _address(name, environment, foreign)
    before = _state()

    answers = {client.get(address).status_code, client.post(address).status_code}

    assert 404 in answers
    assert answers <= {404, 405}
    assert _state() == before


@pytest.mark.parametrize("name", sorted(OURS))
def test_another_environments_pages_are_not_found(
    login: Login, environment: Environment, outsider: User, name: str
) -> None:
    address = _address(name, environment, _objects(environment))
    client, before = login(outsider), _state()

    assert {client.get(address).status_code, client.post(address).status_code} <= {404, 405}
    assert _state() == before


@pytest.mark.parametrize("name", sorted(OURS))
def test_who_only_reads_changes_nothing(login: Login, environment: Environment, auditor: User, name: str) -> None:
    address = _address(name, environment, _objects(environment))
    client, before = login(auditor), _state()

    assert client.post(address).status_code in {403, 405}
    assert _state() == before


@pytest.mark.parametrize("name", SETUP)
def test_who_assesses_sets_nothing_up(login: Login, environment: Environment, behandelaar: User, name: str) -> None:
    address = _address(name, environment, _objects(environment))
    client, before = login(behandelaar), _state()

    assert client.post(address).status_code in {403, 405}
    assert _state() == before


@pytest.mark.parametrize("name", sorted(OURS))
def test_support_staff_are_no_members(login: Login, environment: Environment, support: User, name: str) -> None:
    address = _address(name, environment, _objects(environment))
    client, before = login(support), _state()

    assert {client.get(address).status_code, client.post(address).status_code} <= {404, 405}
    assert _state() == before


@pytest.mark.parametrize("name", sorted(OURS))
def test_who_is_not_signed_in_is_sent_to_sign_in(client: Client, environment: Environment, name: str) -> None:
    address = _address(name, environment, _objects(environment))

    assert client.get(address)["Location"] == f"/account/login/?next={address}"


def test_a_step_is_changed_in_the_draft_of_its_own_workflow_only(
    login: Login, environment: Environment, beheerder: User
) -> None:
    found, other = _objects(environment), make_steps(environment, {"name": "Anders"}, published=False)[0]
    crossed = {**found, "step_pk": other.pk}
    client, before = login(beheerder), _state()

    names = ["step_edit", "step_up", "step_down", "step_delete"]
    answers = [client.post(_address(name, environment, crossed)).status_code for name in names]

    assert answers == [404, 404, 404, 404]
    assert _state() == before


def test_a_published_step_has_no_editor(login: Login, environment: Environment, beheerder: User) -> None:
    found = _objects(environment)
    WorkflowVersion.objects.filter(workflow=found["workflow"]).update(published_at=timezone.now() - timedelta(days=1))
    client, before = login(beheerder), _state()

    names = ["step_edit", "step_up", "step_down", "step_delete"]
    answers = [client.post(_address(name, environment, found)).status_code for name in names]

    assert answers == [404, 404, 404, 404]
    assert _state() == before
