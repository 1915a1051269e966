"""Browser tests: Debian's Chromium, and Django's database calls allowed beside Playwright's event loop."""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.chromium import find_chromium

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# Pages that keep themselves up to date ask every five seconds, which is also how long Playwright waits by itself.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": find_chromium(), "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def base_url() -> str:
    """Stand in for pytest-base-url's fixture, whose definition warns under pytest 9; pages are opened in full."""
    return ""
