"""The plain form that is stored: JSON values only, complete, versioned."""

from __future__ import annotations

import json

import pytest

from messaging.xbrl import Document, read_document
from tests.messaging.xbrl.documents import FIXTURES, fixture

OURS = sorted(path.name for path in FIXTURES.iterdir() if not path.name.startswith("other-"))


@pytest.mark.parametrize("name", OURS)
def test_a_document_survives_being_stored_as_json(name: str) -> None:
    document = read_document(fixture(name))

    assert Document.from_dict(json.loads(json.dumps(document.as_dict()))) == document


def test_the_plain_form_is_stable() -> None:
    plain = read_document(fixture("btw-2018-q2-refund.xbrl")).as_dict()

    assert plain.pop("lines")[:2] == [
        {"rubriek": "1a", "turnover": 6000, "vat": 1260},
        {"rubriek": "1b", "turnover": None, "vat": None},
    ]
    assert plain == {
        "version": 1,
        "kind": "BTW",
        "entry_point": "http://www.nltaxonomie.nl/nt12/bd/20171213/entrypoints/bd-rpt-ob-aangifte-2018.xsd",
        "taxonomy_year": 2018,
        "generation": "NT12",
        "period_start": "2018-04-01",
        "period_end": "2018-06-30",
        "identifier_scheme": "btw",
        "identifier": "001000067B15",
        "raw_identifier": "001000067B15",
        "reference": "OB-2018-0002",
        "software": {"name": "KasBoek", "version": "3.0", "vendor_account": "SWO00093"},
        "contact": {"initials": "T.", "prefix": "", "surname": "Vermeer", "phone": "0612340000", "type": "BPL"},
        "tax_consultant_number": "",
        "created_at": "2018-07-23T09:12:00",
        "amount": -890,
        "rows": [],
        "accounts": None,
        "findings": [],
    }


@pytest.mark.parametrize("change", [{"version": 2}, {"kind": "VPB"}])
def test_a_plain_form_of_another_version_or_kind_is_refused(change: dict[str, object]) -> None:
    plain = read_document(fixture("btw-2018-q2-refund.xbrl")).as_dict()

    with pytest.raises(ValueError, match=r"version|kind"):
        Document.from_dict(plain | change)
