"""Secrets under a code: the right code opens them, in whatever form people paste it, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import handover

CODE = "01234-56789-ABCDE-FGHJK-MNPQR-S"
OTHER = "01234-56789-ABCDE-FGHJK-MNPQR-T"
SEALED = handover.seal("geheim", code=CODE, reference="here")


@given(st.text(max_size=200), st.text(max_size=32))
def test_what_is_sealed_comes_back_under_its_code_and_reference(secret: str, reference: str) -> None:
    code = handover.new_code()

    sealed = handover.seal(secret, code=code, reference=reference)

    assert handover.unseal(sealed.ciphertext, code=code, reference=reference) == secret
    assert handover.is_code(code, code_digest=sealed.code_digest, reference=reference)


@pytest.mark.parametrize(
    "pasted",
    [
        CODE.lower(),
        CODE.replace("-", ""),
        f"  {CODE} \n",
        CODE.replace("-", " "),
        CODE.replace("0", "O").replace("1", "l"),
        f"https://portal.example/overdracht/abc/#{CODE}",
    ],
)
def test_a_code_is_taken_as_people_paste_it(pasted: str) -> None:
    assert handover.unseal(SEALED.ciphertext, code=pasted, reference="here") == "geheim"


@given(st.text(max_size=120))
def test_no_other_text_is_the_code_or_breaks_anything(text: str) -> None:
    assert not handover.is_code(text, code_digest=SEALED.code_digest, reference="here")
    with pytest.raises(handover.CodeError):
        handover.unseal(SEALED.ciphertext, code=text, reference="here")


@pytest.mark.parametrize(
    ("ciphertext", "code", "reference"),
    [
        (SEALED.ciphertext, OTHER, "here"),
        (SEALED.ciphertext, CODE, "elsewhere"),
        (SEALED.ciphertext[:-1] + bytes([SEALED.ciphertext[-1] ^ 1]), CODE, "here"),
        (b"", CODE, "here"),
        (SEALED.ciphertext, CODE + "A", "here"),
    ],
    ids=["other code", "other link", "changed", "nothing", "too long"],
)
def test_another_code_another_link_or_a_changed_ciphertext_opens_nothing(
    ciphertext: bytes, code: str, reference: str
) -> None:
    with pytest.raises(handover.CodeError):
        handover.unseal(ciphertext, code=code, reference=reference)


def test_the_code_has_130_random_bits_in_groups_that_can_be_read_out() -> None:
    codes = {handover.new_code() for _n in range(100)}

    assert len(codes) == 100
    assert {len(code.replace("-", "")) for code in codes} == {26}
    assert {code.count("-") for code in codes} == {5}
    assert not set("ILOU") & set("".join(codes))


def test_neither_the_code_nor_the_secret_is_in_a_representation() -> None:
    assert repr(SEALED) == "Sealed()"
