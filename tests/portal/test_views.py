"""The way in: each person is sent to where their work is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from connectors.models import Environment
from portal.models import Role, User
from tests.factories import EnvironmentFactory, MembershipFactory, SystemUserFactory, UserFactory

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]


@pytest.mark.parametrize("persona", ["beheerder", "behandelaar", "auditor"])
def test_who_has_one_environment_goes_straight_there(
    request: pytest.FixtureRequest, login: Login, persona: str
) -> None:
    answer = login(request.getfixturevalue(persona)).get("/")

    assert (answer.status_code, answer["Location"]) == (302, "/O12345AB/")


def test_an_assessor_goes_on_to_the_messages(login: Login, behandelaar: User) -> None:
    answer = login(behandelaar).get("/O12345AB/")

    assert (answer.status_code, answer["Location"]) == (302, "/O12345AB/berichten/")


def test_who_has_several_chooses(login: Login, beheerder: User) -> None:
    MembershipFactory(user=beheerder, environment=EnvironmentFactory(code="T54321XY"), role=Role.AUDITOR)
    EnvironmentFactory(code="O99999ZZ")

    page = login(beheerder).get("/").content.decode()

    assert 'href="/O12345AB/"' in page
    assert 'href="/T54321XY/"' in page
    assert "O99999ZZ" not in page


def test_support_staff_go_to_the_queue(login: Login, support: User) -> None:
    assert login(support).get("/")["Location"] == "/support/incidenten/"


def test_support_staff_with_an_environment_choose(login: Login, support: User, environment: Environment) -> None:
    MembershipFactory(user=support, environment=environment)

    page = login(support).get("/").content.decode()

    assert 'href="/O12345AB/"' in page
    assert 'href="/support/incidenten/"' in page


def test_a_superuser_without_environment_is_led_to_the_admin_site(login: Login, superuser: User) -> None:
    assert 'href="/admin/"' in login(superuser).get("/").content.decode()


def test_who_belongs_nowhere_reads_what_to_do(login: Login) -> None:
    client = login(UserFactory(email="nico@kantoor.test"))
    client.cookies["django_language"] = "en"

    page = client.get("/").content.decode()

    assert "You have no access to an environment yet" in page
    assert "nico@kantoor.test" in page


def test_a_system_users_place_is_no_place_to_go(environment: Environment, login: Login) -> None:
    user = SystemUserFactory()
    MembershipFactory(user=user, environment=environment, role=Role.SYSTEM)

    assert "O12345AB" not in login(user).get("/").content.decode()


def test_who_is_not_signed_in_signs_in_first(client: Client) -> None:
    assert client.get("/")["Location"] == "/account/login/?next=/"


def test_another_environments_home_is_not_found(login: Login, environment: Environment, outsider: User) -> None:
    assert login(outsider).get("/O12345AB/").status_code == 404
