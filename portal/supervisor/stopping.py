"""Ctrl-C and SIGTERM: the first asks for an orderly stop, the second for a quick one."""

from __future__ import annotations

import os
import signal
from types import FrameType


class StopRequestedError(Exception):
    """Somebody asked us to stop while we were still starting."""


class StopRequests:
    """Knows whether we are to stop. The rest of the program asks here and does nothing else with signals."""

    def __init__(self) -> None:
        self._count = 0
        # `make` passes signals on, but not its own sudden death: then nobody would be left to stop us.
        self._make = os.getppid() if "MAKELEVEL" in os.environ else None

    def listen(self) -> None:
        """Take over SIGINT (Ctrl-C), SIGTERM and SIGHUP (the terminal was closed)."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def any(self) -> bool:
        """Whether somebody asked us to stop."""
        return self._count > 0 or self._make not in (None, os.getppid())

    def forced(self) -> bool:
        """Whether the user asked twice."""
        return self._count > 1

    def raise_if_any(self) -> None:
        """Raise `StopRequestedError` once somebody asked."""
        if self.any():
            raise StopRequestedError

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._count += 1
