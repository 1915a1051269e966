"""The dashboard: figures from daily counts, each leading to its list; and whether the installation runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.models import Environment, Token
from messaging.actions.counting import count_messages, count_refusals
from messaging.models import DailyMessages, DailyRefusals, LogEntry
from messaging.statuses import Status, change_status
from portal.dashboard import Figure
from portal.models import User
from tests.factories import AllowlistRequestFactory, MessageFactory, TokenFactory
from tests.messaging.delivery.failing import make_failed

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]
OFFICE = "/O12345AB"
PAGE, SUPPORT = f"{OFFICE}/dashboard/", "/support/dashboard/"


@pytest.fixture
def token(environment: Environment) -> Token:
    made: Token = TokenFactory(app_connector__environment=environment)
    return made


def _counts() -> dict[int, int]:
    return {row.status: row.count for row in DailyMessages.objects.all()}


def _refuse(token: Token | None, *, minutes: int, repeats: int = 1) -> None:
    LogEntry.objects.create(
        cause="token_expired",
        door="soap",
        environment=token.environment if token else None,
        token=token,
        at=timezone.now() - timedelta(minutes=minutes),
        repeats=repeats,
        keep_until="2099-01-01",
    )


def test_messages_count_under_their_present_status(token: Token) -> None:
    messages = [MessageFactory(token=token) for _number in range(3)]
    MessageFactory(token=TokenFactory(app_connector=token.app_connector, test_address="203.0.113.7"))
    count_messages()
    before = _counts()
    change_status([messages[0].pk], before=Status.REGISTERED, after=Status.PROCESSING)
    count_messages()

    assert (before, _counts()) == ({10: 3}, {10: 2, 20: 1})


def test_what_did_not_change_is_not_counted_again(token: Token) -> None:
    MessageFactory(token=token)
    count_messages()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_countedupto SET last_id = 1000000000")

    assert count_messages() == 0


def test_refusals_count_once_they_are_final(token: Token) -> None:
    _refuse(token, minutes=5, repeats=4)
    _refuse(None, minutes=5)
    _refuse(TokenFactory(app_connector=token.app_connector, test_address="203.0.113.7"), minutes=5)
    count_refusals()
    count_refusals()
    _refuse(None, minutes=4, repeats=2)
    _refuse(token, minutes=0)
    count_refusals()

    assert {(row.environment, row.count) for row in DailyRefusals.objects.all()} == {(token.environment, 4), (None, 3)}


def test_every_figure_leads_to_its_list(login: Login, beheerder: User, token: Token) -> None:
    MessageFactory(token=token)
    _refuse(token, minutes=5)
    count_messages()
    count_refusals()
    client = login(beheerder)

    page = client.get(PAGE)

    (day,) = [day for day in page.context["days"] if day.total]
    (cause,) = page.context["causes"]
    assert [(part.status, part.count) for part in day.parts] == [(Status.REGISTERED, 1)]
    assert (cause.week, cause.month, cause.share) == (1, 1, 100)
    assert [client.get(url).status_code for url in (day.parts[0].url, cause.url)] == [200, 200]
    lists = (day.url, day.parts[0].url, page.context["busiest"].url, page.context["types"][0]["messages_url"])
    assert [len(client.get(url).context["page"].rows) for url in lists] == [1, 1, 1, 1]


def _follow(client: Client, figures: list[Figure]) -> list[tuple[int, int]]:
    """Return of each figure what it says, and how many rows stand on the list behind it."""
    return [(figure.count, len(client.get(figure.url).context["page"].rows)) for figure in figures]


def test_what_waits_leads_to_as_many_rows(login: Login, beheerder: User, token: Token) -> None:
    now = timezone.now()
    for due_at in (-1, -2, 1, 30, 31, 32, None):
        due = None if due_at is None else now + timedelta(hours=due_at)
        MessageFactory(token=token, status=Status.IN_WORKFLOW, due_at=due)
    MessageFactory(token=token)
    for given_up in (True, True, False):
        make_failed(token.environment, None, given_up=given_up)
    _refuse(token, minutes=5)
    client = login(beheerder)

    page = client.get(PAGE).context

    assert _follow(client, page["waiting"]) == [(2, 2), (1, 1), (3, 3), (1, 1)]
    assert _follow(client, page["deliveries"]) == [(2, 2), (1, 1)]
    assert _follow(client, page["refused"]) == [(1, 1), (0, 0)]
    assert [(line["row"].message_type.code, line["row"].messages) for line in page["types"]] == [
        ("BTW", 11),
        ("SUP", 0),
        ("ICP", 0),
        ("KVK", 0),
    ]
    assert len(client.get(page["types"][0]["url"]).context["page"].rows) == 11


def test_support_gets_to_refusals_and_incidents_and_of_messages_to_the_environments(
    login: Login, support: User, token: Token
) -> None:
    other: Token = TokenFactory()
    for sender, status in ((token, 30), (token, 30), (other, 30), (other, 10)):
        MessageFactory(token=sender, status=status)
    make_failed(token.environment, None)
    _refuse(token, minutes=5)
    AllowlistRequestFactory(environment=token.environment)
    count_messages()
    client = login(support)

    page = client.get(SUPPORT).context
    (day,) = [day for day in page["days"] if day.total]

    def places(url: str) -> dict[str, int]:
        return {line.environment.code: line.count for line in client.get(url).context["lines"]}

    here, there = token.environment.code, other.environment.code
    figures = (*page["waiting"], *page["deliveries"])
    assert [figure.count for figure in figures] == [0, 0, 0, 3, 1, 0]
    assert [places(figure.url) for figure in figures] == [{}, {}, {}, {here: 2, there: 1}, {here: 1}, {}]
    assert places(page["unread_url"]) == {there: 1}
    assert [places(part.url) for part in day.parts] == [{there: 1}, {here: 2, there: 1}, {here: 1}]
    assert (day.total, places(day.url)) == (5, {here: 3, there: 2})
    assert _follow(client, page["refused"]) == [(1, 1), (1, 1)]
    assert page["types"] == []


@pytest.mark.parametrize("query", ["", "figure=nothing", "day=2026-02-30", "day=yesterday", "day=2026-11-28&status=31"])
def test_a_figure_that_does_not_exist_has_no_list(login: Login, support: User, query: str) -> None:
    assert login(support).get(f"{SUPPORT}omgevingen/?{query}").status_code == 404


def test_only_support_sees_figures_by_environment(login: Login, beheerder: User) -> None:
    assert login(beheerder).get(f"{SUPPORT}omgevingen/?figure=late").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_by_environment_asks_the_same_for_any_number(login: Login, support: User, count: int) -> None:
    for _number in range(count):
        MessageFactory(token=TokenFactory(), status=Status.IN_WORKFLOW)
    client = login(support)

    with CaptureQueriesContext(connection) as queries:
        answer = client.get(f"{SUPPORT}omgevingen/?figure=none")

    assert (len(answer.context["lines"]), len(queries)) == (count, 5)


def test_every_link_of_the_dashboard_opens_for_whoever_sees_it(
    login: Login, beheerder: User, behandelaar: User, auditor: User, support: User, token: Token
) -> None:
    """Figures are links, so the keyboard gets to them; and no role is led to a page that is not theirs."""
    MessageFactory(token=token)
    _refuse(token, minutes=5)
    AllowlistRequestFactory(environment=token.environment)
    count_messages()
    count_refusals()
    refused = {}

    for user, page in ((beheerder, PAGE), (behandelaar, PAGE), (auditor, PAGE), (support, SUPPORT)):
        client = login(user)
        main = client.get(page).content.decode().split("<main", 1)[1].split("</main>", 1)[0]
        links = {unescape(link) for link in re.findall(r'href="(/[^"#]*)"', main)}
        refused[user.username] = {link for link in links if client.get(link).status_code != 200}

    assert refused == {user.username: set() for user in (beheerder, behandelaar, auditor, support)}


def test_the_oldest_message_that_nobody_read_is_one_of_this_environment(
    login: Login, beheerder: User, token: Token
) -> None:
    MessageFactory(token=TokenFactory())
    mine = MessageFactory(token=token)
    MessageFactory(token=token)
    client = login(beheerder)

    page = client.get(PAGE)

    assert page.context["oldest_unread"] == mine
    assert f"{OFFICE}/berichten/{mine.public_id}/" in page.content.decode()


def test_support_sees_all_environments_and_others_only_their_own(
    login: Login, support: User, beheerder: User, outsider: User, token: Token
) -> None:
    MessageFactory(token=token)
    MessageFactory(token=TokenFactory(app_connector__environment=outsider.memberships.get().environment))
    count_messages()

    totals = [
        sum(day.total for day in login(user).get(url).context["days"])
        for user, url in ((support, SUPPORT), (beheerder, PAGE))
    ]

    assert totals == [2, 1]
    assert [login(outsider).get(PAGE).status_code, login(beheerder).get(SUPPORT).status_code] == [404, 404]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_and_never_the_large_tables(
    login: Login, beheerder: User, token: Token, count: int
) -> None:
    for _number in range(count):
        MessageFactory(token=token)
    count_messages()
    client = login(beheerder)

    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE)

    assert len(queries) == 20


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_load_balancer_asks_without_signing_in(client: Client, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (200, b"ok", "no-store")
