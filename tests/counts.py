"""Pytest plugin: write how many tests passed, failed and were skipped to the file that `TEST_COUNTS` names."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

# An error in a fixture or while collecting is a failure to whoever reads one line.
_AS = {"passed": "passed", "xfailed": "passed", "failed": "failed", "error": "failed", "xpassed": "failed"}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count in the process that reports; xdist's workers do not come here."""
    counts = {"passed": 0, "failed": 0, "skipped": len(terminalreporter.stats.get("skipped", []))}
    for outcome, counted_as in _AS.items():
        counts[counted_as] += len(terminalreporter.stats.get(outcome, []))
    if target := os.environ.get("TEST_COUNTS"):
        Path(target).write_text(json.dumps(counts))
