"""The list of messages: what it shows, how messages are found in it, and that it stays inside the environment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from connectors.models import Environment
from messaging.models import Message
from messaging.queries import messages_of
from messaging.statuses import Status
from portal.keyset import page_of
from portal.models import User
from tests.factories import AppConnectorFactory, OrganisationFactory, TokenFactory
from tests.messaging.readings import make_message, make_read_message

Login = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
HOSTILE = "<script>alert(1)</script>"


def url(name: str, environment: Environment, message: Message | None = None) -> str:
    return reverse(f"messaging:{name}", args=[environment.code, *([message.public_id] if message else [])])


def shown(client: Client, environment: Environment, **query: Any) -> list[Message]:
    return list(client.get(url("message_list", environment), query).context["page"].rows)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_queries_for_any_number_of_rows(
    environment: Environment,
    behandelaar: User,
    login: Login,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    messages = [make_read_message(environment, "btw-2017-q1-nt11.xbrl") for _ in range(count)]
    client = login(behandelaar)
    client.get(url("message_list", environment))

    with django_assert_num_queries(6) as captured:
        answer = client.get(url("message_list", environment))

    assert answer.context["page"].rows == messages[::-1]
    assert not [query for query in captured.captured_queries if "messagecontent" in query["sql"]]
    assert not [query for query in captured.captured_queries if '"document"' in query["sql"]]


def test_pages_are_complete_and_without_doubles_also_over_ties(environment: Environment) -> None:
    token = TokenFactory(app_connector=AppConnectorFactory(environment=environment))
    # One moment of reception for all; also the ids are of one millisecond.
    ids = [UUID(int=(1_763_000_000_000 << 80) | (7 << 76) | (2 << 62) | number) for number in range(7)]
    for message_id in ids:
        make_message(environment, token=token, id=message_id)

    found = messages_of(environment)
    first = page_of(found, {}, size=3)
    second = page_of(found, {"after": first.onward}, size=3)
    third = page_of(found, {"after": second.onward}, size=3)
    back = page_of(found, {"before": third.back}, size=3)

    assert [row.pk for page in (first, second, third) for row in page.rows] == ids[::-1]
    assert [row.pk for row in back.rows] == [row.pk for row in second.rows]
    assert [(page.back is not None, page.onward is not None) for page in (first, second, third, back)] == [
        (False, True),
        (True, True),
        (True, False),
        (True, True),
    ]


def test_the_list_filters_by_each_thing_that_people_know(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    organisation = OrganisationFactory(environment=environment, name="Timmerbedrijf Van Dalen B.V.")
    vat = make_read_message(environment, "btw-2017-q1-nt11.xbrl", organisation=organisation, external_message_id="A-1")
    other = make_message(environment, kind="ICP", status=Status.REJECTED)
    client = login(behandelaar)
    number = vat.reading.number

    assert shown(client, environment, status=30) == [vat]
    assert shown(client, environment, type="ICP") == [other]
    assert shown(client, environment, organisation="van dalen") == [vat]
    assert shown(client, environment, organisation=f"NL {number}") == [vat]
    assert shown(client, environment, reference="A-1") == [vat]
    assert shown(client, environment, reference=" ".join([other.public_id[:8].lower(), other.public_id[8:]])) == [other]
    assert shown(client, environment, organisation="Bestaat niet") == []


def test_the_period_of_reception_is_in_days_of_here(environment: Environment, behandelaar: User, login: Login) -> None:
    message = make_message(environment)
    today = timezone.localdate()
    client = login(behandelaar)

    assert shown(client, environment, received_from=today, received_to=today) == [message]
    assert shown(client, environment, received_from=today + dt.timedelta(days=1)) == []
    assert shown(client, environment, received_to=today - dt.timedelta(days=1)) == []


def test_a_date_that_is_none_is_said_and_narrows_nothing(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    message = make_message(environment)

    answer = login(behandelaar).get(url("message_list", environment), {"received_from": "31-02-2026"})

    assert list(answer.context["form"].errors) == ["received_from"]
    assert answer.context["page"].rows == [message]


def test_an_empty_list_says_whether_nothing_came_or_nothing_matches(
    environment: Environment, beheerder: User, login: Login
) -> None:
    client = login(beheerder)

    nothing = client.get(url("message_list", environment)).context["nothing_yet"]
    make_message(environment)
    no_match = client.get(url("message_list", environment), {"status": 90}).context

    assert (nothing, no_match["nothing_yet"], no_match["page"].rows) == (True, False, [])


@pytest.mark.parametrize("key", ["before", "after"])
def test_a_key_that_is_none_is_left_aside(environment: Environment, behandelaar: User, login: Login, key: str) -> None:
    message = make_message(environment)

    assert shown(login(behandelaar), environment, **{key: "x' OR 1=1"}) == [message]


def test_htmx_answers_the_rows_only(environment: Environment, behandelaar: User, login: Login) -> None:
    make_message(environment)

    body = login(behandelaar).get(url("message_list", environment), headers=HTMX).content.decode()

    assert body.lstrip().startswith('<div id="results"')
    assert "<html" not in body


def test_the_tab_shows_the_same_messages(environment: Environment, beheerder: User, login: Login) -> None:
    message = make_message(environment)

    answer = login(beheerder).get(url("message_type_messages", environment))

    assert answer.context["page"].rows == [message]
    assert url("message_type_list", environment) in answer.content.decode()


def test_the_list_and_the_filter_stay_inside_the_environment(
    environment: Environment, outsider: User, beheerder: User, login: Login
) -> None:
    foreign = make_message(Environment.objects.get(code="O99999ZZ"), external_message_id="X-9")
    client = login(beheerder)

    assert shown(client, environment) == []
    assert shown(client, environment, reference=foreign.public_id) == []
    assert shown(client, environment, reference="X-9") == []
    assert login(outsider).get(url("message_list", environment)).status_code == 404
