"""`/metrics`: closed without its token, and figures out of the database that any process can answer."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django import app
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from connectors.models import Environment, Token
from messaging.actions.counting import count_messages
from messaging.models import DailyRefusals
from messaging.statuses import Status
from portal.models import User
from tests.factories import AllowlistRequestFactory, MessageFactory, TokenFactory
from tests.messaging.entries import Login

pytestmark = pytest.mark.django_db
SECRET = "a-long-secret-of-the-monitoring"


@pytest.fixture
def token(environment: Environment, settings: Settings) -> Token:
    settings.METRICS_TOKEN = SECRET
    made: Token = TokenFactory(app_connector__environment=environment)
    return made


def _read(client: Client) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics", headers={"authorization": f"Bearer {SECRET}"})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name.removeprefix("berichtenpoort_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_messages_refusals_and_what_waits_are_counted(client: Client, environment: Environment, token: Token) -> None:
    for status in (Status.REGISTERED, Status.IN_WORKFLOW, Status.IN_WORKFLOW):
        MessageFactory(token=token, status=status)
    count_messages()
    today = MessageFactory(token=token).received_at.date()
    DailyRefusals.objects.create(environment=environment, day=today, cause="token_expired", count=3)
    DailyRefusals.objects.create(environment=None, day=today, cause="token_unknown", count=2)
    AllowlistRequestFactory(environment=environment)

    found = _read(client)

    assert found["messages_received_today", "30"] == 2
    assert found["refusals_today_total", "token_expired"] == 3
    assert found["refusals_today_total", "token_unknown"] == 2
    assert found["transitions_recent", "", "30"] == 2
    assert (found["unread_messages",], found["incidents_open",]) == (2, 1)
    assert found["oldest_unread_message_age_seconds",] >= 0


def test_the_queue_and_its_workers_are_watched(client: Client, token: Token) -> None:
    quiet = _read(client)
    job = next(iter(app.tasks.values()))
    job.configure(queueing_lock="a job of this test").defer()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - INTERVAL '30 seconds'), "
            "(now() - INTERVAL '1 hour')"
        )

    found = _read(client)

    assert ("worker_heartbeat_age_seconds",) not in quiet
    assert (quiet["workers",], found["workers",]) == (0, 1)
    assert 30 <= found["worker_heartbeat_age_seconds",] < 3600
    assert found["jobs", "todo"] == quiet["jobs", "todo"] + 1
    assert found["oldest_job_age_seconds",] >= 0


@pytest.mark.parametrize("count", [1, 3])
def test_it_takes_five_statements_whatever_there_is(client: Client, token: Token, count: int) -> None:
    for _number in range(count):
        MessageFactory(token=token)

    with CaptureQueriesContext(connection) as queries:
        _read(client)

    assert len(queries) == 5


@pytest.mark.parametrize("given", ["", f"Bearer {SECRET}x", "Bearer ", f"Basic {SECRET}", "Bearer é"])
def test_without_its_token_the_page_does_not_exist(client: Client, token: Token, given: str) -> None:
    assert client.get("/metrics", headers={"authorization": given}).status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer"])
def test_it_is_off_until_a_token_is_set(client: Client, settings: Settings, given: str) -> None:
    assert settings.METRICS_TOKEN == ""
    assert client.get("/metrics", headers={"authorization": given}).status_code == 404


def test_signing_in_does_not_open_it(login: Login, superuser: User, token: Token) -> None:
    assert login(superuser).get("/metrics").status_code == 404
