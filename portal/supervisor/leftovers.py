"""Find and end what an earlier run on the same data folder left behind.

Normally nothing: the kernel tells each child when the supervisor dies. But the web server's own workers go on
when both it and the supervisor are killed, and they would answer beside the new ones.
"""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from portal.supervisor.configuration import MARKER
from portal.supervisor.launch import wait_until


def end_leftovers(data_dir: Path, *, patience: float = 5) -> int:
    """End every process of an earlier run, by force after `patience` seconds; return how many there were."""
    found = _leftovers(data_dir)
    _signal(found, signal.SIGTERM)
    if not wait_until(lambda: not _leftovers(data_dir), patience=patience if found else 0):
        _signal(_leftovers(data_dir), signal.SIGKILL)
        wait_until(lambda: not _leftovers(data_dir), patience=patience)
    return len(found)


def _leftovers(data_dir: Path) -> list[int]:
    """Return the processes that carry this data folder's mark, on systems that show it (Linux)."""
    mark = os.fsencode(f"{MARKER}={data_dir}")
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (process / "environ").read_bytes().split(b"\0") and int(process.name) != os.getpid():
                found.append(int(process.name))
    return found


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
