"""The office of the demo that is set up completely, and who works there."""

from __future__ import annotations

from connectors.models import Environment
from portal.models import User

CODE = "O12345AB"
OFFICE = f"/{CODE}"


def office() -> Environment:
    return Environment.objects.get(code=CODE)


def beheerder() -> User:
    return User.objects.get(username="beheerder")


def behandelaar() -> User:
    return User.objects.get(username="behandelaar")
