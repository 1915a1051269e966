"""What `make run` says: one line per step, with the time that it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def say(text: str = "") -> None:
    """Print a line at once, also into a file or a pipe."""
    print(text, flush=True)  # noqa: T201 - the terminal is this program's screen


@contextmanager
def step(label: str) -> Iterator[Callable[[], None]]:
    """Print `label ... 2.1 s`; calling the result now and then keeps the seconds running on a terminal."""
    started = time.monotonic()
    print(f"{label} ... ", end="", flush=True)  # noqa: T201 - see say()

    def tick() -> None:
        if sys.stdout.isatty():
            print(f"\r{label} ... {time.monotonic() - started:.0f} s ", end="", flush=True)  # noqa: T201

    try:
        yield tick
    except BaseException:
        say("stopped")
        raise
    if sys.stdout.isatty():
        print(f"\r{label} ... ", end="")  # noqa: T201
    say(f"{time.monotonic() - started:.1f} s")
