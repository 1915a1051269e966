"""Opening an environment: by support staff and superusers, with its first administrator, in one go."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from connectors.models import Environment
from portal.models import Membership, User

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]
PAGE = "/support/omgevingen/nieuw/"
ASKED = {
    "code": "o77777ab",
    "office": "Kantoor Nieuw",
    "email": "nieuw@example.test",
    "name": "Nienke Nieuw",
    "username": "nienke",
}


@pytest.mark.parametrize("who", ["support", "superuser"])
def test_an_environment_comes_with_its_first_administrator(
    login: Login, request: pytest.FixtureRequest, who: str
) -> None:
    user: User = request.getfixturevalue(who)

    answer = login(user).post(PAGE, ASKED)

    made = Environment.objects.get(code="O77777AB")
    membership = Membership.objects.select_related("user").get(environment=made)
    assert (membership.role, membership.user.username) == ("beheerder", "nienke")
    assert (made.participant_number, "<code>77777</code>" in answer.content.decode()) == ("77777", True)
    assert (made.name, made.message_types.filter(blocked=True).count()) == ("Kantoor Nieuw", 4)
    assert membership.user.check_password(answer.context["password"])
    assert answer["Cache-Control"].count("no-store") == 1


def test_who_has_an_account_gets_no_password(login: Login, support: User, beheerder: User) -> None:
    answer = login(support).post(PAGE, ASKED | {"email": beheerder.email, "name": "", "username": ""})

    assert (answer.status_code, answer.context["password"]) == (200, "")
    assert beheerder.memberships.count() == 2


@pytest.mark.parametrize(
    "wrong", [{"code": "O12345AB"}, {"code": "12345"}, {"email": "nieuw"}, {"name": "", "username": ""}]
)
def test_what_is_wrong_makes_nothing(
    login: Login, support: User, environment: Environment, wrong: dict[str, str]
) -> None:
    answer = login(support).post(PAGE, ASKED | wrong)

    assert (answer.status_code, Environment.objects.count()) == (422, 1)
    assert not User.objects.filter(username="nienke").exists()


def test_for_others_the_page_does_not_exist(login: Login, beheerder: User) -> None:
    assert [login(beheerder).get(PAGE).status_code, login(beheerder).post(PAGE, ASKED).status_code] == [404, 404]
