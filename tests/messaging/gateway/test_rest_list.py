"""The list of a token's messages: pages, filters and order in the vendor's way; never another token's messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from connectors import tokens
from connectors.causes import Cause
from messaging.kinds import MessageKind
from messaging.models import LogEntry, Message, MessageEvent
from messaging.models.messages import public_id
from messaging.statuses import Status
from tests.factories import MessageFactory, TokenFactory
from tests.messaging.gateway.conftest import REST_PATH, Program

pytestmark = pytest.mark.django_db

List = Callable[..., list[str]]


@pytest.fixture
def messages(program: Program) -> list[Message]:
    """Three messages of this token, and one of another token of the same app connector."""
    kinds = [MessageKind.BTW, MessageKind.ICP, MessageKind.BTW]
    found: list[Message] = [
        MessageFactory(token=program.token, kind=kind, external_message_id=name)
        for kind, name in zip(kinds, ["2026-001", "2026-002", "Corr,1;x"], strict=True)
    ]
    MessageFactory(token=TokenFactory(app_connector=program.token.app_connector), external_message_id="other")
    return found


@pytest.fixture
def ask(program: Program, messages: list[Message]) -> List:
    """Ask for the list and return the external ids in its rows."""

    def ask(**query: str) -> list[str]:
        response = program.client.get(REST_PATH, query, headers={"authorization": program.authorization})
        assert response.status_code == 200, response.content
        return [row["externalMessageId"] for row in response.json()["rows"]]

    return ask


def test_the_list_holds_this_token_s_messages_newest_first(program: Program, messages: list[Message]) -> None:
    answer = program.get(REST_PATH).json()

    assert (answer["skip"], answer["take"]) == (0, 100)
    assert [row["messageId"] for row in answer["rows"]] == [message.public_id for message in reversed(messages)]
    assert answer["rows"][-1] == {
        "messageId": messages[0].public_id,
        "externalMessageId": "2026-001",
        "status": 10,
        "description": "Bericht geregistreerd",
        "changedAt": answer["rows"][-1]["changedAt"],
        "logReference": "",
        "messageType": "BTW",
        "receivedAt": answer["rows"][-1]["receivedAt"],
    }
    shown = datetime.fromisoformat(answer["rows"][-1]["receivedAt"])
    assert abs(shown - messages[0].received_at) < timedelta(milliseconds=1)


def test_one_message_looks_as_in_the_list(program: Program, messages: list[Message]) -> None:
    row = program.get(REST_PATH).json()["rows"][-1]

    assert program.get(f"{REST_PATH}/messageId/{messages[0].public_id}").json() == row


def test_a_rejected_message_shows_its_log_reference(program: Program) -> None:
    reference = uuid4()
    message = MessageFactory(token=program.token, status=Status.REJECTED, event=None)
    MessageEvent.objects.create(
        message=message,
        to_status=Status.REJECTED,
        at=message.status_changed_at,
        actor_name="test",
        log_reference=reference,
    )

    assert program.get(REST_PATH).json()["rows"][0]["logReference"] == public_id(reference)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries_for_any_number_of_rows(
    program: Program, rows: int, django_assert_num_queries: Any
) -> None:
    MessageFactory.create_batch(rows, token=program.token, status=Status.REJECTED)
    program.get(REST_PATH)  # the credential is remembered and its use noted from here on

    with django_assert_num_queries(2):
        answer = program.get(REST_PATH).json()

    assert len(answer["rows"]) == rows


@pytest.mark.parametrize(
    ("query", "page", "rows"),
    [
        ({"skip": "1", "take": "1"}, (1, 1), ["2026-002"]),
        ({"take": "0"}, (0, 0), []),
        ({"skip": "3"}, (3, 100), []),
        ({"skip": "-1", "take": "-1"}, (0, 1000), ["Corr,1;x", "2026-002", "2026-001"]),
        ({"Skip": "2", "TAKE": "99999"}, (2, 1000), ["2026-001"]),
    ],
)
def test_a_page_is_bounded(
    program: Program, messages: list[Message], query: dict[str, str], page: tuple[int, int], rows: list[str]
) -> None:
    answer = program.client.get(REST_PATH, query, headers={"authorization": program.authorization}).json()

    assert (answer["skip"], answer["take"]) == page
    assert [row["externalMessageId"] for row in answer["rows"]] == rows


@pytest.mark.parametrize(
    ("field", "operator", "value", "rows"),
    [
        ("externalMessageId", "1", "2026-001", ["2026-001"]),
        ("externalmessageid", "", "Corr,1;x", ["Corr,1;x"]),
        ("externalMessageId", "6", "26-00", ["2026-002", "2026-001"]),
        ("externalMessageId", "7", "2026-001", ["Corr,1;x", "2026-002"]),
        ("externalMessageId", "10", "corr", ["Corr,1;x"]),
        ("externalMessageId", "11", "-00", ["Corr,1;x"]),
        ("externalMessageId", "12", "2026", ["Corr,1;x"]),
        ("externalMessageId", "13", "2", ["2026-002"]),
        ("externalMessageId", "14", "2", ["Corr,1;x", "2026-001"]),
        ("externalMessageId", "6", "%", []),
        ("messageType", "1", "icp", ["2026-002"]),
        ("messageType", "7", "ICP", ["Corr,1;x", "2026-001"]),
        ("status", "1", "10", ["Corr,1;x", "2026-002", "2026-001"]),
        ("status", "2", "20", []),
        ("status", "5", "20", ["Corr,1;x", "2026-002", "2026-001"]),
        ("status", "7", "10", []),
        ("status,messageType", "1,1", "10,ICP", ["2026-002"]),
        ("messageType;externalMessageId", "1;13", "ICP;-001", ["2026-002", "2026-001"]),
        ("receivedAt", "2", "2020-01-01", ["Corr,1;x", "2026-002", "2026-001"]),
        ("changedAt", "5", "2020-01-01T12:00:00+01:00", []),
    ],
)
def test_a_filter_selects(ask: List, field: str, operator: str, value: str, rows: list[str]) -> None:
    query = {"filterfieldids": field, "filtervalues": value} | ({"operatortypes": operator} if operator else {})

    assert ask(**query) == rows


def test_a_shown_value_finds_its_message(program: Program, ask: List) -> None:
    row = program.get(REST_PATH).json()["rows"][0]

    for field in ("messageId", "externalMessageId", "changedAt", "receivedAt"):
        assert row["externalMessageId"] in ask(filterfieldids=field, filtervalues=str(row[field]), operatortypes="1")


def test_a_plus_sign_that_was_not_escaped_is_understood(ask: List) -> None:
    ago = datetime.now(UTC) - timedelta(hours=1)

    assert (
        len(ask(filterfieldids="receivedAt", filtervalues=ago.strftime("%Y-%m-%dT%H:%M:%S 00:00"), operatortypes="4"))
        == 3
    )


@pytest.mark.parametrize(
    ("order", "rows"),
    [
        ("externalMessageId", ["2026-001", "2026-002", "Corr,1;x"]),
        ("-externalMessageId", ["Corr,1;x", "2026-002", "2026-001"]),
        ("messageId", ["2026-001", "2026-002", "Corr,1;x"]),
        ("messageType,-receivedAt", ["Corr,1;x", "2026-001", "2026-002"]),
    ],
)
def test_the_order_is_the_caller_s(ask: List, order: str, rows: list[str]) -> None:
    assert ask(orderbyfieldids=order) == rows


@pytest.mark.parametrize(
    "query",
    [
        {"skip": "x"},
        {"skip": "1000001"},
        {"skip": "-2"},
        {"take": "1.5"},
        {"take": "9" * 5000},
        {"filterfieldids": "password", "filtervalues": "x"},
        {"filterfieldids": "token__digest", "filtervalues": "x"},
        {"filterfieldids": "status", "filtervalues": "ten"},
        {"filterfieldids": "status", "filtervalues": "10", "operatortypes": "6"},
        {"filterfieldids": "status", "filtervalues": "10", "operatortypes": "99"},
        {"filterfieldids": "externalMessageId", "filtervalues": "", "operatortypes": "8"},
        {"filterfieldids": "externalMessageId", "filtervalues": "x", "operatortypes": "15"},
        {"filterfieldids": "externalMessageId", "filtervalues": "\0"},
        {"filterfieldids": "messageId", "filtervalues": "0A1B"},
        {"filterfieldids": "changedAt", "filtervalues": "yesterday"},
        {"filterfieldids": "changedAt", "filtervalues": "0001-01-01T00:00:00+14:00"},
        {"filterfieldids": "status,messageType", "filtervalues": "10"},
        {"filterfieldids": "status;messageType", "filtervalues": "10,BTW"},
        {"filterfieldids": "status,messageType", "filtervalues": "10,BTW", "operatortypes": "1"},
        {"filterfieldids": ",".join(["status"] * 21), "filtervalues": ",".join(["10"] * 21)},
        {"filtervalues": "10"},
        {"orderbyfieldids": "logReference"},
    ],
)
def test_what_does_not_exist_in_a_query_is_refused(program: Program, query: dict[str, str]) -> None:
    response = program.client.get(REST_PATH, query, headers={"authorization": program.authorization})

    entry = LogEntry.objects.get()
    assert response.status_code == 500
    assert (entry.explained, response.json()["externalMessage"]) == (
        Cause.QUERY_UNREADABLE,
        Cause.QUERY_UNREADABLE.value.caller,
    )


def test_another_token_sees_nothing(messages: list[Message], program: Program) -> None:
    data = tokens.generate()
    TokenFactory(app_connector=program.token.app_connector, data=data)

    answer = Program(data).get(REST_PATH).json()

    assert answer == {"skip": 0, "take": 100, "rows": []}
