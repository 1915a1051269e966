"""The real samples that lie beside the project on a developer's machine; skipped where they are absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from messaging.xbrl import ErrorCode, XbrlError, read_document

SAMPLES = Path(__file__).parents[4] / "shared" / "samples"

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="shared/samples does not lie beside the project")


@pytest.mark.parametrize(
    ("name", "kind", "identifier", "period_end", "amount"),
    [
        ("btw-aangifte/nt11-2017-Q1-owed.xbrl", "BTW", "001000045B93", "2017-03-31", 1880),
        ("btw-aangifte/nt12-2018-Q1-owed.xbrl", "BTW", "001000045B93", "2018-03-31", 3856),
        ("btw-aangifte/nt12-2018-Q2-refund.xbrl", "BTW", "001000045B93", "2018-06-30", -1182),
        ("btw-aangifte/official-VB-01_bd-rpt-ob-aangifte-2020.xbrl", "BTW", "001000044B37", "2020-10-31", 3240),
        ("btw-suppletie/nt14-2019-year-additional.xbrl", "SUP", "001000044B37", "2019-12-31", 3546),
        ("icp-opgaaf/nt14-2020-Q1.xbrl", "ICP", "001000044B37", "2020-03-31", 21350),
        ("kvk-stukken/klein-2023.html", "KVK", "12345678", "2023-12-31", None),
        ("kvk-stukken/micro-2023.html", "KVK", "12345678", "2023-12-31", None),
        ("kvk-stukken/micro-2023.zip", "KVK", "12345678", "2023-12-31", None),
    ],
)
def test_a_sample_is_read(name: str, kind: str, identifier: str, period_end: str, amount: int | None) -> None:
    document = read_document((SAMPLES / name).read_bytes())

    assert (document.kind, document.identifier) == (kind, identifier)
    assert (document.period_end.isoformat(), document.amount) == (period_end, amount)
    assert document.findings == ()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("not-ours/sbr-controleverklaring.xbrl", ErrorCode.OTHER_KIND),
        ("not-ours/ubl-invoice.xml", ErrorCode.NOT_XBRL),
    ],
)
def test_a_sample_of_another_kind_is_refused(name: str, code: ErrorCode) -> None:
    with pytest.raises(XbrlError) as caught:
        read_document((SAMPLES / name).read_bytes())

    assert caught.value.code is code
