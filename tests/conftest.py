"""Personas and settings that every test may use."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from connectors.authentication import forget_grants
from connectors.models import Environment
from connectors.throttling import forget_slowed
from portal.models import Role, User
from tests.factories import EnvironmentFactory, MembershipFactory, UserFactory


@pytest.fixture(autouse=True)
def _no_memory_between_tests(settings: Settings) -> None:
    """No test sees what the gateway remembered in another, and nothing runs outside the test's transaction."""
    settings.WAKE_WORKERS = False
    settings.GATEWAY_FAILURES_PER_MINUTE = 0
    forget_grants()
    forget_slowed()


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Settings) -> None:
    """The real hash is slow on purpose, and most tests make a few users."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def environment(db: None) -> Environment:
    """The accountancy environment that the personas work in."""
    return EnvironmentFactory(code="O12345AB", name="Kantoor De Vries")


def _member(environment: Environment, role: Role) -> User:
    user = UserFactory(username=str(role), name=f"Persoon {role}")
    MembershipFactory(user=user, environment=environment, role=role)
    return user


@pytest.fixture
def beheerder(environment: Environment) -> User:
    return _member(environment, Role.BEHEERDER)


@pytest.fixture
def behandelaar(environment: Environment) -> User:
    return _member(environment, Role.BEHANDELAAR)


@pytest.fixture
def auditor(environment: Environment) -> User:
    return _member(environment, Role.AUDITOR)


@pytest.fixture
def support(db: None) -> User:
    return UserFactory(username="support", name="Persoon support", is_support=True)


@pytest.fixture
def outsider(db: None) -> User:
    """An administrator, of another environment."""
    user = UserFactory(username="outsider")
    MembershipFactory(user=user, environment=EnvironmentFactory(code="O99999ZZ"), role=Role.BEHEERDER)
    return user


@pytest.fixture
def superuser(db: None) -> User:
    return UserFactory(username="superuser", is_staff=True, is_superuser=True)


@pytest.fixture
def login() -> Callable[[User], Client]:
    """Sign a persona in: `login(beheerder).get(...)`."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
