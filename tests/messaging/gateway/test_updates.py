"""A sender hears of every change of its messages, twice at most times, and never misses one."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from lxml import etree
from pytest_django import DjangoAssertNumQueries

from connectors import tokens
from connectors.causes import Cause
from messaging.actions.updates import take_updates
from messaging.gateway.results import updates_document
from messaging.models import LogEntry, Message
from messaging.statuses import Status, change_status
from tests.factories import MessageFactory, TokenFactory
from tests.messaging.gateway.conftest import Program, soap_fault, soap_result

pytestmark = pytest.mark.django_db


def _registered(program: Program, count: int = 1) -> list[UUID]:
    with transaction.atomic():  # a message and its event belong together
        return [message.pk for message in MessageFactory.create_batch(count, token=program.token)]


def _take_up(*ids: UUID) -> None:
    change_status(ids, before=Status.REGISTERED, after=Status.PROCESSING)


def _put_in_workflow(*ids: UUID) -> None:
    change_status(ids, before=Status.PROCESSING, after=Status.IN_WORKFLOW)


def _ask(program: Program, **fields: str) -> list[tuple[str, int]]:
    """Return the messages in the answer, as id and status."""
    document = etree.fromstring(soap_result(program.soap("GetUpdatedMessages", **fields)))
    return [(row.findtext("messageId") or "", int(row.findtext("status") or 0)) for row in document]


def _shown(message_id: UUID) -> str:
    return message_id.hex.upper()


def test_a_change_stands_in_two_answers_and_in_no_more(program: Program) -> None:
    (message,) = _registered(program)
    _take_up(message)

    answers = [_ask(program) for _ in range(4)]

    assert answers == [[(_shown(message), 20)], [(_shown(message), 20)], [], []]


def test_registering_is_no_change_for_who_registered(program: Program) -> None:
    program.soap()

    assert _ask(program) == []


def test_a_later_change_begins_anew(program: Program) -> None:
    (message,) = _registered(program)
    _take_up(message)
    _ask(program)
    _put_in_workflow(message)

    answers = [_ask(program) for _ in range(3)]

    assert answers == [[(_shown(message), 30)], [(_shown(message), 30)], []]


def test_a_token_hears_of_its_own_messages_only(program: Program) -> None:
    data = tokens.generate()
    other = Program(data, TokenFactory(app_connector=program.token.app_connector, data=data))
    (mine,), (theirs,) = _registered(program), _registered(other)
    _take_up(mine, theirs)

    assert _ask(other) == [(_shown(theirs), 20)]
    assert _ask(program) == [(_shown(mine), 20)]


def test_the_answer_says_what_is_known_of_a_message(program: Program) -> None:
    message = MessageFactory(token=program.token, external_message_id="A&B")
    reference = UUID(int=7)
    _take_up(message.pk)
    change_status([message.pk], before=Status.PROCESSING, after=Status.REJECTED, log_reference=reference)

    updates = soap_result(program.soap("GetUpdatedMessages"))
    status = soap_result(program.soap("GetMessageStatus", messageId=message.public_id))

    row = status.removeprefix("<messageStatus>").removesuffix("</messageStatus>")
    assert updates == f'<messages more="false"><message>{row}</message></messages>'
    assert "<externalMessageId>A&amp;B</externalMessageId><status>40</status>" in row
    assert f"<logReference>{reference.hex.upper()}</logReference>" in row


def test_nothing_new_is_an_empty_document(program: Program) -> None:
    assert soap_result(program.soap("GetUpdatedMessages")) == '<messages more="false"></messages>'


# The filter -----------------------------------------------------------------------------------------------------------


def test_a_filter_leaves_the_other_changes_due(program: Program) -> None:
    taken, waiting = _registered(program, 2)
    _take_up(taken, waiting)
    _put_in_workflow(waiting)

    filtered = [_ask(program, messageStatusFilter=" 30 ") for _ in range(3)]
    rest = [_ask(program) for _ in range(3)]

    assert filtered == [[(_shown(waiting), 30)], [(_shown(waiting), 30)], []]
    assert rest == [[(_shown(taken), 20)], [(_shown(taken), 20)], []]


def test_an_empty_filter_is_no_filter(program: Program) -> None:
    (message,) = _registered(program)
    _take_up(message)

    assert _ask(program, messageStatusFilter=" ") == [(_shown(message), 20)]


@pytest.mark.parametrize("status_filter", ["11", "thirty", "-30", "30,40", "9" * 5000, "30.0"])
def test_a_filter_that_is_no_status_is_refused_and_tells_nothing(program: Program, status_filter: str) -> None:
    (message,) = _registered(program)
    _take_up(message)

    response = program.soap("GetUpdatedMessages", messageStatusFilter=status_filter)

    entry = LogEntry.objects.get()
    assert soap_fault(response) == ("messageStatusFilter is geen status van een bericht.", entry.public_reference)
    assert (entry.explained, entry.evidence["observed"]) == (Cause.STATUS_FILTER_UNKNOWN, status_filter[:40])
    assert Message.objects.get().answers_due == 2


# Pages ----------------------------------------------------------------------------------------------------------------


def test_a_page_is_bounded_and_says_that_more_waits(program: Program) -> None:
    ids = _registered(program, 5)
    _take_up(*ids)

    pages = [take_updates(token_id=program.token.pk, limit=2) for _ in range(6)]

    order = [message.pk for page in pages for message in page.messages]
    assert order == [*ids, *ids]
    assert [(len(page.messages), page.more) for page in pages] == [
        (2, True),
        (2, True),
        (2, True),
        (2, True),
        (2, False),
        (0, False),
    ]


def test_the_sign_that_more_waits_stands_on_the_document(program: Program) -> None:
    _take_up(*_registered(program, 2))

    page = take_updates(token_id=program.token.pk, limit=1)

    assert etree.fromstring(updates_document(page.messages, more=page.more)).get("more") == "true"


def test_what_was_never_offered_comes_before_repetitions(program: Program) -> None:
    old, new = _registered(program, 2)
    _take_up(old)
    _ask(program)
    _take_up(new)

    assert _ask(program) == [(_shown(new), 20), (_shown(old), 20)]


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_statements_does_not_grow(
    program: Program, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ids = _registered(program, count)
    _take_up(*ids)
    change_status(ids, before=Status.PROCESSING, after=Status.REJECTED, log_reference=UUID(int=1))
    program.soap("GetUpdatedMessages", messageStatusFilter="10")  # the token is known from here on

    with django_assert_num_queries(3):
        _ask(program)


def test_the_index_finds_what_is_due(program: Program) -> None:
    message = MessageFactory(token=program.token)
    with connection.cursor() as cursor:
        # Only the planner's choice at this size is in the way of seeing that the index can serve.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        due = Message.objects.filter(token=message.token, answers_due__gt=0).order_by("-answers_due", "id")

        assert "message_for_sender" in due[:501].explain()


# At the same moment ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_change_between_reading_and_counting_stays_due(program: Program) -> None:
    (message,) = _registered(program)
    _take_up(message)
    asked = _execute_before_counting(lambda: _in_thread(lambda: _put_in_workflow(message)))

    with connection.execute_wrapper(asked):
        first = _ask(program)

    assert first == [(_shown(message), 20)]
    assert [_ask(program) for _ in range(3)] == [[(_shown(message), 30)], [(_shown(message), 30)], []]


@pytest.mark.django_db(transaction=True)
def test_a_message_that_is_being_changed_is_offered_without_waiting(program: Program) -> None:
    busy, free = _registered(program, 2)
    _take_up(busy, free)
    locked, asked = threading.Event(), threading.Event()

    def work() -> None:
        with transaction.atomic():
            Message.objects.select_for_update().get(pk=busy)
            locked.set()
            asked.wait(timeout=60)

    worker = threading.Thread(target=lambda: _and_close(work))
    worker.start()
    locked.wait(timeout=60)
    first = _ask(program)
    asked.set()
    worker.join()

    both = [(_shown(busy), 20), (_shown(free), 20)]
    assert first == both
    assert [_ask(program) for _ in range(3)] == [both, [(_shown(busy), 20)], []]


@pytest.mark.django_db(transaction=True)
def test_calls_at_the_same_moment_each_get_the_change(program: Program) -> None:
    (message,) = _registered(program)
    _take_up(message)
    answers: list[list[tuple[str, int]]] = []
    asked = _execute_before_counting(lambda: _in_thread(lambda: answers.append(_ask(program))))

    with connection.execute_wrapper(asked):
        answers.append(_ask(program))

    assert answers == [[(_shown(message), 20)], [(_shown(message), 20)]]
    assert _ask(program) == []


def _execute_before_counting(act: Any) -> Any:
    """Return a wrapper that does something else between the reading of a page and the counting of it."""

    def execute(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "unnest" in sql:
            act()
        return execute(sql, params, many, context)

    return execute


def _in_thread(act: Any) -> None:
    thread = threading.Thread(target=lambda: _and_close(act))
    thread.start()
    thread.join()


def _and_close(act: Any) -> None:
    try:
        act()
    finally:
        connection.close()
