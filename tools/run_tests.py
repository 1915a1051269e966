"""Run the whole suite on two processes: everything but the browser, then the browser tests by themselves.

Ends with one line of counts over both runs, and fails when either failed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
RUNS = (
    ("Unit, database and gateway tests", ["-n", "2", "--dist", "worksteal", "-m", "not browser"]),
    # Playwright keeps an event loop in its thread, which Django's other tests must not see.
    ("Browser tests", ["-n", "2", "--dist", "worksteal", "-m", "browser"]),
)
_NOTHING_COLLECTED = 5  # pytest's exit status


def main(extra: list[str]) -> int:
    """Run both, print the counts, and return the exit status. `extra` goes to pytest."""
    total: Counter[str] = Counter()
    for label, arguments in RUNS:
        print(f"\n{label}", flush=True)
        total += _run([*arguments, *extra])
    print(f"\n{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped", flush=True)
    return 1 if total["failed"] or not total["passed"] else 0


def _run(arguments: list[str]) -> Counter[str]:
    """Run pytest once; a run that broke down without counting its tests counts as one failure."""
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder) / "counts.json"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.counts", *arguments]
        status = subprocess.run(command, cwd=PROJECT, env={**os.environ, "TEST_COUNTS": str(counts)}).returncode
        found: Counter[str] = Counter(json.loads(counts.read_text()) if counts.exists() else {})
    if status not in (0, _NOTHING_COLLECTED) and not found["failed"]:
        found["failed"] += 1
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
