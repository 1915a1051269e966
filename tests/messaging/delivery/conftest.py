"""A folder to deliver into, and messages that have been approved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from connectors.models import Environment
from messaging.models import Message
from tests.factories import ApprovedMessageFactory, TokenFactory


@pytest.fixture
def approve(environment: Environment) -> Callable[..., Message]:
    token = TokenFactory(app_connector__environment=environment)
    return lambda **facts: ApprovedMessageFactory(token=token, **facts)


@pytest.fixture
def root(settings: Settings, tmp_path: Path) -> Path:
    """The folder that folder channels write below; webhooks may send to this machine."""
    settings.DELIVERY_ROOT = tmp_path / "delivery"
    settings.DELIVERY_ALLOW_PRIVATE = ["127.0.0.0/8"]
    return tmp_path / "delivery"
