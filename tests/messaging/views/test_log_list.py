"""The list of the communication log: whose entries one sees, and how one finds them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.models import Environment
from portal.models import User
from tests.factories import EnvironmentFactory, TokenFactory
from tests.messaging.entries import SUPPORT, Login, entry_of, list_of, page_of, shown

pytestmark = pytest.mark.django_db


def test_the_list_shows_the_entries_of_the_environment_newest_first(
    environment: Environment, beheerder: User, login: Login
) -> None:
    first, second = entry_of(environment), entry_of(environment, cause="connector_blocked")
    entry_of(EnvironmentFactory())
    entry_of(None)

    assert shown(login(beheerder), list_of(environment)) == [second, first]


def test_support_sees_the_entries_of_all_environments_and_of_none(
    environment: Environment, support: User, login: Login
) -> None:
    entries = [entry_of(environment), entry_of(EnvironmentFactory()), entry_of(None)]

    assert shown(login(support), SUPPORT) == entries[::-1]


@pytest.mark.parametrize(
    "write",
    [
        lambda reference: reference.hex.upper(),
        lambda reference: reference.hex,
        lambda reference: f" {reference} ",
        lambda reference: f"{{{str(reference).upper()}}}",
        lambda reference: " ".join(reference.hex.upper()[at : at + 8] for at in range(0, 32, 8)),
    ],
)
def test_a_pasted_reference_leads_straight_to_its_entry(
    write: Callable[[Any], str], environment: Environment, beheerder: User, login: Login
) -> None:
    entry = entry_of(environment)
    entry_of(environment)

    answer = login(beheerder).get(list_of(environment), {"q": write(entry.reference)})

    assert (answer.status_code, answer["Location"]) == (303, page_of(environment, entry))


def test_a_reference_of_another_environment_is_not_found(
    environment: Environment, beheerder: User, login: Login
) -> None:
    foreign = entry_of(EnvironmentFactory())

    answer = login(beheerder).get(list_of(environment), {"q": foreign.public_reference})

    assert (answer.status_code, answer.context["page"].rows) == (200, [])


@pytest.mark.parametrize(
    "query",
    [
        {"q": "192.0.2.9"},
        {"q": "8a39"},
        {"q": "…8A39"},
        {"cause": "connector_blocked"},
        {"since": "2026-03-02", "until": "2026-03-02"},
    ],
)
def test_entries_are_found_by_what_people_know(
    query: dict[str, str], environment: Environment, beheerder: User, login: Login
) -> None:
    wanted = entry_of(
        environment,
        address="192.0.2.9",
        token_hint="8A39",
        cause="connector_blocked",
        at="2026-03-02T23:30:00+01:00",
    )
    entry_of(environment, at="2026-03-03T00:10:00+01:00")

    assert shown(login(beheerder), list_of(environment), **query) == [wanted]


def test_what_cannot_be_looked_up_is_said_beside_the_field(
    environment: Environment, beheerder: User, login: Login
) -> None:
    entry_of(environment)

    answer = login(beheerder).get(list_of(environment), {"q": "factuur 12"})

    assert (answer.status_code, answer.context["page"].rows) == (422, [])
    assert [*answer.context["form"].errors] == ["q"]


def test_htmx_gets_the_results_alone(environment: Environment, beheerder: User, login: Login) -> None:
    entry_of(environment)

    answer = login(beheerder).get(list_of(environment), headers={"HX-Request": "true"})

    assert answer.content.decode().strip().startswith('<div id="results"')


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_few_queries_however_long_it_is(
    rows: int, environment: Environment, beheerder: User, login: Login, django_assert_num_queries: Any
) -> None:
    for _ in range(rows):
        token = TokenFactory(app_connector__environment=environment)
        entry_of(environment, token=token, app_connector=token.app_connector)
    client = login(beheerder)

    # Session, user, membership, entries.
    with django_assert_num_queries(4):
        client.get(list_of(environment), headers={"HX-Request": "true"})


def test_pages_go_by_key(environment: Environment, beheerder: User, login: Login) -> None:
    entries = [entry_of(environment) for _ in range(51)]
    client = login(beheerder)

    newest = client.get(list_of(environment)).context["page"]
    oldest = shown(client, list_of(environment), after=str(newest.onward))

    assert newest.rows == entries[:0:-1]
    assert oldest == entries[:1]
