"""The list of the communication log: whose entries one sees, and how one finds them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.models import Environment
from portal.models import User
from tests.factories import EnvironmentFactory, MessageFactory, OrganisationFactory, TokenFactory
from tests.messaging.entries import SUPPORT, Login, entry_of, list_of, page_of, shown

pytestmark = pytest.mark.django_db


def test_the_list_shows_the_entries_of_the_environment_newest_first(
    environment: Environment, beheerder: User, login: Login
) -> None:
    first, second = entry_of(environment), entry_of(environment, cause="connector_blocked")
    entry_of(EnvironmentFactory())
    entry_of(None)

    assert shown(login(beheerder), list_of(environment)) == [second, first]


def test_a_call_that_names_no_customer_environment_stands_under_that_of_its_token(
    environment: Environment, beheerder: User, login: Login
) -> None:
    token = TokenFactory(app_connector__environment=environment, customer_environment="O67890AA")
    entry_of(environment, token=token)

    assert "O67890AA" in login(beheerder).get(list_of(environment)).content.decode()


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
        {"q": "192.0.2.0/24"},
        {"q": "192.0.2.9/24"},
        {"q": "::ffff:192.0.2.9"},
        {"q": "8a39"},
        {"q": "…8A39"},
        {"cause": "connector_blocked"},
        {"sender": "o 67890 aa"},
        {"sender": "BTW-2026-0911"},
        {"state": "solved"},
        {"state": "solved", "cause": "connector_blocked", "since": "2026-03-01", "q": "192.0.2.9"},
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
        sender_environment="O67890AA",
        external_message_id="BTW-2026-0911",
        resolved_at="2026-03-02T23:40:00+01:00",
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

    # Session, user, membership, entries, what is known now about their tokens.
    with django_assert_num_queries(5):
        client.get(list_of(environment), headers={"HX-Request": "true"})


def test_the_menu_counts_what_nobody_has_solved_here(environment: Environment, beheerder: User, login: Login) -> None:
    for values in ({}, {}, {"resolved_at": timezone.now(), "resolution": "Opgelost"}):
        entry_of(environment, **values)
    entry_of(EnvironmentFactory())

    with CaptureQueriesContext(connection) as queries:
        answer = login(beheerder).get(list_of(environment))

    menu = answer.context["frame"].menu
    assert [item.count for section in menu for item in section.items if item.icon == "log"] == ["2"]
    [counted] = [query["sql"] for query in queries if "bounded" in query["sql"]]
    with connection.cursor() as cursor:
        # In a table this small the planner would rather read all of it.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {counted}")
        assert "log_open" in "".join(line for (line,) in cursor.fetchall())


def test_pages_go_by_key(environment: Environment, beheerder: User, login: Login) -> None:
    entries = [entry_of(environment) for _ in range(51)]
    client = login(beheerder)

    newest = client.get(list_of(environment)).context["page"]
    oldest = shown(client, list_of(environment), after=str(newest.onward))

    assert newest.rows == entries[:0:-1]
    assert oldest == entries[:1]


def test_failures_of_a_message_are_found_by_its_id_and_its_organisation(
    environment: Environment, beheerder: User, login: Login
) -> None:
    organisation = OrganisationFactory(environment=environment, name="Timmerbedrijf Van Dalen B.V.")
    organisation.numbers.create(environment=environment, scheme="btw", number="001234567B01")
    message = MessageFactory(token__app_connector__environment=environment, organisation=organisation)
    wanted = entry_of(environment, cause="not_processable", door="worker", message=message)
    entry_of(environment)
    client = login(beheerder)

    found = [
        shown(client, list_of(environment), **query)
        for query in ({"q": message.public_id}, {"sender": "van dalen"}, {"sender": "NL001234567B01"})
    ]

    assert found == [[wanted]] * 3


@pytest.mark.parametrize("wide", ["10.0.0.0/8", "2001:db8::/16"])
def test_too_wide_a_network_is_not_looked_up(
    wide: str, environment: Environment, beheerder: User, login: Login
) -> None:
    assert login(beheerder).get(list_of(environment), {"q": wide}).status_code == 422


def _references(answer: Any) -> list[str]:
    return re.findall(r"communicatielogboek/([0-9A-F]{32})/", answer.content.decode())


@pytest.mark.parametrize("door", ["environment", "support"])
def test_who_follows_the_log_gets_what_is_new_and_nothing_twice(
    door: str, environment: Environment, beheerder: User, support: User, login: Login
) -> None:
    client, here = (login(support), SUPPORT) if door == "support" else (login(beheerder), list_of(environment))
    old = entry_of(environment)
    page = client.get(here).content.decode()
    nothing = client.get(f"{here}nieuw/", {"newer": str(old.pk)})
    first, second = entry_of(environment), entry_of(environment, cause="connector_blocked")

    fresh = client.get(f"{here}nieuw/", {"newer": str(old.pk)}, headers={"HX-Request": "true"})
    filtered = client.get(
        f"{here}nieuw/", {"newer": str(old.pk), "cause": "token_expired"}, headers={"HX-Request": "true"}
    )

    assert f"nieuw/?newer={old.pk}" in page
    assert (nothing.status_code, nothing.content) == (204, b"")
    assert _references(fresh) == [second.public_reference, first.public_reference]
    assert f"nieuw/?newer={second.pk}" in fresh.content.decode()
    assert "data-announce" in fresh.content.decode()
    assert _references(filtered) == [first.public_reference]


def test_the_first_refusal_ever_draws_the_whole_list(environment: Environment, beheerder: User, login: Login) -> None:
    client, here = login(beheerder), list_of(environment)
    before = client.get(f"{here}nieuw/", {"newer": "0"}, headers={"HX-Request": "true"})
    entry_of(environment)

    after = client.get(f"{here}nieuw/", {"newer": "0"}, headers={"HX-Request": "true"})

    assert before.status_code == 204
    assert after["HX-Retarget"] == "#results"
    assert after.content.decode().strip().startswith('<div id="results"')


@pytest.mark.parametrize("query", [{"live": "0"}, {"after": "99999"}])
def test_a_list_that_is_paused_or_of_long_ago_asks_for_nothing(
    query: dict[str, str], environment: Environment, beheerder: User, login: Login
) -> None:
    entry_of(environment)

    page = login(beheerder).get(list_of(environment), query).content.decode()

    assert "every 5s" not in page


@pytest.mark.parametrize("newer", ["", "x", "-1", "9" * 30])
def test_what_is_no_place_in_the_log_brings_nothing(
    newer: str, environment: Environment, beheerder: User, login: Login
) -> None:
    entry_of(environment)

    assert login(beheerder).get(f"{list_of(environment)}nieuw/", {"newer": newer}).status_code == 204


def test_a_mended_refusal_is_shown_as_solved(environment: Environment, beheerder: User, login: Login) -> None:
    token = TokenFactory(app_connector__environment=environment)
    mended = entry_of(environment, cause="connector_blocked", token=token, app_connector=token.app_connector)
    still = entry_of(environment, cause="connector_not_granted", token=token, app_connector=token.app_connector)

    solved = login(beheerder).get(list_of(environment)).context["solved"]

    assert (mended.pk in solved, still.pk in solved) == (True, False)
