"""The pages of organisations: what they show, who may change what, and that the list stays cheap."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from connectors.models import Environment
from messaging import queries_organisations
from messaging.models import Organisation, OrganisationNumber
from messaging.queries_organisations import organisations_page
from portal.models import User
from tests.factories import OrganisationFactory
from tests.messaging.readings import make_read_message

Login = Callable[[User], Client]
CHANGES = ["rename", "number_add", "archive", "restore", "delete"]
FIRST = "btw-2017-q1-nt11.xbrl"


def _organisation(environment: Environment, name: str, number: str = "") -> Organisation:
    made: Organisation = OrganisationFactory(environment=environment, name=name)
    if number:
        OrganisationNumber.objects.create(organisation=made, environment=environment, scheme="btw", number=number)
    return made


def url(name: str, environment: Environment, *args: object) -> str:
    return reverse(f"messaging:organisation_{name}", args=[environment.code, *args])


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_queries_for_any_number_of_rows(
    environment: Environment,
    behandelaar: User,
    login: Login,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for n in range(count):
        _organisation(environment, f"Bedrijf {n}", f"00123456{n}B01")
    client = login(behandelaar)
    client.get(url("list", environment))

    with django_assert_num_queries(7):
        answer = client.get(url("list", environment))

    assert len(answer.context["page"].rows) == count


def test_pages_go_by_name_without_doubles(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries_organisations, "PAGE_SIZE", 2)
    for name in ("Cleo", "Alfa", "Bravo", "Echo", "Delta"):
        _organisation(environment, name)

    first = organisations_page(environment)
    second = organisations_page(environment, after=first.onward)
    third = organisations_page(environment, after=second.onward)
    back = organisations_page(environment, before=third.back)

    assert [[row.name for row in page.rows] for page in (first, second, third, back)] == [
        ["Alfa", "Bravo"],
        ["Cleo", "Delta"],
        ["Echo"],
        ["Cleo", "Delta"],
    ]
    assert (first.back, third.onward, organisations_page(environment, before=second.back).back) == ("", "", "")


@pytest.mark.parametrize(
    ("typed", "found"),
    [("bakk", ["Bakkerij"]), ("NL 0012.34.567", ["Bakkerij"]), ("001234567b01", ["Bakkerij"]), ("niets", [])],
)
def test_the_list_is_searched_by_name_and_number(
    environment: Environment, auditor: User, login: Login, typed: str, found: list[str]
) -> None:
    _organisation(environment, "Bakkerij", "001234567B01")
    _organisation(environment, "Slagerij", "009876543B01")
    _organisation(OrganisationFactory().environment, "Bakker elders", "001234567B01")

    page = login(auditor).get(url("list", environment), {"q": typed}).context["page"]

    assert [row.name for row in page.rows] == found


def test_an_organisation_is_made_with_its_numbers_in_one_go(
    environment: Environment, beheerder: User, login: Login
) -> None:
    client = login(beheerder)
    values = {"name": "Bakkerij B.V.", "btw": "NL001234567B01", "kvk": "123456782"}

    refused = client.post(url("add", environment), values)
    answer = client.post(url("add", environment), values | {"kvk": "01234567"})

    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["kvk"])
    made = Organisation.objects.get(environment=environment)
    assert answer["Location"] == url("detail", environment, made.pk)
    assert {(n.scheme, n.number) for n in made.numbers.all()} == {("btw", "001234567B01"), ("kvk", "01234567")}


def test_a_number_that_is_added_says_how_many_messages_it_linked(
    environment: Environment, beheerder: User, login: Login
) -> None:
    message, made = make_read_message(environment, FIRST), _organisation(environment, "Bakkerij B.V.")

    answer = login(beheerder).post(
        url("number_add", environment, made.pk), {"scheme": "btw", "number": message.reading.number}
    )

    assert "1" in str(next(iter(get_messages(answer.wsgi_request))))
    page = login(beheerder).get(url("detail", environment, made.pk))
    assert page.context["latest"] == [message]


def test_a_number_is_taken_away_after_the_question(environment: Environment, beheerder: User, login: Login) -> None:
    made = _organisation(environment, "Bakkerij B.V.", "001234567B01")
    address = url("number_remove", environment, made.pk, made.numbers.get().pk)
    client = login(beheerder)

    assert client.get(address).context["count"] == 0
    client.post(address)

    assert made.numbers.count() == 0


def test_archive_and_back(environment: Environment, beheerder: User, login: Login) -> None:
    made, client = _organisation(environment, "Bakkerij B.V."), login(beheerder)

    client.post(url("archive", environment, made.pk))
    lists = [client.get(url("list", environment), query).context["page"].rows for query in ({}, {"archief": "1"})]
    client.post(url("restore", environment, made.pk))

    assert lists == [[], [made]]
    assert Organisation.objects.get(pk=made.pk).archived_at is None


def test_what_is_deleted_is_gone(environment: Environment, beheerder: User, login: Login) -> None:
    made, client = _organisation(environment, "Bakkerij B.V."), login(beheerder)

    assert client.get(url("delete", environment, made.pk)).status_code == 200
    answer = client.post(url("delete", environment, made.pk))

    assert (answer["Location"], Organisation.objects.exists()) == (url("list", environment), False)


@pytest.mark.parametrize("name", CHANGES)
def test_who_assesses_reads_organisations_and_changes_none(
    environment: Environment, behandelaar: User, login: Login, name: str
) -> None:
    made, client = _organisation(environment, "Bakkerij B.V."), login(behandelaar)
    values = {"name": "Anders", "scheme": "btw", "number": "001234567B01"}

    assert client.get(url("detail", environment, made.pk)).status_code == 200
    assert client.post(url(name, environment, made.pk), values).status_code == 403
    assert client.post(url("add", environment), values).status_code == 403
    assert list(Organisation.objects.values_list("name", "archived_at")) == [("Bakkerij B.V.", None)]


@pytest.mark.parametrize("name", [*CHANGES, "detail", "number_remove"])
def test_another_environments_organisation_is_not_found(
    environment: Environment, beheerder: User, outsider: User, login: Login, name: str
) -> None:
    elsewhere = Environment.objects.get(code="O99999ZZ")
    foreign = _organisation(elsewhere, "Vreemd B.V.", "001234567B01")
    args = [foreign.pk, *([foreign.numbers.get().pk] if name == "number_remove" else [])]
    send = login(beheerder).get if name == "detail" else login(beheerder).post

    answers = [send(url(name, place, *args), {"name": "X"}) for place in (environment, elsewhere)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert foreign.numbers.count() == 1
