"""Tab *Controle*: findings with their buttons, the score on the list, the report; and who may see and mend."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.actions.claims import Visitor, claim_token, hand_over_with_link
from connectors.audit_facts import facts_of
from connectors.audit_terms import Origin
from connectors.models import AppConnector, Environment, TokenOrigin
from connectors.queries import app_connectors_of
from portal.models import User
from tests.factories import AppConnectorFactory, MembershipFactory, TokenFactory, UserFactory

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]
BASE = "/O12345AB/beheer/app-connectors/"


@pytest.fixture
def manager(login: Login, beheerder: User) -> Client:
    client = login(beheerder)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def app_connector(environment: Environment) -> AppConnector:
    made: AppConnector = AppConnectorFactory(environment=environment, description="SnelStart | koppeling")
    return made


@pytest.fixture
def faulty(app_connector: AppConnector, beheerder: User) -> AppConnector:
    """An app connector with nearly every fault that there is."""
    now = timezone.now()
    person = MembershipFactory(user=UserFactory(username="jan"), environment=app_connector.environment).user
    blocked = TokenFactory(app_connector=app_connector, user__is_active=False, customer_environment="O67890AA")
    old = TokenFactory(app_connector=app_connector, user=person, created_at=now - timedelta(days=400))
    app_connector.group.members.filter(user=old.user).delete()
    claimed = TokenFactory(app_connector=app_connector, customer_environment="O67890AA", expires_at=now + timedelta(5))
    link = hand_over_with_link(token=claimed, secret="x", acting_user=beheerder)
    for _n in range(5):
        with pytest.raises(Exception, match="wrong_code"):
            claim_token(claim=link.claim, code="wrong", visitor=Visitor("203.0.113.7"))
    for network, customer in (("192.0.2.0/24", "O67890AA"), ("203.0.113.0/24", "O11111BB")):
        TokenOrigin.objects.create(
            token=blocked, network=network, customer_environment=customer, first_at=now, last_at=now
        )
    app_connector.blocked = True
    app_connector.save(update_fields=["blocked"])
    return app_connector


def test_every_finding_leads_to_a_page_that_opens(manager: Client, faulty: AppConnector) -> None:
    page = manager.get(f"{BASE}{faulty.pk}/controle/")

    rules = {finding.rule.name for finding, _link in page.context["findings"]}
    links = {link for finding, link in page.context["findings"] if finding.severity.value}
    assert rules == {
        "BLOCKED",
        "CONNECTOR_MISSING",
        "NO_RESTRICTION",
        "SEVERAL_TOKENS",
        "CLASSIC_TOKENS_END",
        "GROUP_SIZE",
        "SIGNS_IN",
        "USER_BLOCKED",
        "NOT_IN_GROUP",
        "UNUSED",
        "OLD",
        "EXPIRING",
        "OTHER_ENVIRONMENT",
        "UNEXPECTED_NETWORK",
        "CLAIM_ALARM",
    }
    assert page.context["verdict"].score == 0
    assert {manager.get(link).status_code for link in links} == {200}


def test_a_new_app_connector_is_told_what_to_do_first(manager: Client, app_connector: AppConnector) -> None:
    page = manager.get(f"{BASE}{app_connector.pk}/controle/").content.decode()

    assert "No tokens issued" in page
    assert f'href="{BASE}{app_connector.pk}/gebruikerstokens/nieuw/"' in page


def test_the_report_is_markdown_with_names_as_text(manager: Client, faulty: AppConnector) -> None:
    report = manager.get(f"{BASE}{faulty.pk}/controle/").context["report"]

    assert report.startswith("# Audit of app connector SnelStart \\| koppeling\n")
    assert "| High | Alarm about a claim link |" in report


def test_an_auditor_reads_everything_and_gets_no_buttons(login: Login, auditor: User, faulty: AppConnector) -> None:
    client = login(auditor)
    client.cookies["django_language"] = "en"

    page = client.get(f"{BASE}{faulty.pk}/controle/").content.decode()

    assert "CommSvcConnector is missing" in page
    assert "task-action" not in page


def test_an_assessor_has_no_business_here(login: Login, behandelaar: User, app_connector: AppConnector) -> None:
    assert login(behandelaar).get(f"{BASE}{app_connector.pk}/controle/").status_code == 403


def test_facts_come_in_a_constant_number_of_queries(environment: Environment) -> None:
    counts = []
    for _n in range(2):
        token = TokenFactory(app_connector__environment=environment)
        now = timezone.now()
        TokenOrigin.objects.create(token=token, network="192.0.2.0/24", first_at=now, last_at=now)
        found = [*app_connectors_of(environment)]
        with CaptureQueriesContext(connection) as queries:
            facts = facts_of(found, now=now)
        counts.append(len(queries))

    assert counts == [5, 5]
    assert facts[token.app_connector_id].tokens[0].origins == (
        Origin(facts[token.app_connector_id].tokens[0].origins[0].network, "", now),
    )


def test_the_list_shows_the_score(manager: Client, faulty: AppConnector) -> None:
    page = manager.get(BASE).content.decode()

    assert "0 of 100" in page
    assert f'href="{BASE}{faulty.pk}/controle/"' in page
