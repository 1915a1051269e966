"""The four kinds of document as programs of many years write them: same facts, another dress.

`Dress` says what differs between taxonomies and programs; the writers put the same return, suppletie, listing or
accounts in it. Made here and not captured: the samples cover a few years and programs only.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

NUMBER = "001000079B08"
RETURN = {
    "TaxedTurnoverSuppliesServicesGeneralTariff": 10_000,
    "ValueAddedTaxSuppliesServicesGeneralTariff": 2_100,
    "SuppliesToCountriesWithinTheEC": 700,
    "ValueAddedTaxOwed": 2_100,
    "ValueAddedTaxOnInput": 2_600,
    "ValueAddedTaxOwedToBePaidBack": -500,
}
SUPPLETIE = {
    "ValueAddedTaxSuppliesServicesGeneralTariff": 2_100,
    "ValueAddedTaxOwed": 2_100,
    "ValueAddedTaxOnInput": 600,
    "ValueAddedTaxAmountTotalNew": 1_500,
    "ValueAddedTaxAmountTotalOld": 1_200,
    "ValueAddedTaxToBePaidAdditionalToBePaidBack": 300,
}
CUSTOMERS = [("DE", "999999999", 500), ("GR", "GR999999999", 200)]


@dataclass(frozen=True)
class Dress:
    """How one program of one year writes: taxonomy, prefixes, ids and other habits."""

    taxonomy: str = "nt19"
    release: str = "20241211"
    year: int = 2025
    scheme: str = "http"
    instance: str = "xbrli"  # prefix of the instance namespace; empty: it is the default one
    data: str = "bd-i"
    header: str = ""  # prefix of what the contact is in, where that is another namespace
    context_id: str = "Msg"
    unit_id: str = "EUR"
    measure: str = "iso4217:EUR"
    decimals: str = ' decimals="INF"'
    identifier_scheme: str = "www.belastingdienst.nl/omzetbelastingnummer"
    number: str = NUMBER
    time: str = ""  # behind the dates of a period
    facts_first: bool = False
    clutter: str = ""  # beside the facts

    def tag(self, name: str) -> str:
        return f"{self.instance}:{name}" if self.instance else name


def _context(dress: Dress, id_: str, dimensions: str = "") -> str:
    tag = dress.tag
    scenario = f"<{tag('scenario')}>{dimensions}</{tag('scenario')}>" if dimensions else ""
    return (
        f"<{tag('context')} id={quoteattr(id_)}><{tag('entity')}>"
        f"<{tag('identifier')} scheme={quoteattr(dress.identifier_scheme)}>{dress.number}</{tag('identifier')}>"
        f"</{tag('entity')}><{tag('period')}>"
        f"<{tag('startDate')}>{dress.year}-01-01{dress.time}</{tag('startDate')}>"
        f"<{tag('endDate')}>{dress.year}-03-31</{tag('endDate')}></{tag('period')}>"
        f"{scenario}</{tag('context')}>"
    )


def _amount(dress: Dress, name: str, value: int, context_id: str = "") -> str:
    about, unit = quoteattr(context_id or dress.context_id), quoteattr(dress.unit_id)
    return f"<{dress.data}:{name} contextRef={about} unitRef={unit}{dress.decimals}>{value}</{dress.data}:{name}>"


def _text(dress: Dress, name: str, value: str) -> str:
    prefix = dress.header or dress.data
    return f"<{prefix}:{name} contextRef={quoteattr(dress.context_id)}>{escape(value)}</{prefix}:{name}>"


def _document(dress: Dress, form: str, contexts: str, facts: str) -> str:
    base = f"{dress.scheme}://www.nltaxonomie.nl/{dress.taxonomy}/bd/{dress.release}"
    namespaces = {
        f"xmlns:{dress.instance}" if dress.instance else "xmlns": "http://www.xbrl.org/2003/instance",
        "xmlns:link": "http://www.xbrl.org/2003/linkbase",
        "xmlns:xlink": "http://www.w3.org/1999/xlink",
        "xmlns:iso4217": "http://www.xbrl.org/2003/iso4217",
        "xmlns:xbrldi": "http://xbrl.org/2006/xbrldi",
        f"xmlns:{dress.data}": f"{base}/dictionary/bd-data",
        "xmlns:t": f"{base}/dictionary/bd-tuples",
        "xmlns:ax": f"{base}/validation/bd-axes",
    }
    if dress.header:
        namespaces[f"xmlns:{dress.header}"] = f"{base}/dictionary/bd-algemeen"
    unit = (
        f"<{dress.tag('unit')} id={quoteattr(dress.unit_id)}>"
        f"<{dress.tag('measure')}>{dress.measure}</{dress.tag('measure')}></{dress.tag('unit')}>"
    )
    around = _context(dress, dress.context_id) + contexts + unit
    facts = _text(dress, "ContactSurname", "Café & Zoën") + dress.clutter + facts
    declared = " ".join(f'{name}="{value}"' for name, value in namespaces.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{dress.tag("xbrl")} {declared}>'
        f'<link:schemaRef xlink:type="simple" xlink:href="{base}/entrypoints/bd-rpt-{form}-{dress.year}.xsd"/>'
        f"{facts + around if dress.facts_first else around + facts}</{dress.tag('xbrl')}>"
    )


def vat_return(dress: Dress) -> str:
    return _document(dress, "ob-aangifte", "", "".join(_amount(dress, *item) for item in RETURN.items()))


def suppletie(dress: Dress) -> str:
    return _document(dress, "ob-suppletie", "", "".join(_amount(dress, *item) for item in SUPPLETIE.items()))


def listing_of_tuples(dress: Dress) -> str:
    """ICP up to NT19."""
    rows = "".join(
        f"<t:IntraCommunitySupplies>{_text(dress, 'CountryCodeISO-EC', country)}"
        f"{_amount(dress, 'SuppliesAmount', amount)}{_text(dress, 'VATIdentificationNumberNational', number)}"
        "</t:IntraCommunitySupplies>"
        for country, number, amount in CUSTOMERS
    )
    return _document(dress, "icp-opgaaf", "", rows)


def listing_of_dimensions(dress: Dress) -> str:
    """ICP from NT20: country and number as typed dimensions of a context per customer."""
    contexts = "".join(
        _context(
            dress,
            f"{dress.context_id}{at}",
            f'<xbrldi:typedMember dimension="ax:VATNumberDimension"><d xmlns="">{number}</d></xbrldi:typedMember>'
            f'<xbrldi:typedMember dimension="ax:CountryCodeEUDimension"><d xmlns="">{country}</d>'
            "</xbrldi:typedMember>",
        )
        for at, (country, number, _amount_of) in enumerate(CUSTOMERS)
    )
    amounts = "".join(
        _amount(dress, "SuppliesAmount", amount, f"{dress.context_id}{at}")
        for at, (_country, _number, amount) in enumerate(CUSTOMERS)
    )
    return _document(dress, "icp-opgaaf", contexts, amounts)
