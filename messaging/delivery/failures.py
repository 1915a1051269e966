"""What goes wrong in handing over, as one exception with its cause. Pure."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.functional import Promise

from connectors.causes import Cause

# Tells a person who tests a channel, step by step, what has succeeded.
Trace = Callable[[str | Promise], None]


class DeliveryFailed(Exception):
    """The message was not handed over, or nobody knows that it was.

    `observed` is what was seen, for the log; never content. `of_channel` tells that any other message would have fared
    the same, so that the channel rests; otherwise it is about this message.
    """

    def __init__(self, cause: Cause, observed: str = "", *, of_channel: bool = True) -> None:
        super().__init__(cause.code)
        self.cause = cause
        self.observed = observed[:200]
        self.of_channel = of_channel


def untold(_step: str | Promise) -> None:
    """Trace nothing."""
