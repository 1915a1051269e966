"""What belongs to another environment does not exist: every address with somebody else's ids answers 404.

The addresses come from the URL configuration, so that a new page is tried before anybody remembers to.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pghistory.models import Event

from connectors.models import AppConnector, ConnectorGrant, Environment, GroupMember, IpRule, Token
from messaging.actions.workflows import start_draft
from messaging.models import (
    DeliveryChannel,
    LogEntry,
    MessageEvent,
    Organisation,
    OrganisationImport,
    OrganisationNumber,
    ResendRun,
    Trial,
    WorkflowStep,
)
from portal.models import Membership, Role, User
from tests.factories import MembershipFactory, MessageFactory, UserFactory
from tests.portal.worlds import make_world

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]

# Wizards and bulk runs wait in the session of who began them: no id of theirs can belong to somebody else.
_OF_THE_SESSION = "run"
PDF = b"%PDF-1.4"
# The four kinds of message are the same words everywhere.
_OF_ALL = "kind"


class World:
    """One of everything in an environment, by the section of the address and the name of the argument."""

    def __init__(self, code: str) -> None:
        self.environment: Environment = make_world(code)
        self.ids = self._look_up()

    def _look_up(self) -> dict[tuple[str, str], object]:
        """Return the ids. A section is the part of the address before the first argument."""
        own = {"environment": self.environment}
        connector = AppConnector.objects.get(**own)
        draft = start_draft(workflow=self.environment.workflows.earliest("pk"), acting_user=UserFactory())
        step = WorkflowStep.objects.filter(version=draft).earliest("pk")
        member = GroupMember.objects.get(**own)
        message = MessageFactory(token=Token.objects.get(**own), content__pdf=PDF, pdf_digest=sha256(PDF).digest())
        return {
            ("gebruikers", "pk"): Membership.objects.get(user=member.user, **own).pk,
            ("gebruikersgroepen", "pk"): member.group_id,
            ("gebruikersgroepen", "member_pk"): member.pk,
            ("app-connectors", "pk"): connector.pk,
            ("app-connectors", "grant_pk"): ConnectorGrant.objects.get(app_connector=connector).pk,
            ("app-connectors", "token_pk"): Token.objects.get(**own).pk,
            ("app-connectors", "rule_pk"): IpRule.objects.get(app_connector=connector).pk,
            ("allowlist-incidenten", "pk"): self.environment.allowlist_requests.get().pk,
            ("berichten", "message_id"): message.public_id,
            ("organisaties", "pk"): Organisation.objects.get(**own).pk,
            ("organisaties", "number_pk"): OrganisationNumber.objects.get(**own).pk,
            ("importeren", "import_pk"): OrganisationImport.objects.get(**own).pk,
            ("workflows", "pk"): draft.workflow_id,
            ("workflows", "step_pk"): step.pk,
            ("verzendkanalen", "pk"): DeliveryChannel.objects.get(**own).pk,
            ("opnieuw", "pk"): ResendRun.objects.get(**own).pk,
            ("testbericht", "pk"): Trial.objects.get(**own).pk,
            ("communicatielogboek", "reference"): LogEntry.objects.get(**own).public_reference,
            ("berichtsoorten", _OF_ALL): "BTW",
            ("nieuw", _OF_THE_SESSION): "0123456789abcdef",
            ("goedkeuren", _OF_THE_SESSION): "0123456789abcdef",
        }


def _patterns(resolver: URLResolver, before: str = "", app: str = "") -> Iterator[tuple[str, str, list[str]]]:
    """Return each address below an environment: its name, its section, and its arguments after the code."""
    for pattern in resolver.url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, path, pattern.namespace or app)
        elif isinstance(pattern, URLPattern) and path.startswith("<env:code>/"):
            parts = path.split("/")
            arguments = [part.strip("<>").partition(":")[2] for part in parts if part.startswith("<")][1:]
            first = next((at for at, part in enumerate(parts[1:], 1) if part.startswith("<")), 0)
            yield f"{app}:{pattern.name}", parts[first - 1] if first else "", arguments


ADDRESSES = list(_patterns(get_resolver()))
WITH_IDS = [(name, section, arguments) for name, section, arguments in ADDRESSES if arguments]


@pytest.fixture
def worlds() -> tuple[World, World]:
    return World("O12345AB"), World("O54321XY")


def _history() -> int:
    """Count everything that the audit trail has recorded, and what people did to messages."""
    events = [model for model in apps.get_models() if issubclass(model, Event) and not model._meta.abstract]
    managed = [model for model in events if model._meta.managed and not model._meta.proxy]
    return sum(model._default_manager.count() for model in managed) + MessageEvent.objects.count()


def _statuses(client: Client, address: str) -> set[int]:
    return {client.get(address).status_code, client.post(address).status_code}


def test_no_address_of_another_environment_exists(worlds: tuple[World, World], login: Login) -> None:
    own, other = worlds
    client = login(MembershipFactory(environment=own.environment, role=Role.BEHEERDER).user)
    before = _history()

    found: dict[str, Any] = {}
    for name, section, arguments in ADDRESSES:
        ids = [other.ids[section, argument] for argument in arguments]
        found[name] = _statuses(client, reverse(name, args=[other.environment.code, *ids]))

    # 405 is what the method alone brings, before anybody looks at the address.
    assert {name: got for name, got in found.items() if 404 not in got or got - {404, 405}} == {}
    assert _history() == before


def test_nothing_of_another_environment_is_found_below_ones_own(worlds: tuple[World, World], login: Login) -> None:
    """Not even by who administers both: the environment of the address is the only one that is looked in."""
    own, other = worlds
    person = UserFactory()
    for world in worlds:
        MembershipFactory(user=person, environment=world.environment, role=Role.BEHEERDER)
    client = login(person)
    before = _history()

    found: dict[str, Any] = {}
    for name, section, arguments in WITH_IDS:
        if {_OF_THE_SESSION, _OF_ALL} & set(arguments):
            continue
        # Each way of taking at least one id from elsewhere.
        for taken in itertools.product((own, other), repeat=len(arguments)):
            if other in taken:
                ids = [world.ids[section, argument] for world, argument in zip(taken, arguments, strict=True)]
                address = reverse(name, args=[own.environment.code, *ids])
                found[f"{name} {address}"] = _statuses(client, address)

    assert {name: got for name, got in found.items() if 404 not in got or got - {404, 405}} == {}
    assert _history() == before


def test_ones_own_are_found_by_the_same_addresses(worlds: tuple[World, World], login: Login) -> None:
    """What the two tests above would prove of addresses that nobody can reach is nothing."""
    own, _other = worlds
    client = login(MembershipFactory(environment=own.environment, role=Role.BEHEERDER).user)

    missing = {
        name
        for name, section, arguments in WITH_IDS
        if client.get(
            reverse(name, args=[own.environment.code, *(own.ids[section, argument] for argument in arguments)])
        ).status_code
        == 404
    }

    assert missing == set()
