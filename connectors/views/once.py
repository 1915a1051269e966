"""Doing something once, however often its form is sent: a double press, a reload, the back button."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from connectors.views.environment import EnvironmentRequest
from portal.models import User

Made = TypeVar("Made")

_DONE = "done_once"
_REMEMBERED = 30


class DoneBefore(Exception):  # not a fault: the form was sent twice
    """This was done before; `url` shows what it made."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


def once(request: EnvironmentRequest, key: str, act: Callable[[], Made], *, then: Callable[[Made], str]) -> Made:
    """Run `act` and remember under `key`, in the session, the address (`then`) of what it made.

    What was made and that it was made are committed together; two requests at the same moment wait for each other.
    Raises `DoneBefore` the second time. Only the address is remembered, never what was made.
    """
    with transaction.atomic():
        # The same person sends both, so their own row is the lock; without the key, so that nothing else waits.
        User.objects.select_for_update(no_key=True).get(pk=request.user.pk)
        if url := done_before(request, key):
            raise DoneBefore(url)
        made = act()
        remembered = {**request.session.get(_DONE, {}), key: then(made)}
        request.session[_DONE] = dict([*remembered.items()][-_REMEMBERED:])
        request.session.save()
    return made


def done_before(request: EnvironmentRequest, key: str) -> str:
    """Return the address of what was made under this key, or nothing. Reads the session as it is stored now."""
    stored = type(request.session)(request.session.session_key)
    return str(stored.get(_DONE, {}).get(key, ""))
