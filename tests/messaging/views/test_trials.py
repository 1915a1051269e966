"""The pages of test messages: who may ask for one, what they look on at, and whose they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from connectors.models import Environment, Token
from messaging.models import Trial
from portal.models import User
from tests.factories import AppConnectorFactory, TokenFactory

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]
ADD = "/O12345AB/testbericht/"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def token(environment: Environment) -> Token:
    made: Token = TokenFactory(
        app_connector__environment=environment, customer_environment="O67890AA", last_used_address="203.0.113.9"
    )
    return made


def _jobs() -> list[tuple[str, dict[str, int]]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args FROM procrastinate_jobs")
        return list(cursor.fetchall())


def _trial(token: Token, **given: Any) -> Trial:
    return Trial.objects.create(
        environment=token.environment, message_type="BTW", token=token, address="203.0.113.9", **given
    )


def test_asking_makes_a_test_and_its_job(login: Login, beheerder: User, token: Token) -> None:
    answer = login(beheerder).post(ADD, {"message_type": "BTW", "token": token.pk, "address": " 203.0.113.7 "})

    trial = Trial.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"{ADD}{trial.pk}/")
    assert (trial.token, trial.address, trial.requested_by) == (token, "203.0.113.7", beheerder)
    assert [(name, "trial" in args) for name, args in _jobs()] == [("carry_out_trial", True)]


def test_the_form_begins_with_what_is_known(login: Login, beheerder: User, token: Token) -> None:
    page = login(beheerder).get(ADD)

    assert page.context["form"].initial == {"message_type": "", "token": token.pk, "address": "203.0.113.9"}


@pytest.mark.parametrize("address", ["", "203.0.113.0/28", "thuis"])
def test_a_test_needs_one_address(login: Login, beheerder: User, token: Token, address: str) -> None:
    answer = login(beheerder).post(ADD, {"message_type": "BTW", "token": token.pk, "address": address})

    assert (answer.status_code, Trial.objects.count(), _jobs()) == (422, 0, [])


def test_tokens_of_others_and_of_tests_cannot_be_chosen(login: Login, beheerder: User, token: Token) -> None:
    others = [
        TokenFactory(),
        TokenFactory(app_connector=token.app_connector, test_address="203.0.113.7"),
        TokenFactory(app_connector=token.app_connector, deleted_at=timezone.now()),
    ]
    client = login(beheerder)

    answers = [
        client.post(ADD, {"message_type": "BTW", "token": other.pk, "address": "203.0.113.7"}).status_code
        for other in others
    ]

    assert (answers, Trial.objects.count()) == ([422, 422, 422], 0)


def test_without_a_token_the_page_says_what_to_do(login: Login, beheerder: User, environment: Environment) -> None:
    AppConnectorFactory(environment=environment)

    page = login(beheerder).get(ADD).content.decode()

    assert "/O12345AB/beheer/app-connectors/nieuw/" in page


def test_only_administrators_test(login: Login, auditor: User, behandelaar: User, token: Token) -> None:
    trial = _trial(token)

    answers = [login(auditor).get(ADD), login(auditor).post(ADD), login(behandelaar).get(f"{ADD}{trial.pk}/")]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert login(auditor).get(f"{ADD}{trial.pk}/").status_code == 200


def test_a_test_of_another_environment_does_not_exist(login: Login, beheerder: User, token: Token) -> None:
    foreign = _trial(TokenFactory())

    assert login(beheerder).get(f"{ADD}{foreign.pk}/").status_code == 404


def test_the_page_asks_again_until_it_is_over(login: Login, beheerder: User, token: Token) -> None:
    trial, client = _trial(token), login(beheerder)
    htmx = {"HX-Request": "true"}

    under_way = client.get(f"{ADD}{trial.pk}/", headers=htmx).content.decode()
    Trial.objects.update(finished_at=timezone.now(), outcome=Trial.Outcome.LOST)
    over = client.get(f"{ADD}{trial.pk}/", headers=htmx).content.decode()

    assert ("every 1s" in under_way, "every 1s" in over) == (True, False)
    assert ("<html" in under_way, "De test is niet uitgevoerd" in over) == (False, True)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_number_of_queries(login: Login, beheerder: User, token: Token, count: int) -> None:
    for _number in range(count):
        _trial(
            TokenFactory(app_connector__environment=token.environment),
            finished_at=timezone.now(),
            outcome=Trial.Outcome.TAKEN,
        )
    client = login(beheerder)
    client.get(ADD)

    with CaptureQueriesContext(connection) as queries:
        client.get(ADD)

    assert len(queries) == 13
