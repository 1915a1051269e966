"""Ctrl-C and SIGTERM: the first asks for an orderly stop, the second for a quick one."""

from __future__ import annotations

import signal
from types import FrameType


class StopRequestedError(Exception):
    """Somebody asked us to stop while we were still starting."""


class StopRequests:
    """Counts the requests to stop. Reading it is the only thing that the rest of the program does with signals."""

    def __init__(self) -> None:
        self.count = 0

    def listen(self) -> None:
        """Take over SIGINT (Ctrl-C), SIGTERM and SIGHUP (the terminal was closed)."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def forced(self) -> bool:
        """Whether the user asked twice."""
        return self.count > 1

    def raise_if_any(self) -> None:
        """Raise `StopRequestedError` once somebody asked."""
        if self.count:
            raise StopRequestedError

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
