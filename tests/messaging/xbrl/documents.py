"""Documents for the tests: our own fixture files, and small ones made on the spot."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

FIXTURES = Path(__file__).parents[2] / "fixtures" / "documents"

_NAMESPACES = (
    'xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:link="http://www.xbrl.org/2003/linkbase" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:iso4217="http://www.xbrl.org/2003/iso4217" '
    'xmlns:xbrldi="http://xbrl.org/2006/xbrldi" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:bd-i="urn:data" xmlns:bd-t="urn:tuples" xmlns:bd-axes="urn:axes" xmlns:bd-domains="urn:domains"'
)
BTW_SCHEME = "www.belastingdienst.nl/omzetbelastingnummer"
UNIT = '<xbrli:unit id="EUR"><xbrli:measure>iso4217:EUR</xbrli:measure></xbrli:unit>'


def fixture(name: str) -> bytes:
    """One of our own documents."""
    return (FIXTURES / name).read_bytes()


def context(
    id_: str = "Msg",
    *,
    start: str = "2025-01-01",
    end: str = "2025-03-31",
    identifier: str = "001000079B08",
    scheme: str = BTW_SCHEME,
    scenario: str = "",
) -> str:
    """A context element; `scenario` is its content, if it is to have one."""
    return (
        f'<xbrli:context id="{id_}"><xbrli:entity>'
        f'<xbrli:identifier scheme="{scheme}">{identifier}</xbrli:identifier></xbrli:entity>'
        f"<xbrli:period><xbrli:startDate>{start}</xbrli:startDate><xbrli:endDate>{end}</xbrli:endDate></xbrli:period>"
        f"{f'<xbrli:scenario>{scenario}</xbrli:scenario>' if scenario else ''}</xbrli:context>"
    )


def fact(name: str, value: object, *, about: str = "Msg", unit: str = "EUR", more: str = "") -> str:
    """A fact with an amount."""
    return f'<bd-i:{name} contextRef="{about}" unitRef="{unit}" decimals="INF"{more}>{value}</bd-i:{name}>'


def xbrl(*content: str, entry_point: str = "bd-rpt-ob-aangifte-2025.xsd") -> bytes:
    """An instance with a schemaRef and this content."""
    href = f"http://www.nltaxonomie.nl/nt19/bd/20241211/entrypoints/{entry_point}"
    return f'<xbrli:xbrl {_NAMESPACES}><link:schemaRef xlink:href="{href}"/>{"".join(content)}</xbrli:xbrl>'.encode()


def vat_return(amounts: Mapping[str, object], entry_point: str = "bd-rpt-ob-aangifte-2025.xsd") -> bytes:
    """A return with these amounts by element name."""
    facts = (fact(name, amount) for name, amount in amounts.items())
    return xbrl(context(), UNIT, *facts, entry_point=entry_point)


def package(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP file with these files."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()
