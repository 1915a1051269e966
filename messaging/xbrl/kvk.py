"""KvK-stukken: annual accounts as plain XBRL or inline XBRL. A few facts that tell an assessor what they are.

Annual accounts have no final amount; the key figures are shown as tagged, nothing is added up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from messaging.xbrl.document import AnnualAccounts, Figure
from messaging.xbrl.errors import ErrorCode, XbrlError
from messaging.xbrl.instance import Context, Fact, Instance
from messaging.xbrl.values import clean_text

# Code of the figure -> elements that carry it, the first that is tagged counts.
FIGURES = {
    "assets": ("Assets", "BalanceSheetTotal"),
    "equity": ("Equity",),
    "liabilities_noncurrent": ("LiabilitiesNoncurrent",),
    "liabilities_current": ("LiabilitiesCurrent",),
    "revenue": ("NetRevenue", "NetTurnover"),
    "result_before_tax": ("ResultBeforeTax",),
    "result_after_tax": ("ResultAfterTax", "NetResultAfterTax"),
}
_SIZE_ELEMENTS = {
    "LegalEntitySizeMicro": "micro",
    "LegalEntitySizeSmall": "small",
    "LegalEntitySizeMedium": "medium",
    "LegalEntitySizeLarge": "large",
}
_SIZE_WORDS = {"micro": "micro", "klein": "small", "middelgroot": "medium", "groot": "large"}
_WORD = re.compile(r"[a-z]+")
_FIGURE = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,20})?", re.ASCII)


def message_context(instance: Instance) -> Context:
    """The context of the financial year: the latest period, preferably of a context without dimensions.

    Unlike a tax message, annual accounts state the year before in contexts of the same kind.
    """
    periods = [context for context in instance.contexts.values() if context.start and context.end]
    candidates = [context for context in periods if context.is_plain] or periods
    if not candidates:
        raise XbrlError(ErrorCode.NO_PERIOD)
    return max(candidates, key=lambda context: context.end or date.min)


def read_accounts(instance: Instance, context: Context) -> AnnualAccounts:
    """The facts and key figures of the financial year in `context`."""
    texts = _texts(instance, context)
    return AnnualAccounts(
        name=clean_text(texts.get("LegalEntityName", "")),
        legal_form=clean_text(texts.get("LegalEntityLegalForm", "")),
        registered_office=clean_text(texts.get("LegalEntityRegisteredOffice", "")),
        size_class=_size_class(texts, instance.entry_points),
        financial_year=context.end.year if context.end else None,
        adopted=_boolean(texts.get("DocumentAdoptionStatus", "")),
        adoption_date=_date(texts.get("DocumentAdoptionDate", "")),
        figures=tuple(_figures(instance, context)),
    )


def registration_number(instance: Instance, context: Context) -> str:
    """The KvK-nummer as a fact, for documents whose contexts identify the company in another way."""
    return clean_text(_texts(instance, context).get("ChamberOfCommerceRegistrationNumber", ""))


def _texts(instance: Instance, context: Context) -> dict[str, str]:
    """Name -> first value among the facts about the financial year, with or without dimensions."""
    texts: dict[str, str] = {}
    for fact in instance.facts:
        about = instance.contexts.get(fact.context_id)
        if about and about.end == context.end and not fact.is_nil:
            texts.setdefault(fact.name, fact.value)
    return texts


def _size_class(texts: dict[str, str], entry_points: Iterable[str]) -> str:
    for name, size in _SIZE_ELEMENTS.items():
        if _boolean(texts.get(name, "")):
            return size
    words = _WORD.findall(texts.get("LegalEntitySize", "").lower()[:50])
    words += [word for entry_point in entry_points for word in _WORD.findall(entry_point.lower())]
    return next((_SIZE_WORDS[word] for word in words if word in _SIZE_WORDS), "")


def _figures(instance: Instance, context: Context) -> Iterable[Figure]:
    previous_end = context.start - timedelta(days=1) if context.start and context.start > date.min else None
    for code, names in FIGURES.items():
        facts = [fact for name in names for fact in instance.facts if fact.name == name and not fact.is_nil]
        current = _figure_at(instance, facts, context.end)
        previous = _figure_at(instance, facts, previous_end)
        if current is not None or previous is not None:
            yield Figure(code, current, previous)


def _figure_at(instance: Instance, facts: list[Fact], end: date | None) -> int | None:
    """The figure at one balance date. Of the statements' own type: of the company before consolidated."""
    ranked = []
    for fact in facts:
        about, value = instance.contexts.get(fact.context_id), fact.value.strip()
        rank = _rank(about) if about and about.end == end else None
        if rank is not None and _FIGURE.fullmatch(value):
            ranked.append((rank, value))
    if not ranked:
        return None
    _, value = min(ranked, key=lambda pair: pair[0])
    return int(Decimal(value).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _rank(context: Context) -> int | None:
    """How much a context is about the whole of the statements; None for a breakdown of a figure."""
    if context.is_plain:
        return 0
    members = [member.value for member in context.dimensions]
    if len(members) != 1 or not any(word in members[0] for word in ("Separate", "Consolidated")):
        return None
    return 1 if "Separate" in members[0] else 2


def _boolean(text: str) -> bool | None:
    return {"true": True, "1": True, "ja": True, "false": False, "0": False, "nee": False}.get(text.strip().lower())


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
