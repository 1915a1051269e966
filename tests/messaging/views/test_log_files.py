"""The communication log as a file: the same entries as on screen, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from connectors.models import Environment
from messaging import log_export
from messaging.log_export import COLUMNS, safe_cell
from messaging.queries_log import log_of
from messaging.solutions import ELSEWHERE, Solution
from portal.models import User
from tests.factories import EnvironmentFactory, TokenFactory
from tests.messaging.entries import SUPPORT, Login, entry_of, list_of

pytestmark = pytest.mark.django_db


def _read(client: Client, address: str, **query: str) -> list[dict[str, Any]]:
    answer = client.get(address, query)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a streaming answer
    if address.endswith("json/"):
        return list(json.loads(text))
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_file_holds_what_the_list_would_show(
    kind: str, environment: Environment, beheerder: User, login: Login
) -> None:
    first, second = entry_of(environment), entry_of(environment, cause="connector_blocked")
    entry_of(EnvironmentFactory())
    client, address = login(beheerder), f"{list_of(environment)}{kind}/"

    whole, filtered = _read(client, address), _read(client, address, cause="token_expired")

    assert [row["log_reference"] for row in whole] == [second.public_reference, first.public_reference]
    assert [row["log_reference"] for row in filtered] == [first.public_reference]
    assert [*whole[0]] == [*COLUMNS]


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_support_saves_the_log_of_all_and_others_do_not(
    kind: str, environment: Environment, beheerder: User, outsider: User, support: User, login: Login
) -> None:
    entries = [entry_of(environment), entry_of(None)]

    rows = _read(login(support), f"{SUPPORT}{kind}/")

    assert len(rows) == len(entries)
    assert login(beheerder).get(f"{SUPPORT}{kind}/").status_code == 404
    assert login(outsider).get(f"{list_of(environment)}{kind}/").status_code == 404


@pytest.mark.parametrize("kind", ["csv", "json"])
@pytest.mark.parametrize("count", [0, 2, 5])
def test_a_long_file_comes_in_batches_without_a_seam(
    kind: str, count: int, environment: Environment, beheerder: User, login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_export, "_BATCH", 2)
    references = [entry_of(environment).public_reference for _n in range(count)]

    rows = _read(login(beheerder), f"{list_of(environment)}{kind}/")

    assert [row["log_reference"] for row in rows] == references[::-1]


@pytest.mark.parametrize("count", [1, 3])
def test_a_file_takes_one_query_per_batch(
    count: int, environment: Environment, beheerder: User, login: Login, django_assert_num_queries: Any
) -> None:
    for _n in range(count):
        entry_of(environment, token=TokenFactory(app_connector__environment=environment), resolved_by=beheerder)

    with django_assert_num_queries(1):
        pieces = [*log_export.as_csv(log_of(environment))]

    assert len(pieces) == 2


def test_a_file_says_who_solved_it_and_how(environment: Environment, beheerder: User, login: Login) -> None:
    now = timezone.now()
    entry_of(environment, resolved_at=now, resolved_by=beheerder, resolution=ELSEWHERE, evidence=["odd"])

    (row,) = _read(login(beheerder), f"{list_of(environment)}csv/")

    assert row["solved"] == now.isoformat()
    assert row["solved_by"] == str(beheerder)
    assert row["solution"] == Solution(ELSEWHERE).words
    assert (row["observed"], row["allowed"]) == ("", "")


def test_nothing_that_a_stranger_wrote_is_a_formula(environment: Environment, beheerder: User, login: Login) -> None:
    hostile = '=HYPERLINK("http://evil.example";"klik")'
    entry_of(
        environment,
        client=f" {hostile}",
        external_message_id=hostile,
        sender_environment="@SUM(1)",
        message_type="+1",
        method="-1",
        evidence={"observed": hostile, "allowed": [hostile]},
    )

    (row,) = _read(login(beheerder), f"{list_of(environment)}csv/")

    assert [name for name, cell in row.items() if cell.lstrip()[:1] in {"=", "+", "-", "@"}] == []
    assert row["external_message_id"] == f"'{hostile}"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "|cmd", "%0a", "  =1", "\n=1"])
def test_a_cell_never_begins_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_a_cell_without_harm_stays_as_it_is() -> None:
    assert [safe_cell(value) for value in ("BTW-1", 12, None, ["192.0.2.0/24"])] == [
        "BTW-1",
        "12",
        "",
        '["192.0.2.0/24"]',
    ]


def test_a_file_with_an_unreadable_filter_leads_to_what_is_wrong(
    environment: Environment, beheerder: User, login: Login
) -> None:
    answer = login(beheerder).get(f"{list_of(environment)}csv/", {"q": "factuur 12"})

    assert (answer.status_code, answer["Location"]) == (303, f"{list_of(environment)}?q=factuur+12")
