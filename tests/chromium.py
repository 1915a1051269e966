"""Pytest plugin: the browser tests need a Chromium; without one they are skipped with a line of advice."""

from __future__ import annotations

import os
import shutil

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = "No Chromium found: apt-get install chromium, or name one with CHROMIUM=/path/to/chromium"


def find_chromium() -> str | None:
    """Return the path of the Chromium to use: the one that `CHROMIUM` names, or the first on the path."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the browser tests where they can not run."""
    if find_chromium() is None:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=ADVICE))
