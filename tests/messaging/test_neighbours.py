"""What stands beside a message: the period before, the same period twice, and listings against rubriek 3b."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from connectors.models import Environment
from messaging.models import Message
from messaging.neighbours import Comparison, neighbours_of
from messaging.periods import OddPeriod, odd_about
from messaging.statuses import Status
from portal.demo.documents import ec_listing, vat_return
from portal.models import User
from tests.factories import EnvironmentFactory
from tests.messaging.readings import make_read

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]
NUMBER = "001234567B01"
Q1, JANUARY, FEBRUARY, MARCH = (
    (dt.date(2026, 1, 1), dt.date(2026, 3, 31)),
    (dt.date(2026, 1, 1), dt.date(2026, 1, 31)),
    (dt.date(2026, 2, 1), dt.date(2026, 2, 28)),
    (dt.date(2026, 3, 1), dt.date(2026, 3, 31)),
)
Q4 = dt.date(2025, 10, 1), dt.date(2025, 12, 31)
YEAR = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
Period = tuple[dt.date, dt.date]


def _return(environment: Environment, period: Period, *, exported: int = 0, **values: object) -> Message:
    raw = vat_return(NUMBER, *period, high=1000, low=0, exported=exported, paid=0)
    return make_read(environment, raw, **values)


def _listing(
    environment: Environment, period: Period, *amounts: int, corrections: Mapping[str, int] | None = None
) -> Message:
    raw = ec_listing(NUMBER, *period, {("DE", str(n)): amount for n, amount in enumerate(amounts)})
    for number, amount in (corrections or {}).items():
        row = (
            "<bd-t:IntraCommunitySuppliesCorrections>"
            '<bd-i:CountryCodeISO-EC contextRef="c">DE</bd-i:CountryCodeISO-EC>'
            f'<bd-i:CorrectionsSuppliesAmount contextRef="c" unitRef="EUR" decimals="INF">{amount}'
            f"</bd-i:CorrectionsSuppliesAmount>"
            f'<bd-i:VATIdentificationNumberNational contextRef="c">{number}</bd-i:VATIdentificationNumberNational>'
            f"</bd-t:IntraCommunitySuppliesCorrections></xbrli:xbrl>"
        )
        raw = raw.replace(b"</xbrli:xbrl>", row.encode())
    return make_read(environment, raw)


def _beside(message: Message) -> Comparison:
    found = neighbours_of(message, message.reading).comparison
    assert found is not None
    return found


def test_the_period_before_is_found_also_when_it_came_later(environment: Environment) -> None:
    now = _return(environment, Q1)
    _return(environment, (dt.date(2025, 7, 1), dt.date(2025, 9, 30)))
    before = _return(environment, Q4)
    _return(environment, Q4, status=Status.REJECTED)
    _return(EnvironmentFactory(), Q4)
    _listing(environment, Q4, 1)

    assert neighbours_of(now, now.reading).previous == before.reading


def test_the_same_period_twice_is_told_and_what_was_rejected_is_not(environment: Environment) -> None:
    first = _return(environment, Q1)
    month = _return(environment, MARCH)
    _return(environment, Q1, status=Status.REJECTED)
    _return(environment, Q4)
    last = _return(environment, Q1)

    found = neighbours_of(first, first.reading).overlapping

    assert [other.message_id for other in found] == [last.pk, month.pk]


@pytest.mark.parametrize(
    ("listed", "corrections", "difference"),
    [((500, 200), {}, 0), ((500, 100), {}, -100), ((700,), {"9": -50}, 0), ((750,), {"9": -50}, 0), ((), {}, -700)],
)
def test_a_listing_stands_beside_rubriek_3b(
    environment: Environment, listed: tuple[int, ...], corrections: dict[str, int], difference: int
) -> None:
    vat = _return(environment, Q1, exported=700)
    listing = _listing(environment, Q1, *listed, corrections=corrections)

    found = [_beside(vat), _beside(listing)]

    assert [each.difference for each in found] == [difference] * 2
    assert [each.agrees for each in found] == [difference == 0] * 2


def test_listings_over_months_stand_beside_a_quarter(environment: Environment) -> None:
    vat = _return(environment, Q1, exported=600)
    months = [_listing(environment, period, amount) for period, amount in ((JANUARY, 1), (MARCH, 300))]
    half = [_beside(message) for message in (vat, *months)]
    _listing(environment, FEBRUARY, 200)
    _listing(environment, JANUARY, 100)

    assert {(each.rubriek_3b, each.listed, each.agrees) for each in half[:1]} == {(600, None, None)}
    assert [each.agrees for each in half] == [None] * 3
    assert [_beside(message).agrees for message in (vat, months[1])] == [True, True]
    # The listing at hand counts, not the newer one that replaced it.
    assert _beside(months[0]).difference == -99


def test_returns_over_months_stand_beside_a_listing_over_the_quarter(environment: Environment) -> None:
    months = [_return(environment, period, exported=100) for period in (JANUARY, FEBRUARY, MARCH)]
    listing = _listing(environment, Q1, 300)

    assert [_beside(message).agrees for message in (*months, listing)] == [True] * 4


def test_without_the_other_side_nothing_is_compared(environment: Environment) -> None:
    vat, listing = _return(environment, Q1, exported=5), _listing(environment, Q4, 5)

    assert [_beside(message).agrees for message in (vat, listing)] == [None, None]
    assert (_beside(vat).rubriek_3b, _beside(listing).listed) == (5, 5)


def test_a_document_of_another_shape_compares_as_nothing(environment: Environment) -> None:
    vat, listing = _return(environment, Q1, exported=5), _listing(environment, Q1, 5)
    vat.reading.document = {"version": 0}
    vat.reading.save(update_fields=["document"])

    assert _beside(listing).difference == 5


@pytest.mark.parametrize(
    ("kind", "period", "odd"),
    [
        ("BTW", JANUARY, []),
        ("BTW", Q1, []),
        ("BTW", YEAR, [OddPeriod.NOT_OVER]),
        ("BTW", (dt.date(2026, 2, 1), dt.date(2026, 4, 30)), [OddPeriod.NOT_USUAL]),
        ("BTW", (dt.date(2026, 1, 1), dt.date(2026, 1, 30)), [OddPeriod.NOT_USUAL]),
        ("BTW", (dt.date(2026, 1, 1), dt.date(2026, 2, 28)), [OddPeriod.NOT_USUAL]),
        ("ICP", (dt.date(2026, 1, 1), dt.date(2026, 2, 28)), []),
        ("ICP", (dt.date(2026, 2, 1), dt.date(2026, 3, 31)), [OddPeriod.NOT_USUAL]),
        ("SUP", (dt.date(2025, 2, 1), dt.date(2025, 12, 31)), []),
        ("SUP", (dt.date(2024, 1, 1), dt.date(2025, 12, 31)), [OddPeriod.NOT_USUAL]),
        ("KVK", (dt.date(2024, 5, 17), dt.date(2025, 12, 31)), []),
        ("KVK", (dt.date(2023, 1, 1), dt.date(2025, 12, 31)), [OddPeriod.NOT_USUAL]),
    ],
)
def test_a_period_that_nobody_files_over_is_odd(kind: str, period: Period, odd: list[OddPeriod]) -> None:
    assert odd_about(kind, *period, received=dt.date(2026, 5, 2)) == odd


def test_the_page_says_all_this_with_as_many_queries_for_any_number(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    message, client = _return(environment, Q1, exported=700), login(behandelaar)
    address = reverse("messaging:message_detail", args=[environment.code, message.public_id])
    counts = []
    for more in range(2):
        for _n in range(1 + more):
            _return(environment, Q4, exported=100)
            _return(environment, Q1)
            _listing(environment, Q1, 600)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address)
        counts.append(len(queries))

    texts = " ".join(remark.text for remark in page.context["remarks"])
    assert (counts[0], NUMBER in texts, "600" in texts) == (counts[1], True, True)
    line = next(line for s in page.context["sheet"].sections for line in s.lines if line.code == "3b")
    assert (line.turnover, line.previous_turnover, line.turnover_difference) == ("700", "100", "+600")
