"""Keyset pages: every row on one page, in both directions, whatever stands in the address."""

from __future__ import annotations

import pytest

from connectors.models import AllowlistRequest
from portal.keyset import Page, page_of
from tests.factories import AllowlistRequestFactory

pytestmark = pytest.mark.django_db


def _page(oldest_first: bool, **parameters: int | str) -> Page[AllowlistRequest]:
    return page_of(AllowlistRequest.objects.all(), parameters, size=2, oldest_first=oldest_first)


@pytest.mark.parametrize("oldest_first", [True, False])
def test_pages_lead_through_all_rows_and_back(oldest_first: bool) -> None:
    keys = sorted((AllowlistRequestFactory().pk for _n in range(5)), reverse=not oldest_first)

    first = _page(oldest_first)
    second = _page(oldest_first, after=first.onward or 0)
    third = _page(oldest_first, after=second.onward or 0)
    again = _page(oldest_first, before=third.back or 0)
    start = _page(oldest_first, before=again.back or 0)

    pages = [[row.pk for row in page.rows] for page in (first, second, third, again, start)]
    assert pages == [keys[:2], keys[2:4], keys[4:], keys[2:4], keys[:2]]
    assert (first.back, third.onward, start.back) == (None, None, None)


@pytest.mark.parametrize("broken", ["", "abc", "-1", "1e3", "9" * 40])
def test_what_is_no_key_gives_the_first_page(broken: str) -> None:
    incident = AllowlistRequestFactory()

    page = _page(False, after=broken)

    assert page == Page([incident])


def test_a_page_without_rows_leads_nowhere() -> None:
    assert _page(False) == Page([])


def test_a_way_back_that_reaches_the_beginning_gives_the_whole_first_page() -> None:
    keys = [AllowlistRequestFactory().pk for _n in range(3)][::-1]

    page = _page(False, before=keys[1])

    assert ([row.pk for row in page.rows], page.back, page.onward) == (keys[:2], None, keys[1])
