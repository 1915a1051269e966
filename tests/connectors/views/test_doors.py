"""Every address of app connectors: another environment's ids are not found, and who only reads changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from connectors import urls
from connectors.models import ConnectorGrant, Environment, IpRule, Token
from portal.models import User
from tests.factories import AppConnectorFactory, TokenFactory

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]


def _patterns(parameter: str) -> list[URLPattern]:
    """Return the addresses about app connectors that take this parameter."""
    ours = [pattern for pattern in urls.urlpatterns if "/app-connectors/" in str(pattern.pattern)]
    return [pattern for pattern in ours if parameter in pattern.pattern.converters]


def _names(parameter: str) -> list[str]:
    return [str(pattern.name) for pattern in _patterns(parameter)]


CHILDREN = {"token_pk": "token", "grant_pk": "grant", "rule_pk": "rule"}


def _objects(environment: Environment) -> dict[str, Any]:
    app_connector = AppConnectorFactory(environment=environment)
    return {
        "app_connector": app_connector,
        "token": TokenFactory(app_connector=app_connector),
        "grant": ConnectorGrant.objects.create(app_connector=app_connector, connector="CommSvcConnector"),
        "rule": IpRule.objects.create(app_connector=app_connector, network="192.0.2.0/24"),
    }


def _arguments(name: str, found: dict[str, Any]) -> dict[str, int]:
    (pattern,) = [pattern for pattern in urls.urlpatterns if pattern.name == name]
    named = {"pk": "app_connector", **CHILDREN}
    return {key: found[named[key]].pk for key in pattern.pattern.converters if key != "code"}


def _state() -> list[Any]:
    return [*Token.objects.order_by("pk").values(), *ConnectorGrant.objects.values(), *IpRule.objects.values()]


@pytest.fixture
def foreign(outsider: User) -> dict[str, Any]:
    """What another environment has."""
    return _objects(outsider.memberships.get().environment)


def test_the_loop_knows_every_address() -> None:
    assert len(_names("pk")) == 21
    assert {key for key in CHILDREN if _names(key)} == set(CHILDREN)


@pytest.mark.parametrize("name", _names("pk"))
def test_another_environments_app_connector_is_not_found(
    login: Login, beheerder: User, foreign: dict[str, Any], name: str
) -> None:
    address = reverse(f"connectors:{name}", kwargs={"code": "O12345AB", **_arguments(name, foreign)})
    before = _state()

    answers = [login(beheerder).get(address).status_code, login(beheerder).post(address).status_code]

    assert set(answers) <= {404, 405}
    assert 404 in answers
    assert _state() == before


def _children() -> Iterator[tuple[str, str]]:
    for key, kind in CHILDREN.items():
        for name in _names(key):
            yield name, kind


@pytest.mark.parametrize(("name", "kind"), [*_children()])
def test_what_belongs_to_another_app_connector_is_not_found_under_ours(
    login: Login, beheerder: User, environment: Environment, foreign: dict[str, Any], name: str, kind: str
) -> None:
    ours = _objects(environment)
    address = reverse(
        f"connectors:{name}", kwargs={"code": "O12345AB", **_arguments(name, {**ours, kind: foreign[kind]})}
    )
    before = _state()

    answers = [login(beheerder).get(address).status_code, login(beheerder).post(address).status_code]

    assert set(answers) <= {404, 405}
    assert 404 in answers
    assert _state() == before


@pytest.mark.parametrize("name", _names("pk"))
def test_an_environment_that_is_not_yours_is_not_found(
    login: Login, beheerder: User, foreign: dict[str, Any], name: str
) -> None:
    address = reverse(f"connectors:{name}", kwargs={"code": "O99999ZZ", **_arguments(name, foreign)})

    answers = {login(beheerder).get(address).status_code, login(beheerder).post(address).status_code}

    assert answers <= {404, 405}
    assert 404 in answers


@pytest.mark.parametrize("name", _names("pk"))
def test_an_auditor_changes_nothing(login: Login, auditor: User, environment: Environment, name: str) -> None:
    ours = _objects(environment)
    address = reverse(f"connectors:{name}", kwargs={"code": "O12345AB", **_arguments(name, ours)})
    before = _state()

    answer = login(auditor).post(address)

    assert answer.status_code in {403, 405}
    assert _state() == before


@pytest.mark.parametrize("name", [*_names("run"), "wizard_start"])
def test_the_wizard_is_for_administrators(login: Login, auditor: User, name: str) -> None:
    run = {"run": "0" * 16} if name != "wizard_start" else {}
    address = reverse(f"connectors:{name}", kwargs={"code": "O12345AB", **run})

    answers = {login(auditor).get(address).status_code, login(auditor).post(address).status_code}

    assert answers <= {403, 405}
    assert 403 in answers


def test_a_run_of_another_environment_is_not_known_here(
    login: Login, beheerder: User, outsider: User, environment: Environment
) -> None:
    beheerder.memberships.create(environment=outsider.memberships.get().environment, role="beheerder")
    both = login(beheerder)
    answer = both.post("/O99999ZZ/beheer/app-connectors/nieuw/", {"description": "SnelStart", "group": "new"})
    run = str(answer["Location"]).split("/")[-3]

    here = both.get(f"/O12345AB/beheer/app-connectors/nieuw/{run}/controleren/")

    assert here["Location"] == "/O12345AB/beheer/app-connectors/nieuw/"
