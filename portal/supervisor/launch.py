"""Start child processes that can not outlive us, and end them with everything that they started.

Each child leads a session of its own: Ctrl-C in the terminal reaches the supervisor only, and one signal to
the group reaches the child's own children. On Linux the kernel sends the child a signal when its parent dies,
so that a `kill -9` of the parent leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True)
class Identity:
    """An ordinary user that a child of root runs as, with at most one Linux capability (setpriv's name for it)."""

    uid: int
    gid: int
    capability: str = ""

    def setpriv_options(self) -> list[str]:
        """Return the options by which setpriv(1) becomes this user."""
        options = [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]
        if self.capability:
            only = f"-all,+{self.capability}"
            # Without the securebit access(2) forgets the capability, and PostgreSQL asks access(2).
            options += ["--securebits=+no_setuid_fixup", f"--inh-caps={only}", f"--ambient-caps={only}"]
            options += [f"--bounding-set={only}"]
        return options


def guard(
    command: Sequence[str | Path], *, death_signal: signal.Signals, identity: Identity | None = None
) -> list[str]:
    """Return `command` wrapped in setpriv(1): as `identity`, and sent `death_signal` when the parent dies.

    setpriv is in Debian's essential set. Where it is missing (macOS) an ordinary user's command runs without
    the guard; root's raises `FileNotFoundError`, for it must not run as root.
    """
    arguments = [str(part) for part in command]
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    if setpriv:
        options = identity.setpriv_options() if identity else []
        return [setpriv, *options, f"--pdeathsig={death_signal.name.removeprefix('SIG')}", *arguments]
    if identity:
        raise FileNotFoundError("setpriv (util-linux) is needed to run PostgreSQL as root")
    return arguments


def spawn(
    command: Sequence[str | Path],
    *,
    death_signal: signal.Signals = signal.SIGTERM,
    identity: Identity | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | str = "/",
    stdout: IO[bytes] | int | None = None,
    stderr: IO[bytes] | int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a guarded command, leader of a session of its own, without a keyboard."""
    return subprocess.Popen(  # noqa: S603 - our own commands, no shell
        guard(command, death_signal=death_signal, identity=identity),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        env=env,
        cwd=cwd,
        start_new_session=True,
    )


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to a child and everything in its group; a group that is gone is no error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def end_group(process: subprocess.Popen[bytes], *, patience: float, hurry: Callable[[], bool] = lambda: False) -> None:
    """Ask a child to stop; after `patience` seconds, or once `hurry()` holds, kill what is left of its group."""
    signal_group(process, signal.SIGTERM)
    wait_until(lambda: process.poll() is not None or hurry(), patience=patience)
    signal_group(process, signal.SIGKILL)
    process.wait()


def wait_until(condition: Callable[[], bool], *, patience: float) -> bool:
    """Poll a condition until it holds, at most `patience` seconds; return whether it came to hold."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
