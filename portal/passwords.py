"""Passwords that the portal makes for people, held to the same rules as those that people choose."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from portal.models import User

_MOST = 100


def first_acceptable(candidates: Iterable[str], user: User) -> str:
    """Return the first of these passwords that this user may have.

    A random one can be turned down: one in some thousands has most of its letters in common with the user's e-mail
    address. Raises `ValidationError` when so many are turned down that the rules take none of this kind.
    """
    refusal: ValidationError | None = None
    for password in islice(candidates, _MOST):
        try:
            validate_password(password, user)
        except ValidationError as error:
            refusal = error
        else:
            return password
    raise refusal or ValueError("no password to choose from")
