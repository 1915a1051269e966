"""The pages of user groups: who is in them, which app connectors go by them, and what leaving means."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connectors.explanations import Fix
from connectors.models import Environment, GroupMember, UserGroup
from messaging.fixes import fix_link
from portal.models import User
from tests.factories import AllowlistEntryFactory, AppConnectorFactory, TokenFactory, UserGroupFactory
from tests.messaging.entries import entry_of

BASE = "/O12345AB/beheer/gebruikersgroepen/"

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def manager(login: Login, beheerder: User) -> Client:
    client = login(beheerder)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def group(environment: Environment) -> UserGroup:
    made: UserGroup = UserGroupFactory(environment=environment, name="Koppelgroep")
    return made


@pytest.fixture
def here(group: UserGroup) -> str:
    return f"{BASE}{group.pk}/"


def test_the_list_names_groups_with_their_app_connectors(
    manager: Client, environment: Environment, group: UserGroup
) -> None:
    AppConnectorFactory(environment=environment, group=group, description="SnelStart")
    UserGroupFactory(name="Vreemde groep")

    page = manager.get(BASE).content.decode()

    assert ("Koppelgroep" in page, "SnelStart" in page, "Vreemde groep" in page) == (True, True, False)


@pytest.mark.parametrize("groups", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(manager: Client, environment: Environment, groups: int) -> None:
    for _n in range(groups):
        TokenFactory(app_connector=AppConnectorFactory(environment=environment))
    manager.get(BASE)

    with CaptureQueriesContext(connection) as queries:
        manager.get(BASE)

    assert len(queries) == 7, [query["sql"][:90] for query in queries]


def test_an_empty_list_says_what_to_do(manager: Client) -> None:
    assert "No user groups yet" in manager.get(BASE).content.decode()


def test_a_group_is_made(manager: Client, environment: Environment) -> None:
    answer = manager.post(f"{BASE}nieuw/", {"name": "Nieuw"})

    group = environment.user_groups.get()
    assert (group.name, answer.status_code, answer["Location"]) == ("Nieuw", 303, f"{BASE}{group.pk}/")


@pytest.mark.parametrize("path", ["nieuw/", "{pk}/naam/"])
def test_a_name_that_is_taken_is_refused_at_the_field(manager: Client, environment: Environment, path: str) -> None:
    UserGroupFactory(environment=environment, name="Bezet")
    group = UserGroupFactory(environment=environment, name="Koppelgroep")

    answer = manager.post(BASE + path.format(pk=group.pk), {"name": "bezet"})

    assert answer.status_code == 422
    assert answer.content.decode().count("This environment has a group of this name already.") == 2
    assert {*environment.user_groups.values_list("name", flat=True)} == {"Bezet", "Koppelgroep"}


def test_a_group_is_renamed(manager: Client, group: UserGroup, here: str) -> None:
    answer = manager.post(f"{here}naam/", {"name": "Anders"})

    group.refresh_from_db()
    assert (group.name, answer["Location"]) == ("Anders", here)


@pytest.mark.parametrize(("headers", "status"), [({}, 303), (HTMX, 200)])
def test_a_user_is_put_in_the_group(
    manager: Client, beheerder: User, group: UserGroup, here: str, headers: dict[str, str], status: int
) -> None:
    answer = manager.post(f"{here}leden/", {"membership": beheerder.memberships.get().pk}, headers=headers)

    assert answer.status_code == status
    assert [*group.members.values_list("user", flat=True)] == [beheerder.pk]


def test_it_is_said_beforehand_what_putting_a_user_in_lets_through(
    manager: Client, environment: Environment, group: UserGroup, here: str
) -> None:
    app_connector = AppConnectorFactory(environment=environment, group=group)
    app_connector.grants.create(connector="CommSvcConnector")
    AllowlistEntryFactory(network=ip_network("203.0.113.7/32"))
    tokens = [TokenFactory(app_connector=app_connector) for _user in range(2)]
    for times, token in enumerate(tokens, start=1):
        group.members.filter(user=token.user).delete()
        about = {"app_connector": app_connector, "token": token, "method": "profitversion"}
        entry = entry_of(environment, cause="user_not_in_group", repeats=times, **about)
    link = fix_link(entry, Fix.ADD_TO_GROUP)
    assert link is not None

    of_both = manager.get(here).content.decode()
    of_one = manager.get(link.url)

    assert "Lets in 3 of the 3 refused calls of the past 7 days." in of_both
    assert "Lets in 2 of the 2 refused calls of the past 7 days." in of_one.content.decode()
    assert of_one.context["newcomer"] == tokens[1].user
    assert manager.get(f"{here}?member=x1").context["newcomer"] is None


def test_another_environments_user_is_not_put_in_the_group(
    manager: Client, outsider: User, group: UserGroup, here: str
) -> None:
    answer = manager.post(f"{here}leden/", {"membership": outsider.memberships.get().pk})

    assert answer.status_code == 422
    assert "is no user of this environment (any more)" in answer.content.decode()
    assert not group.members.exists()


def test_taking_out_names_the_tokens_that_are_refused_then(
    manager: Client, environment: Environment, group: UserGroup, here: str
) -> None:
    token = TokenFactory(app_connector=AppConnectorFactory(environment=environment, group=group))
    member = group.members.get()

    question = manager.get(f"{here}leden/{member.pk}/verwijderen/").content.decode()
    still = group.members.count()
    answer = manager.post(f"{here}leden/{member.pk}/verwijderen/")

    assert ("From now on these tokens are refused" in question, token.hint in question, still) == (True, True, 1)
    assert (answer["Location"], group.members.count()) == (here, 0)


def test_taking_out_who_has_no_token_stops_nothing(
    manager: Client, environment: Environment, beheerder: User, group: UserGroup, here: str
) -> None:
    member = GroupMember.objects.create(group=group, user=beheerder, environment=environment)

    question = manager.get(f"{here}leden/{member.pk}/verwijderen/").content.decode()

    assert "so nothing stops working" in question
