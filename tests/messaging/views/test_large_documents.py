"""The pages of very large documents: bounded, however much was sent."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from connectors.models import Environment
from messaging.models import Message
from messaging.sheets import PAGE_ROWS
from portal.models import User
from tests.messaging.readings import make_read
from tests.messaging.xbrl.test_large import CUSTOMERS, with_tuples

Login = Callable[[User], Client]
BOUND = 700_000  # characters of a page


def url(name: str, message: Message) -> str:
    return reverse(f"messaging:{name}", args=[message.environment.code, message.public_id])


def test_a_listing_of_twenty_thousand_customers_is_shown_page_by_page(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    message, client = make_read(environment, with_tuples(CUSTOMERS)), login(behandelaar)

    for query, first, numbers in [
        ({}, 1, ("000000000", "000000199")),
        ({"rij": "200"}, 201, ("000000200", "000000399")),
        ({"rij": str(CUSTOMERS - 1)}, CUSTOMERS - PAGE_ROWS + 1, ("000019800", "000019999")),
        ({"rij": "99999999"}, 1, ("000000000", "000000199")),
    ]:
        answer = client.get(url("message_detail", message), query)
        (group,) = answer.context["sheet"].groups
        assert (len(group.rows), group.rows[0][1], group.rows[-1][1]) == (PAGE_ROWS, *numbers)
        assert (answer.context["sheet"].rows.first, answer.context["sheet"].rows.count) == (first, CUSTOMERS)
        assert group.total == "200.010.000"
        assert len(answer.content) < BOUND


def test_the_document_itself_is_shown_in_part_and_kept_whole(
    environment: Environment, behandelaar: User, login: Login
) -> None:
    raw = with_tuples(CUSTOMERS)
    message, client = make_read(environment, raw), login(behandelaar)

    shown = client.get(url("message_document", message))
    kept = client.get(url("message_download", message))

    assert (shown.context["raw"].is_cut, len(shown.content) < 2 * BOUND) == (True, True)
    assert kept.content == raw
