"""A secret that waits for who has the link: sealed under a code that only the link carries. Pure.

The code has 130 random bits, so it can be neither guessed nor found from what is kept: no slow derivation is needed.
AES-256-GCM and HKDF come from `cryptography`.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# Crockford's alphabet: without I, L, O and U, so that a code can be read out over the telephone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SIGNS, _GROUP = 26, 5
_MISREAD = str.maketrans("ILO", "110")
_CODE = re.compile(f"[{_ALPHABET}]{{{_SIGNS}}}")
_LONGEST = 100  # characters, white space and hyphens included
_NONCE = 12  # bytes
_KEY = 32  # bytes


class CodeError(ValueError):
    """The text does not have the form of a code, or is not the code of this secret. It is never quoted."""


@dataclass(frozen=True)
class Sealed:
    """What is kept: the ciphertext, and a digest that tells the right code from a wrong one once that is erased."""

    ciphertext: bytes = field(repr=False)
    code_digest: bytes = field(repr=False)


def new_reference() -> str:
    """Name a handover in its address; no secret, but not to be guessed either."""
    return secrets.token_urlsafe(16)


def new_code() -> str:
    """Make a code: 26 signs, 130 random bits, in groups that can be read out."""
    signs = "".join(secrets.choice(_ALPHABET) for _n in range(_SIGNS))
    return "-".join(signs[start : start + _GROUP] for start in range(0, _SIGNS, _GROUP))


def read_code(text: str) -> str:
    """Return in one form a code as people paste or type it, or the whole link with it. Raises `CodeError`."""
    behind = text.rpartition("#")[2]
    plain = re.sub(r"[\s-]", "", behind).upper().translate(_MISREAD) if len(behind) <= _LONGEST else ""
    if not _CODE.fullmatch(plain):
        raise CodeError
    return plain


def seal(secret: str, *, code: str, reference: str) -> Sealed:
    """Encrypt a secret under the code; it belongs to this reference and opens under no other."""
    key, code_digest = _keys(code, reference)
    nonce = os.urandom(_NONCE)
    return Sealed(nonce + AESGCM(key).encrypt(nonce, secret.encode(), reference.encode()), code_digest)


def is_code(text: str, *, code_digest: bytes, reference: str) -> bool:
    """Tell whether a text is the code of this reference, also after what it opened has been erased."""
    try:
        return hmac.compare_digest(_keys(text, reference)[1], code_digest)
    except CodeError:
        return False


def unseal(ciphertext: bytes, *, code: str, reference: str) -> str:
    """Return the secret. Raises `CodeError` for another code, another reference, or a changed ciphertext."""
    key, _code_digest = _keys(code, reference)
    try:
        return AESGCM(key).decrypt(ciphertext[:_NONCE], ciphertext[_NONCE:], reference.encode()).decode()
    except (InvalidTag, ValueError):  # the second: too short to be anything
        raise CodeError from None


def _keys(code: str, reference: str) -> tuple[bytes, bytes]:
    """Derive the key and the digest, of which neither tells the other."""
    derive = HKDF(algorithm=SHA256(), length=2 * _KEY, salt=reference.encode(), info=b"berichtenpoort handover")
    both = derive.derive(read_code(code).encode())
    return both[:_KEY], both[_KEY:]
