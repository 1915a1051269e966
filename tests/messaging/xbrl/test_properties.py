"""Properties that hold for every return, and for everything that is none."""

from __future__ import annotations

import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.xbrl import Document, XbrlError, read_document
from messaging.xbrl.btw import RETURN_RUBRIEKEN
from tests.messaging.xbrl.documents import FIXTURES, fixture, package, vat_return

DOCUMENTS = [fixture(path.name) for path in sorted(FIXTURES.iterdir())]
DOCUMENTS.append(package({"x/reports/a.xhtml": fixture("kvk-2024-small.xhtml")}))
OWED_PARTS = ("1a", "1b", "1c", "1d", "2a", "4a", "4b")
COLUMNS = {rubriek.code: rubriek.vat for rubriek in RETURN_RUBRIEKEN}

amounts = st.integers(-(10**9), 10**9)


def assert_read_or_refused(content: bytes) -> None:
    """Nothing but a whole document or an `XbrlError` with a bounded explanation comes out."""
    try:
        outcome: Document | XbrlError = read_document(content)
    except XbrlError as error:
        outcome = error

    if isinstance(outcome, Document):
        assert Document.from_dict(json.loads(json.dumps(outcome.as_dict()))) == outcome
    else:
        assert 0 < len(str(outcome.explanation)) < 300


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_refused_in_our_own_way(content: bytes) -> None:
    assert_read_or_refused(content)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(DOCUMENTS), st.integers(0, 2**32))
def test_damaged_documents_are_read_or_refused(content: bytes, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # not for secrets
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(damaged))
        end = min(len(damaged), start + chance.choice((1, 1, 1, 8, 80)))
        kind = chance.randrange(4)
        if kind == 0:
            del damaged[start:end]
        elif kind == 1:
            damaged[start:end] = damaged[start:end] * 2
        elif kind == 2:
            damaged[start] = chance.randrange(256)
        else:
            damaged[start:end] = chance.choice((b"0", b"<", b"&#1;", b"-", b"  ", b"Msg", b"9" * 30))
        if not damaged:
            break

    assert_read_or_refused(bytes(damaged))


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(OWED_PARTS), amounts), amounts, amounts)
def test_a_return_whose_sums_are_right_has_no_findings(parts: dict[str, int], on_input: int, reduction: int) -> None:
    owed = sum(parts.values())
    stated = {COLUMNS[code]: amount for code, amount in parts.items()} | {
        COLUMNS["5a"]: owed,
        COLUMNS["5b"]: on_input,
        COLUMNS["5d"]: reduction,
        COLUMNS["5g"]: owed - on_input - reduction,
    }

    document = read_document(vat_return(stated))

    assert document.findings == ()
    assert document.amount == owed - on_input - reduction
    assert {line.rubriek: line.vat for line in document.lines if line.rubriek in parts} == parts
    assert Document.from_dict(document.as_dict()) == document


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(OWED_PARTS), amounts), amounts, amounts.filter(bool))
def test_a_wrong_total_is_always_found(parts: dict[str, int], on_input: int, error: int) -> None:
    owed = sum(parts.values())
    stated = {COLUMNS[code]: amount for code, amount in parts.items()} | {
        COLUMNS["5a"]: owed,
        COLUMNS["5b"]: on_input,
        COLUMNS["5g"]: owed - on_input + error,
    }

    findings = read_document(vat_return(stated)).findings

    assert [(finding.code, finding.rubriek, finding.expected) for finding in findings] == [
        ("failed_sum", "5g", owed - on_input)
    ]
