"""Calls that arrive at the same moment: of two that want the same thing one wins, and both are answered rightly."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from connectors import tokens
from connectors.causes import Cause
from messaging.models import LogEntry, Message, MessageEvent
from tests.factories import TokenFactory
from tests.messaging.gateway.conftest import Program, soap_fault, soap_result

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5  # a race is not won in every round


def _at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Make all calls at the same moment, each on a connection of its own, and return their answers."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(timeout=60)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def test_equal_uploads_become_one_message_with_one_id(program: Program) -> None:
    for number in range(ROUNDS):
        external_id = f"SAME-{number}"
        answers = _at_once(*[lambda external_id=external_id: program.soap(externalMessageId=external_id)] * 4)

        message = Message.objects.get(external_message_id=external_id)
        assert [soap_result(answer) for answer in answers] == [message.public_id] * 4

    assert MessageEvent.objects.count() == ROUNDS
    assert not LogEntry.objects.exists()


def test_of_two_contents_under_one_id_one_is_stored_and_one_refused(program: Program) -> None:
    for number in range(ROUNDS):
        external_id = f"OTHER-{number}"
        contents = ["<a/>", "<b/>"]
        answers = _at_once(
            *[
                lambda content=content, external_id=external_id: program.soap(
                    externalMessageId=external_id, messageContent=content
                )
                for content in contents
            ]
        )

        message = Message.objects.get(external_message_id=external_id)
        won = contents.index(bytes(message.content.content).decode())
        assert soap_result(answers[won]) == message.public_id
        assert soap_fault(answers[1 - won])[0] == Cause.EXTERNAL_ID_CONFLICT.value.caller

    assert {entry.explained for entry in LogEntry.objects.all()} == {Cause.EXTERNAL_ID_CONFLICT}


def test_of_two_environments_one_gets_an_unbound_token(program: Program) -> None:
    for _ in range(ROUNDS):
        data = tokens.generate()
        token = TokenFactory(app_connector=program.token.app_connector, data=data, customer_environment="")
        unbound = Program(data, token)
        environments = ["O11111AA", "O22222AA"]
        answers = _at_once(
            *[
                lambda code=code, unbound=unbound: unbound.soap(environmentId=code, externalMessageId=code)
                for code in environments
            ]
        )

        token.refresh_from_db()
        won = environments.index(token.customer_environment)
        assert soap_result(answers[won]) == Message.objects.get(token=token).public_id
        assert soap_fault(answers[1 - won])[0] == Cause.OTHER_CUSTOMER_ENVIRONMENT.value.caller
        assert Message.objects.get(token=token).sender_environment == token.customer_environment


def test_equal_refusals_are_all_counted_and_get_the_reference_of_their_entry(program: Program) -> None:
    stranger = Program(tokens.generate())

    answers = _at_once(*[stranger.soap] * 4)

    entries = LogEntry.objects.all()
    assert sum(entry.repeats for entry in entries) == 4
    assert {soap_fault(answer)[1] for answer in answers} == {entry.public_reference for entry in entries}
    assert len(entries) <= 2  # the minute may turn


def test_repetitions_are_committed_before_their_answer(program: Program) -> None:
    stranger = Program(tokens.generate())

    answers = [stranger.rest().status_code for _ in range(3)]

    connection.close()  # what is seen now, others see as well
    assert answers == [401] * 3
    assert sum(entry.repeats for entry in LogEntry.objects.all()) == 3


def test_failures_of_the_same_moment_are_all_counted(program: Program, settings: Settings) -> None:
    settings.GATEWAY_FAILURES_PER_MINUTE = 3
    stranger = Program(tokens.generate())

    answers = _at_once(*[stranger.rest] * 5)

    assert sorted(answer.status_code for answer in answers) == [401, 401, 401, 503, 503]
    assert [entry.repeats for entry in LogEntry.objects.filter(cause=Cause.TOO_MANY_FAILURES.code)] == [1]
