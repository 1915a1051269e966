"""What an action raises when a rule says no."""

from __future__ import annotations

from django.utils.functional import Promise


class DomainError(Exception):
    """A rule said no, for a reason that a person can act on.

    `message` is what that person reads, in their language. `field` names the form field that it is about, or is
    empty when it is about the whole; views put it beside that field.
    """

    def __init__(self, message: str | Promise, *, field: str = "") -> None:
        super().__init__(str(message))
        self.message = message
        self.field = field


class ConfirmationNeededError(DomainError):
    """What was asked is possible, but rarely what is meant. Asking again with `confirmed=True` has it done."""
