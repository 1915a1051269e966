"""The page with the time to fix: for support only, each figure with its list, the same cost for any number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.models import FixTime
from portal.models import User

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]
PAGE = "/support/hersteltijd/"


def _fixed(hours: list[int]) -> None:
    refused_at = timezone.now() - timedelta(days=14)
    for number, took in enumerate(hours):
        FixTime.objects.create(
            sender=f"address {number}",
            cause="token_unknown",
            reference=uuid4(),
            last_entry=number,
            refused_at=refused_at,
            fixed_at=refused_at + timedelta(hours=took) if took else None,
        )


def test_the_page_says_the_median_and_leads_to_the_refusals(login: Login, support: User) -> None:
    _fixed([1, 3, 40, 0])

    answer = login(support).get(PAGE)

    week = next(week for week in answer.context["weeks"] if week.figures.refused)
    assert (week.figures.refused, week.figures.open, week.figures.median) == (4, 1, 3 * 3600)
    page = answer.content.decode()
    assert f"/support/communicatielogboek/?since={week.start}&amp;until={week.end}" in page
    assert "/support/communicatielogboek/?cause=token_unknown&amp;since=" in page
    assert f"{week.start:%d-%m}: 3\xa0uur" in page


@pytest.mark.parametrize("senders", [1, 3])
def test_the_page_costs_the_same_for_one_and_three(login: Login, support: User, senders: int) -> None:
    _fixed([1] * senders)
    client = login(support)

    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE)

    # Session, user, by week, by cause, and the number in the menu.
    assert len(queries) == 5, [query["sql"][:90] for query in queries]


def test_without_refusals_it_says_so(login: Login, support: User) -> None:
    assert "In de afgelopen twaalf weken is geen afzender geweigerd" in login(support).get(PAGE).content.decode()


def test_for_who_is_not_support_it_does_not_exist(login: Login, beheerder: User) -> None:
    assert login(beheerder).get(PAGE).status_code == 404
