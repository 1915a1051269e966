"""Whoever keeps failing to authenticate is slowed, and nobody else; noise without a token cannot fill the log."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from lxml import etree
from pytest_django import Settings

from connectors import tokens
from connectors.causes import Cause
from connectors.models import Token
from connectors.throttling import SlowDown, forget_slowed, note_failure, origin_of
from messaging.actions.log import Circumstances, record_refusal
from messaging.models import LogEntry
from tests.messaging.gateway.conftest import GENERIC, REST_PATH, SOAP_PATH, Program, soap_fault, soap_result

pytestmark = pytest.mark.django_db
MOST = 3


@pytest.fixture(autouse=True)
def _slow_down_soon(settings: Settings) -> None:
    settings.GATEWAY_FAILURES_PER_MINUTE = MOST


@pytest.fixture
def stranger() -> Program:
    return Program(tokens.generate())


def _entries(cause: Cause) -> list[LogEntry]:
    return [*LogEntry.objects.filter(cause=cause.code)]


def test_one_failure_too_many_is_put_off_over_rest(program: Program, stranger: Program) -> None:
    answers = [stranger.rest() for _ in range(MOST + 2)]

    assert [answer.status_code for answer in answers] == [401] * MOST + [503] * 2
    body = answers[-1].json()
    assert body["error"]["code"] == "503"
    assert answers[-1]["Retry-After"] == str(body["retry_after"])
    assert 1 <= body["retry_after"] <= 60


@pytest.mark.parametrize(
    ("namespace", "content_type"),
    [
        ("http://schemas.xmlsoap.org/soap/envelope/", "text/xml"),
        ("http://www.w3.org/2003/05/soap-envelope", "application/soap+xml"),
    ],
)
def test_one_failure_too_many_is_put_off_over_soap(program: Program, namespace: str, content_type: str) -> None:
    body = f'<s:Envelope xmlns:s="{namespace}"><s:Body><UploadMessage/></s:Body></s:Envelope>'

    answers = [Client().post(SOAP_PATH, body, content_type=content_type) for _ in range(MOST + 2)]

    assert [soap_fault(answer)[0] for answer in answers[:MOST]] == [GENERIC] * MOST
    assert [answer.status_code for answer in answers[MOST:]] == [503] * 2
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert soap_fault(answers[-1])[0] == "De dienst is tijdelijk niet beschikbaar. Probeer het later opnieuw."
    assert etree.fromstring(answers[-1].content).tag == f"{{{namespace}}}Envelope"


def test_a_valid_token_from_the_same_address_is_never_touched(program: Program, stranger: Program) -> None:
    for _ in range(MOST + 2):
        stranger.rest()

    assert soap_result(program.soap())


def test_another_address_is_never_touched(program: Program, stranger: Program) -> None:
    for _ in range(MOST + 2):
        stranger.rest()
    stranger.address = "203.0.113.9"

    assert stranger.rest().status_code == 401


def test_other_refusals_do_not_count(program: Program, stranger: Program) -> None:
    for _ in range(MOST + 2):
        program.soap(messageType="XYZ")
    program.address = "203.0.113.9"
    for _ in range(MOST + 2):
        program.rest()
    stranger.address = program.address

    assert stranger.rest().status_code == 401


def test_a_deleted_token_counts_like_an_unknown_one(program: Program) -> None:
    Token.objects.update(deleted_at=timezone.now())

    answers = [program.rest(externalMessageId=str(number)).status_code for number in range(MOST + 1)]

    assert answers == [401] * MOST + [503]


def test_the_log_says_once_that_an_address_is_slowed(program: Program, stranger: Program) -> None:
    for _ in range(MOST + 3):
        stranger.rest()

    (entry,) = _entries(Cause.TOO_MANY_FAILURES)
    assert (entry.address, entry.repeats, entry.door) == ("127.0.0.1", 1, "rest")
    assert (entry.evidence["observed"], entry.evidence["allowed"]) == ("127.0.0.1", MOST)
    assert sum(entry.repeats for entry in _entries(Cause.TOKEN_UNKNOWN)) == MOST


def test_another_process_slows_the_same_address_and_adds_nothing_to_the_log(
    program: Program, stranger: Program
) -> None:
    for _ in range(MOST + 1):
        stranger.rest()
    forget_slowed()  # what another process does not know

    assert stranger.rest().status_code == 503
    assert len(_entries(Cause.TOO_MANY_FAILURES)) == 1


def test_the_next_minute_begins_anew(program: Program, stranger: Program) -> None:
    for _ in range(MOST + 1):
        stranger.rest()
    forget_slowed()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE connectors_failedcalls SET since = since - INTERVAL '61 seconds'")

    answers = [stranger.rest().status_code for _ in range(MOST + 1)]

    assert answers == [401] * MOST + [503]


def test_a_slowed_call_writes_nothing(program: Program, stranger: Program, django_assert_num_queries: Any) -> None:
    for _ in range(MOST + 1):
        stranger.rest()

    unseen = Program(tokens.generate())
    with django_assert_num_queries(1):  # is there such a token?
        unseen.rest()


def test_zero_switches_it_off(program: Program, stranger: Program, settings: Settings) -> None:
    settings.GATEWAY_FAILURES_PER_MINUTE = 0

    assert {stranger.rest().status_code for _ in range(MOST + 2)} == {401}


def test_the_addresses_of_one_ipv6_network_count_together() -> None:
    for number in range(MOST):
        note_failure(ip_address(f"2001:db8:1:1::{number:x}"))

    with pytest.raises(SlowDown):
        note_failure(ip_address("2001:db8:1:1:ffff::1"))
    note_failure(ip_address("2001:db8:1:2::1"))


def test_ipv4_addresses_are_told_apart() -> None:
    assert origin_of(ip_address("192.0.2.1")) != origin_of(ip_address("192.0.2.2"))


# Noise in the log -----------------------------------------------------------------------------------------------------


def test_failures_without_a_known_token_make_one_entry_per_cause_and_minute(
    program: Program, settings: Settings
) -> None:
    settings.GATEWAY_FAILURES_PER_MINUTE = 0
    for number in range(5):
        stranger = Program(tokens.generate())
        stranger.client.defaults["HTTP_USER_AGENT"] = f"noise {number}"
        stranger.soap(externalMessageId=f"N-{number}", messageType=f"T{number}", environmentId=f"O1111{number}AA")
        stranger.rest(externalMessageId=f"R-{number}")
        stranger.post(REST_PATH, b"{}", "application/json")
        stranger.soap(f"Method{number}")

    for cause, times in ((Cause.TOKEN_UNKNOWN, 10), (Cause.TOKEN_MISSING, 5), (Cause.METHOD_UNKNOWN, 5)):
        entries = _entries(cause)
        assert len(entries) <= 2  # the minute may turn
        assert sum(entry.repeats for entry in entries) == times


def test_addresses_are_told_apart_in_the_log(program: Program) -> None:
    for address in ("192.0.2.1", "192.0.2.2", "2001:db8:1:1::1", "2001:db8:1:1::2", "2001:db8:1:2::1"):
        Program(tokens.generate(), address=address).soap()

    recent = LogEntry.objects.filter(at__gt=timezone.now() - timedelta(minutes=2))
    assert {entry.address for entry in recent} >= {"192.0.2.1", "192.0.2.2", "2001:db8:1:1::1", "2001:db8:1:2::1"}
    assert len(recent) <= 5


def test_a_known_token_keeps_an_entry_per_message(program: Program) -> None:
    for number in range(3):
        program.soap(messageType="XYZ", externalMessageId=f"K-{number}")

    assert {entry.external_message_id for entry in _entries(Cause.MESSAGE_TYPE_UNKNOWN)} == {"K-0", "K-1", "K-2"}


def test_evidence_that_the_database_refuses_is_cleaned() -> None:
    evidence = {"observed": "\ud800\0" + "x" * 900, "allowed": ["a\0b", 7]}

    reference = record_refusal(Cause.MESSAGE_TYPE_UNKNOWN, Circumstances(door=LogEntry.Door.REST), evidence)

    entry = LogEntry.objects.get(reference=reference)
    assert (entry.evidence["observed"], entry.evidence["allowed"]) == ("  " + "x" * 498, ["a b", 7])
