"""The pages of users: what they show, who may change, and what stands there when it cannot be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.models import Environment, GroupMember
from portal.models import Membership, Role, User
from tests.factories import (
    AppConnectorFactory,
    MembershipFactory,
    SystemUserFactory,
    TokenFactory,
    UserFactory,
    UserGroupFactory,
)

BASE = "/O12345AB/beheer/gebruikers/"

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def manager(login: Login, beheerder: User) -> Client:
    client = login(beheerder)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def member(behandelaar: User) -> Membership:
    return behandelaar.memberships.get()


@pytest.fixture
def here(member: Membership) -> str:
    return f"{BASE}{member.pk}/"


def _person(**changed: str) -> dict[str, str]:
    return {"email": "eva@kantoor.test", "name": "Eva Jansen", "username": "eva", "role": "auditor", **changed}


def test_the_list_names_everybody_with_role_group_state_and_use(manager: Client, environment: Environment) -> None:
    used = timezone.now()
    group = UserGroupFactory(environment=environment, name="Koppelgroep")
    token = TokenFactory(app_connector=AppConnectorFactory(environment=environment, group=group), last_used_at=used)
    MembershipFactory(environment=environment, user=UserFactory(name="Bob Blok", is_active=False), role=Role.AUDITOR)
    MembershipFactory(user=UserFactory(name="Vreemde"))

    page = manager.get(BASE).content.decode()

    for words in ("Persoon beheerder", "Bob Blok", "Auditor", "Blocked", token.user.name, "Koppelgroep"):
        assert words in page
    assert f"{timezone.localtime(used):%d-%m-%Y %H:%M}" in page
    assert "Vreemde" not in page


@pytest.mark.parametrize("users", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(manager: Client, environment: Environment, users: int) -> None:
    for _n in range(users):
        TokenFactory(app_connector=AppConnectorFactory(environment=environment))
    manager.get(BASE)

    with CaptureQueriesContext(connection) as queries:
        manager.get(BASE)

    assert len(queries) == 7, [query["sql"][:90] for query in queries]


def test_who_reads_gets_no_buttons(login: Login, auditor: User) -> None:
    client = login(auditor)
    client.cookies["django_language"] = "en"

    for address in (BASE, f"{BASE}{auditor.memberships.get().pk}/"):
        page = client.get(address).content.decode()

        assert "Persoon auditor" in page
        for words in ("New user", "Save role", "Remove from environment", "Put in group"):
            assert words not in page


def test_the_first_password_is_shown_once(manager: Client) -> None:
    answer = manager.post(f"{BASE}nieuw/", _person())
    password = answer.context["password"]

    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
    assert password in answer.content.decode()
    assert User.objects.get(username="eva").check_password(password)
    assert password not in manager.get(BASE).content.decode()


def test_who_has_an_account_is_added_without_a_password(manager: Client, environment: Environment) -> None:
    known = UserFactory(email="eva@kantoor.test")

    answer = manager.post(f"{BASE}nieuw/", _person(name="", username=""))

    membership = Membership.objects.get(user=known, environment=environment)
    assert (answer.status_code, answer["Location"]) == (303, f"{BASE}{membership.pk}/")
    assert membership.role == Role.AUDITOR


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"email": "geen adres"}, "Enter a valid email address."),
        ({"username": "met spatie"}, "Enter a valid username."),
        ({"username": ""}, "Nobody has an account with this e-mail address yet: fill in a user name."),
        ({"email": "beheerder@example.test"}, "This person is a user of this environment already."),
    ],
)
def test_a_refusal_stands_at_its_field_and_what_was_typed_stays(
    manager: Client, changed: dict[str, str], words: str
) -> None:
    answer = manager.post(f"{BASE}nieuw/", _person(**changed))
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "<title>Error: New user" in page.replace("\n", "")
    assert page.count(words) == 2
    assert 'value="Eva Jansen"' in page
    assert not User.objects.filter(name="Eva Jansen").exists()


def test_a_system_user_is_made_in_its_group(manager: Client, environment: Environment) -> None:
    group = UserGroupFactory(environment=environment)

    answer = manager.post(f"{BASE}nieuw-systeemgebruiker/", {"name": "SnelStart O67890AA", "group": group.pk})

    user = User.objects.get(name="SnelStart O67890AA")
    assert answer["Location"] == f"{BASE}{user.memberships.get().pk}/"
    assert (user.kind, user.has_usable_password()) == (User.Kind.SYSTEM, False)
    assert [*group.members.values_list("user", flat=True)] == [user.pk]


def test_a_system_user_does_not_get_another_environments_group(manager: Client) -> None:
    answer = manager.post(f"{BASE}nieuw-systeemgebruiker/", {"name": "Vreemd", "group": UserGroupFactory().pk})

    assert answer.status_code == 422
    assert not User.objects.filter(name="Vreemd").exists()


def test_without_groups_the_page_says_what_to_do(manager: Client) -> None:
    assert "There is no user group yet" in manager.get(f"{BASE}nieuw-systeemgebruiker/").content.decode()


def test_a_role_is_saved_on_the_page_itself(manager: Client, member: Membership, here: str) -> None:
    answer = manager.post(f"{here}rol/", {"role": "auditor"})

    member.refresh_from_db()
    assert (answer.status_code, answer["Location"], member.role) == (303, here, Role.AUDITOR)
    assert "The role has been saved." in manager.get(here).content.decode()


def test_a_role_is_saved_in_place_with_htmx(manager: Client, member: Membership, here: str) -> None:
    answer = manager.post(f"{here}rol/", {"role": "auditor"}, headers=HTMX)
    part = answer.content.decode()

    member.refresh_from_db()
    assert (answer.status_code, member.role) == (200, Role.AUDITOR)
    assert part.lstrip().startswith('<div id="member"')
    assert "The role has been saved." in part


def test_the_last_administrator_reads_why_the_role_stays(manager: Client, beheerder: User) -> None:
    membership = beheerder.memberships.get()

    answer = manager.post(f"{BASE}{membership.pk}/rol/", {"role": "auditor"})

    assert answer.status_code == 422
    assert answer.content.decode().count("You are the only administrator of this environment.") == 2
    assert beheerder.memberships.get().role == Role.BEHEERDER


def test_a_user_is_put_in_a_group(manager: Client, environment: Environment, member: Membership, here: str) -> None:
    group = UserGroupFactory(environment=environment, name="Koppelgroep")

    manager.post(f"{here}groepen/", {"group": group.pk})

    assert [*group.members.values_list("user", flat=True)] == [member.user_id]
    assert "Koppelgroep" in manager.get(here).content.decode()


def test_a_user_is_not_put_in_another_environments_group(manager: Client, here: str) -> None:
    answer = manager.post(f"{here}groepen/", {"group": UserGroupFactory().pk})

    assert answer.status_code == 422
    assert not GroupMember.objects.exists()


def test_a_user_is_blocked_and_unblocked(manager: Client, behandelaar: User, here: str) -> None:
    manager.post(f"{here}blokkeren/")
    blocked = User.objects.get(pk=behandelaar.pk).is_active
    page = manager.get(here).content.decode()
    manager.post(f"{here}deblokkeren/", headers=HTMX)

    assert (blocked, User.objects.get(pk=behandelaar.pk).is_active) == (False, True)
    assert "This user is blocked" in page


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_blocking_yourself_is_answered_with_the_reason(
    manager: Client, beheerder: User, headers: dict[str, str]
) -> None:
    answer = manager.post(f"{BASE}{beheerder.memberships.get().pk}/blokkeren/", headers=headers)

    assert answer.status_code == 422
    assert "You cannot block yourself. Ask another administrator." in answer.content.decode()
    assert User.objects.get(pk=beheerder.pk).is_active


def test_a_shared_account_has_no_button_to_block(manager: Client, behandelaar: User, here: str) -> None:
    MembershipFactory(user=behandelaar)

    page = manager.get(here).content.decode()

    assert "it cannot be blocked from here" in page
    assert f"{here}blokkeren/" not in page


def test_removing_asks_first(manager: Client, environment: Environment, member: Membership, here: str) -> None:
    group = UserGroupFactory(environment=environment, name="Koppelgroep")
    GroupMember.objects.create(group=group, user=member.user, environment=environment)

    question = manager.get(f"{here}verwijderen/").content.decode()
    still = Membership.objects.filter(pk=member.pk).exists()
    answer = manager.post(f"{here}verwijderen/")

    assert ("Koppelgroep" in question, still) == (True, True)
    assert (answer.status_code, answer["Location"]) == (303, BASE)
    assert not Membership.objects.filter(pk=member.pk).exists()
    assert User.objects.filter(pk=member.user_id).exists()


def test_who_has_tokens_is_not_removed_and_the_page_leads_to_them(manager: Client, environment: Environment) -> None:
    token = TokenFactory(app_connector=AppConnectorFactory(environment=environment))
    address = f"{BASE}{token.user.memberships.get().pk}/verwijderen/"

    for answer in (manager.get(address), manager.post(address)):
        page = answer.content.decode()

        assert "This user still has tokens" in page
        assert f"/O12345AB/beheer/app-connectors/{token.app_connector_id}/gebruikerstokens/" in page
    assert token.user.memberships.exists()


def test_the_last_administrator_is_not_removed(manager: Client, beheerder: User) -> None:
    answer = manager.post(f"{BASE}{beheerder.memberships.get().pk}/verwijderen/")

    assert answer.status_code == 422
    assert "You are the only administrator of this environment." in answer.content.decode()
    assert beheerder.memberships.exists()


def test_a_system_user_without_tokens_is_shown_what_comes_next(manager: Client, environment: Environment) -> None:
    membership = MembershipFactory(user=SystemUserFactory(), environment=environment, role=Role.SYSTEM)

    page = manager.get(f"{BASE}{membership.pk}/").content.decode()

    assert "In no group: every call with a token of this user is refused." in page
    assert "No token yet." in page
    assert "Save role" not in page
