"""The pages of accounts: signing in, passwords, second factors and accounts elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from portal.models import User
from tests.pages.setup import claim_page


def pages_of_accounts(_client: Client) -> Iterator[str]:
    user = User.objects.get(username="auditor")
    yield from (f"/account/{path}" for path in ("password/change/", "3rdparty/", "reauthenticate/"))
    yield from (f"/account/2fa/{path}" for path in ("", "totp/activate/"))
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    in_use = ("", "recovery-codes/", "recovery-codes/generate/", "totp/deactivate/", "reauthenticate/")
    yield from (f"/account/2fa/{path}" for path in in_use)
    yield "/account/logout/"


def pages_of_somebody_without_a_password(_client: Client) -> Iterator[str]:
    yield from ("/", "/account/password/set/")


def pages_of_nobody(_client: Client) -> Iterator[str]:
    yield from (f"/account/{path}" for path in ("login/", "signup/", "inactive/", "confirm-email/"))
    yield "/account/3rdparty/login/cancelled/"
    user = User.objects.get(username="behandelaar")
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    yield from (f"/account/password/reset/{path}" for path in ("", "done/", "key/1-oud/", f"key/{key}/", "key/done/"))
    yield claim_page()
