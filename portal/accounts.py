"""Sign-in: accounts are made by an administrator of an environment, never by signing up."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's behaviour with the sign-up closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
