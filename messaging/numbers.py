"""The numbers by which organisations are known, as people type them. Pure.

A number of nine digits and nothing more is taken for a citizen service number (BSN): those are of natural persons and
are never kept here (DOMAIN 1d).
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from messaging.kinds import NumberScheme
from messaging.xbrl.values import normalise_kvk_number, normalise_vat_number
from portal.errors import DomainError

_VAT = re.compile(r"[0-9]{9}B[0-9]{2}", re.ASCII)
_KVK = re.compile(r"[0-9]{8}", re.ASCII)
_MASK = "•"


def parse_number(scheme: str, text: str) -> str:
    """Return a number as it is kept: `NL 0012.34.567.b01` is `001234567B01`. Raises `DomainError` at `number`."""
    if scheme == NumberScheme.KVK:
        number, shape = normalise_kvk_number(text), _KVK
        told = _("A KvK number is eight digits, for example 01234567. A spreadsheet may have dropped a leading zero.")
    else:
        number, shape = normalise_vat_number(text), _VAT
        told = _("A VAT number is nine digits, the letter B and two digits, for example 001234567B01.")
    if shape.fullmatch(number):
        return number
    if looks_personal(scheme, number) or _MASK in text:
        raise DomainError(
            _(
                "%(number)s looks like a citizen service number (BSN). Those are of natural persons and are never kept "
                "here; enter the whole VAT number, or the KvK number of the organisation."
            )
            % {"number": masked(scheme, text)},
            field="number",
        )
    raise DomainError(told, field="number")


def masked(scheme: str, text: str) -> str:
    """Return what may be kept and shown of a typed number: of one that looks personal its last two digits only."""
    number = normalise_kvk_number(text) if scheme == NumberScheme.KVK else normalise_vat_number(text)
    return f"{_MASK * (len(number) - 2)}{number[-2:]}" if looks_personal(scheme, number) else text


def looks_personal(scheme: str, number: str) -> bool:
    """Tell whether a number is digits only, as many as a BSN has; eight digits are a KvK number where that is asked."""
    return number.isascii() and number.isdigit() and (len(number) == 9 or (len(number) == 8 and scheme != "kvk"))
