"""Documents of made-up companies for the demo: what a bookkeeping package would send."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from xml.sax.saxutils import escape

_INSTANCE = """<?xml version="1.0" encoding="UTF-8"?>
<xbrli:xbrl xml:lang="nl" xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:link="http://www.xbrl.org/2003/linkbase"
  xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:iso4217="http://www.xbrl.org/2003/iso4217"
  xmlns:bd-i="http://www.nltaxonomie.nl/nt19/bd/20241211/dictionary/bd-data"
  xmlns:bd-t="http://www.nltaxonomie.nl/nt19/bd/20241211/dictionary/bd-tuples">
  <link:schemaRef xlink:type="simple"
    xlink:href="http://www.nltaxonomie.nl/nt19/bd/20241211/entrypoints/bd-rpt-{entry_point}-2025.xsd"/>
  <xbrli:context id="c">
    <xbrli:entity>
      <xbrli:identifier scheme="www.belastingdienst.nl/omzetbelastingnummer">{number}</xbrli:identifier>
    </xbrli:entity>
    <xbrli:period><xbrli:startDate>{start}</xbrli:startDate><xbrli:endDate>{end}</xbrli:endDate></xbrli:period>
  </xbrli:context>
  <xbrli:unit id="EUR"><xbrli:measure>iso4217:EUR</xbrli:measure></xbrli:unit>
{facts}
</xbrli:xbrl>
"""
_HIGH, _LOW = 21, 9  # per cent


def vat_return(
    number: str, start: date, end: date, *, high: int, low: int, exported: int, paid: int, slip: int = 0
) -> bytes:
    """Write a VAT return over these turnovers (whole euros); `slip` is a mistake in the total of 5g."""
    vat_high, vat_low = high * _HIGH // 100, low * _LOW // 100
    owed = vat_high + vat_low
    return _write(
        "ob-aangifte",
        number,
        start,
        end,
        {
            "TaxedTurnoverSuppliesServicesGeneralTariff": high,
            "ValueAddedTaxSuppliesServicesGeneralTariff": vat_high,
            "TaxedTurnoverSuppliesServicesReducedTariff": low,
            "ValueAddedTaxSuppliesServicesReducedTariff": vat_low,
            "SuppliesToCountriesWithinTheEC": exported,
            "ValueAddedTaxOwed": owed,
            "ValueAddedTaxOnInput": paid,
            "ValueAddedTaxOwedToBePaidBack": owed - paid + slip,
        },
    )


def suppletie(number: str, start: date, end: date, *, high: int, paid: int, old: int) -> bytes:
    """Write a supplementary return over a year, of which `old` had been declared before."""
    owed = high * _HIGH // 100
    return _write(
        "ob-suppletie",
        number,
        start,
        end,
        {
            "TaxedTurnoverSuppliesServicesGeneralTariff": high,
            "ValueAddedTaxSuppliesServicesGeneralTariff": owed,
            "ValueAddedTaxOwed": owed,
            "ValueAddedTaxOnInput": paid,
            "ValueAddedTaxAmountTotalNew": owed - paid,
            "ValueAddedTaxAmountTotalOld": old,
            "ValueAddedTaxToBePaidAdditionalToBePaidBack": owed - paid - old,
        },
    )


def ec_listing(number: str, start: date, end: date, customers: Mapping[tuple[str, str], int]) -> bytes:
    """Write an ICP listing: an amount of supplies per customer (country, VAT number)."""
    rows = "\n".join(
        f'  <bd-t:IntraCommunitySupplies><bd-i:CountryCodeISO-EC contextRef="c">{country}</bd-i:CountryCodeISO-EC>'
        f'<bd-i:SuppliesAmount contextRef="c" unitRef="EUR" decimals="INF">{amount}</bd-i:SuppliesAmount>'
        f'<bd-i:VATIdentificationNumberNational contextRef="c">{vat_number}</bd-i:VATIdentificationNumberNational>'
        f"</bd-t:IntraCommunitySupplies>"
        for (country, vat_number), amount in customers.items()
    )
    return _write("icp-opgaaf", number, start, end, {}, rows)


def _write(entry_point: str, number: str, start: date, end: date, amounts: Mapping[str, int], rows: str = "") -> bytes:
    software = {
        "SoftwarePackageName": "Boekhouden & Zo",
        "SoftwarePackageVersion": "12.4",
        "ContactInitials": "E.",
        "ContactSurname": "Voorbeeld",
        "ContactTelephoneNumber": "0850000000",
        "DateTimeCreation": f"{end:%Y%m%d}1200",
    }
    facts = [f'  <bd-i:{name} contextRef="c">{escape(text)}</bd-i:{name}>' for name, text in software.items()]
    facts += [
        f'  <bd-i:{name} contextRef="c" unitRef="EUR" decimals="INF">{amount}</bd-i:{name}>'
        for name, amount in amounts.items()
    ]
    return _INSTANCE.format(
        entry_point=entry_point, number=number, start=start, end=end, facts="\n".join([*facts, rows])
    ).encode()
