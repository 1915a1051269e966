"""Tokens as text: making, hashing and reading them (DOMAIN 3a). Pure; a token's value is never kept anywhere."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets

_BITS = 256
DIGITS = _BITS // 4  # hexadecimal ones
# Clients differ in white space and letter case around the same 64 characters.
_TOKEN = re.compile(
    r"\s*<token>\s*<version>\s*1\s*</version>\s*<data>\s*([0-9A-Fa-f]{64})\s*</data>\s*</token>\s*", re.ASCII
)
_DATA = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]+(?![0-9A-Za-z])", re.ASCII)
_SCHEME = "afastoken"
_LONGEST = 1024  # characters; a token takes 110, in base64 148


class TokenError(ValueError):
    """What was shown does not have the form of a token; `digits` tells how long its data is (0: it has none).

    A token that was not copied whole shows from that. Nothing of what was shown is in here.
    """

    def __init__(self, digits: int = 0) -> None:
        super().__init__("no token")
        self.digits = digits


def generate() -> str:
    """Make the data of a new token: 64 upper-case hex characters, 256 random bits."""
    return secrets.token_hex(_BITS // 8).upper()


def wrap(data: str) -> str:
    """Write token data as the whole text that people copy into the customer environment."""
    return f"<token><version>1</version><data>{data}</data></token>"


def digest(data: str) -> bytes:
    """Return the SHA-256 digest by which a token is found: 32 bytes, whatever the letter case of `data`."""
    return hashlib.sha256(bytes.fromhex(data)).digest()


def hint(data: str) -> str:
    """Return the last four characters: enough to recognise a token, useless to anybody else."""
    return data[-4:].upper()


def read_text(text: str) -> str:
    """Return the data of a whole token text. Raises `TokenError`, which never quotes the text."""
    if len(text) > _LONGEST:
        raise TokenError
    match = _TOKEN.fullmatch(text)
    if match is None:
        raise TokenError(max((len(part) for part in _DATA.findall(text)), default=0))
    return match[1].upper()


def read_header(value: str) -> str | None:
    """Return the data of an `Authorization: AfasToken <base64>` header, or None when it is of another scheme.

    Raises `TokenError` when what follows `AfasToken` is no token.
    """
    scheme, _space, encoded = value.strip().partition(" ")
    if scheme.lower() != _SCHEME:
        return None
    if len(encoded) > _LONGEST:
        raise TokenError
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        # Without the cause, whose message would quote what was shown.
        raise TokenError from None
    return read_text(text)
