"""Every address of users, groups and incidents: another environment's ids are not found, and only who may changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from connectors import urls
from connectors.models import AllowlistRequest, Environment, GroupMember, UserGroup
from portal.models import Membership, Role, User
from tests.factories import AllowlistRequestFactory, MembershipFactory, UserGroupFactory

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]

SUBJECTS = {"gebruikers/": "member", "gebruikersgroepen/": "group", "allowlist-incidenten/": "incident"}
READ = {"user_list", "user_detail", "group_list", "group_detail", "incident_list", "incident_detail"}


def _subject(pattern: URLPattern) -> str:
    return next((name for path, name in SUBJECTS.items() if f"<env:code>/{path}" in _short(pattern)), "")


def _short(pattern: URLPattern) -> str:
    return str(pattern.pattern).replace("beheer/", "")


OURS = {str(pattern.name): pattern for pattern in urls.urlpatterns if _subject(pattern)}
WITH_ID = [name for name, pattern in OURS.items() if "pk" in pattern.pattern.converters]
CHANGE = sorted(OURS.keys() - READ)


def _objects(environment: Environment) -> dict[str, Any]:
    membership = MembershipFactory(environment=environment, role=Role.BEHANDELAAR)
    group = UserGroupFactory(environment=environment)
    return {
        "member": membership,
        "group": group,
        "incident": AllowlistRequestFactory(environment=environment),
        "place": GroupMember.objects.create(group=group, user=membership.user, environment=environment),
    }


def _address(name: str, found: dict[str, Any]) -> str:
    keys = {"pk": found[_subject(OURS[name])].pk, "member_pk": found["place"].pk}
    wanted = {key: keys[key] for key in OURS[name].pattern.converters if key != "code"}
    return reverse(f"connectors:{name}", kwargs={"code": "O12345AB", **wanted})


def _state() -> list[Any]:
    models = (Membership, UserGroup, GroupMember, AllowlistRequest)
    return [[*model.objects.order_by("pk").values()] for model in models]


def test_the_loop_knows_every_address() -> None:
    assert (len(OURS), len(WITH_ID), len(CHANGE)) == (19, 12, 13)


@pytest.mark.parametrize("name", WITH_ID)
def test_another_environments_ids_are_not_found(login: Login, beheerder: User, outsider: User, name: str) -> None:
    foreign = _objects(outsider.memberships.get().environment)
    client, before = login(beheerder), _state()

    answers = {client.get(_address(name, foreign)).status_code, client.post(_address(name, foreign)).status_code}

    assert 404 in answers
    assert answers <= {404, 405}
    assert _state() == before


def test_a_group_does_not_open_another_groups_member(login: Login, environment: Environment, beheerder: User) -> None:
    found, other = _objects(environment), UserGroupFactory(environment=environment)

    answer = login(beheerder).post(_address("group_member_remove", {**found, "group": other}))

    assert answer.status_code == 404
    assert GroupMember.objects.count() == 1


@pytest.mark.parametrize("name", sorted(OURS))
def test_another_environments_pages_are_not_found(
    login: Login, environment: Environment, outsider: User, name: str
) -> None:
    address = _address(name, _objects(environment))
    client, before = login(outsider), _state()

    assert {client.get(address).status_code, client.post(address).status_code} <= {404, 405}
    assert _state() == before


@pytest.mark.parametrize("name", CHANGE)
@pytest.mark.parametrize("persona", ["behandelaar", "auditor"])
def test_only_administrators_change_anything(
    request: pytest.FixtureRequest, login: Login, environment: Environment, name: str, persona: str
) -> None:
    client = login(request.getfixturevalue(persona))
    address, before = _address(name, _objects(environment)), None
    before = _state()

    answers = {client.get(address).status_code, client.post(address).status_code}

    assert 403 in answers
    assert answers <= {403, 405}
    assert _state() == before


@pytest.mark.parametrize("name", sorted(READ))
def test_an_assessor_is_told_who_may_look(login: Login, environment: Environment, behandelaar: User, name: str) -> None:
    client = login(behandelaar)
    client.cookies["django_language"] = "en"

    answer = client.get(_address(name, _objects(environment)))

    assert answer.status_code == 403
    assert "In this environment this is for the role: Auditor, Administrator." in answer.content.decode()


@pytest.mark.parametrize("name", sorted(OURS))
def test_who_is_not_signed_in_is_sent_to_sign_in(client: Client, environment: Environment, name: str) -> None:
    address = _address(name, _objects(environment))

    assert client.get(address)["Location"] == f"/account/login/?next={address}"
