"""The secret of a webhook: made here, shown once, stored encrypted. Pure but for the key of this installation.

Encrypted, not hashed as tokens are: we have to sign with it. The key comes from `SECRET_KEY`; a copy of the database
alone signs nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken

_PURPOSE = b"berichtenpoort delivery secret 1"
_PREFIX = "whs_"


class SecretError(Exception):
    """The secret was sealed with another key."""


def new_secret() -> str:
    """Make a secret of 256 random bits, in a form that people recognise."""
    return _PREFIX + secrets.token_hex(32)


def seal(secret: str, *, key: str) -> str:
    """Encrypt a secret with the key of this installation."""
    return _fernet(key).encrypt(secret.encode()).decode()


def unseal(sealed: str, *, key: str) -> str:
    """Return a sealed secret. Raises `SecretError` when the key is another one."""
    try:
        return _fernet(key).decrypt(sealed.encode()).decode()
    except (InvalidToken, ValueError) as error:
        raise SecretError from error


def _fernet(key: str) -> Fernet:
    derived = hmac.new(_PURPOSE, key.encode(), hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(derived))
