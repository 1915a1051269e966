"""A test message of the portal itself is no call of a client program: it counts in no figure about those."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.actions.one_time_tokens import create_one_time_token, end_one_time_token
from connectors.causes import Cause
from connectors.explanations import Fix
from connectors.models import Environment, Token
from connectors.traffic import evidence_about
from messaging.actions.fix_times import work_out_fix_times
from messaging.actions.log import Circumstances, record_refusal
from messaging.models import FixTime, LogEntry
from messaging.queries import message_type_rows
from messaging.retries import try_again
from messaging.solutions import solution_of
from messaging.what_if import effect_in, network_allowlisted
from portal.network import parse_address, parse_network
from tests.factories import AllowlistEntryFactory, MessageFactory, TokenFactory

pytestmark = pytest.mark.django_db
ADDRESS = "203.0.113.7"


@pytest.fixture
def token(environment: Environment) -> Token:
    made: Token = TokenFactory(app_connector__environment=environment)
    return made


@pytest.fixture
def one_time(token: Token) -> Token:
    made, _text = create_one_time_token(like=token, address=parse_address(ADDRESS), acting_user=None)
    return made


def _refuse(token: Token, times: int) -> None:
    known: dict[str, Any] = {
        "environment_id": token.environment_id,
        "token_id": token.pk,
        "app_connector_id": token.app_connector_id,
    }
    for _time in range(times):
        record_refusal(Cause.ADDRESS_NOT_ALLOWLISTED, Circumstances(door=LogEntry.Door.SOAP, address=ADDRESS, **known))


def test_refused_tests_are_no_evidence_and_are_not_let_in(
    environment: Environment, token: Token, one_time: Token
) -> None:
    _refuse(token, times=3)
    _refuse(one_time, times=2)

    evidence = evidence_about(environment, parse_network(ADDRESS))
    effect = effect_in(environment, Fix.SUBMIT_INCIDENT, network_allowlisted(parse_network(ADDRESS)))

    assert (evidence.refused, evidence.others, evidence.token_valid) == (3, 0, True)
    assert effect.of == 3


def test_a_refused_test_is_not_put_down_to_the_end_of_its_token(
    environment: Environment, token: Token, one_time: Token
) -> None:
    token.app_connector.grants.create(connector="CommSvcConnector")
    _refuse(one_time, times=1)
    end_one_time_token(token=one_time, acting_user=None)
    entry = LogEntry.objects.get()

    before, open_still = try_again(entry), solution_of(entry)
    AllowlistEntryFactory(participant_number=environment.participant_number, network=parse_network(ADDRESS))

    assert (before.stopped_by, open_still) == (Cause.ADDRESS_NOT_ALLOWLISTED, None)
    assert solution_of(entry) is not None


def test_without_a_call_there_is_no_evidence(environment: Environment, one_time: Token) -> None:
    _refuse(one_time, times=2)

    assert evidence_about(environment, parse_network(ADDRESS)).calls == 0


def test_a_refused_test_is_nobody_who_is_kept_out(token: Token, one_time: Token) -> None:
    _refuse(one_time, times=1)
    work_out_fix_times()
    of_tests = FixTime.objects.count()

    _refuse(token, times=1)
    work_out_fix_times()

    assert (of_tests, FixTime.objects.get().token_id) == (0, token.pk)


def test_the_list_of_message_types_counts_messages_of_clients(token: Token, one_time: Token) -> None:
    received = MessageFactory(token=token)
    MessageFactory(token=one_time)

    (row,) = message_type_rows(token.environment, only="BTW")

    received.refresh_from_db()
    assert (row.messages, row.last_received) == (1, received.received_at)
