from __future__ import annotations

import pytest

from messaging.delivery.secrets import SecretError, new_secret, seal, unseal
from messaging.delivery.signature import TOLERANCE, is_signed, sign

NOW = 1_790_000_000


def test_a_signature_holds_for_its_body_secret_and_time() -> None:
    header = sign(b"inhoud", secret="geheim", timestamp=NOW)

    assert is_signed(header, b"inhoud", secret="geheim", now=NOW + TOLERANCE)
    assert not is_signed(header, b"inhoud", secret="geheim", now=NOW + TOLERANCE + 1)
    assert not is_signed(header, b"inhoud", secret="geheim", now=NOW - TOLERANCE - 1)
    assert not is_signed(header, b"Inhoud", secret="geheim", now=NOW)
    assert not is_signed(header, b"inhoud", secret="ander", now=NOW)
    assert not is_signed(header.replace(str(NOW), str(NOW + 1)), b"inhoud", secret="geheim", now=NOW)


@pytest.mark.parametrize("header", ["", "t=,v1=", "v1=00", "t=1,v1=zz", "t=\u0661,v1=" + "0" * 64])
def test_what_is_no_signature_signs_nothing(header: str) -> None:
    assert not is_signed(header, b"", secret="geheim", now=NOW)


def test_a_sealed_secret_opens_with_the_same_key_only() -> None:
    secret = new_secret()
    sealed = seal(secret, key="sleutel")

    assert secret not in sealed
    assert unseal(sealed, key="sleutel") == secret
    with pytest.raises(SecretError):
        unseal(sealed, key="andere sleutel")
