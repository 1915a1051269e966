"""Evidence about an address: which refusals count, in figures and in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone, translation

from connectors.causes import Cause
from connectors.evidence import Evidence
from connectors.models import Environment, Token
from connectors.traffic import evidence_about, evidence_of, refusal_of
from messaging.actions.log import Circumstances, record_refusal
from messaging.models import LogEntry
from portal.network import parse_network
from tests.factories import AllowlistRequestFactory, EnvironmentFactory, TokenFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def token(environment: Environment) -> Token:
    made: Token = TokenFactory(app_connector__environment=environment)
    return made


def _refuse(cause: Cause, token: Token | None, address: str, times: int = 1) -> Any:
    known: dict[str, Any] = {}
    if token:
        known = {
            "environment_id": token.environment_id,
            "token_id": token.pk,
            "app_connector_id": token.app_connector_id,
        }
    for _time in range(times):
        reference = record_refusal(cause, Circumstances(door=LogEntry.Door.SOAP, address=address, **known))
    return reference


def _seen(environment: Environment, network: str) -> tuple[int, int, int, bool]:
    evidence = evidence_about(environment, parse_network(network))
    return evidence.refused, evidence.others, evidence.strangers, evidence.token_valid


def test_refusals_of_an_address_are_counted_by_what_stopped_them(environment: Environment, token: Token) -> None:
    _refuse(Cause.ADDRESS_NOT_ALLOWLISTED, token, "203.0.113.7", times=14)
    _refuse(Cause.TOKEN_EXPIRED, token, "203.0.113.7", times=2)
    _refuse(Cause.TOKEN_UNKNOWN, None, "203.0.113.7")
    _refuse(Cause.ADDRESS_NOT_ALLOWLISTED, token, "203.0.113.8")
    _refuse(Cause.ADDRESS_NOT_ALLOWLISTED, TokenFactory(), "203.0.113.7")

    assert _seen(environment, "203.0.113.7") == (14, 2, 1, True)
    assert _seen(environment, "203.0.113.0/28") == (15, 2, 1, True)
    assert _seen(environment, "203.0.113.8/29") == (1, 0, 0, True)


def test_a_bad_token_is_not_called_good(environment: Environment, token: Token) -> None:
    _refuse(Cause.TOKEN_EXPIRED, token, "203.0.113.7")

    assert _seen(environment, "203.0.113.7") == (0, 1, 0, False)


@pytest.mark.parametrize("address", ["2a02:58::7", "2a02:58:0:1::7"])
def test_ipv6_ranges_are_counted_too(environment: Environment, token: Token, address: str) -> None:
    _refuse(Cause.ADDRESS_NOT_ALLOWLISTED, token, address)

    assert _seen(environment, "2a02:58::/48") == (1, 0, 0, True)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"refused": 14, "others": 3}, "14 refused since {now}, token valid"),
        ({"others": 3}, "3 refused since {now}, token not valid"),
        ({"others": 3, "token_valid": True}, "3 refused since {now} for another reason, token valid"),
        ({"strangers": 1}, "1 call with an unknown token since {now}"),
        ({}, "no call seen yet"),
    ],
)
def test_evidence_is_said_in_words(given: dict[str, Any], words: str) -> None:
    now = timezone.now()

    assert Evidence(first=now, **given).words == words.format(now=f"{timezone.localtime(now):%H:%M}")


def test_evidence_is_kept_and_read_again() -> None:
    evidence = Evidence(3, 2, 1, True, timezone.now(), timezone.now())

    assert (Evidence.from_json(evidence.as_json()), Evidence.from_json({})) == (evidence, None)


def test_evidence_of_a_page_is_one_query(
    environment: Environment, django_assert_num_queries: Any, token: Token
) -> None:
    _refuse(Cause.ADDRESS_NOT_ALLOWLISTED, token, "203.0.113.7")
    incidents = [
        AllowlistRequestFactory(environment=environment, network=parse_network(f"203.0.113.{number}"))
        for number in (7, 8, 9)
    ]

    with django_assert_num_queries(1):
        found = evidence_of(incidents)

    assert [found[incident.pk].refused for incident in incidents] == [1, 0, 0]


def test_a_refusal_is_found_in_its_own_environment_only(environment: Environment, token: Token) -> None:
    reference = _refuse(Cause.ADDRESS_NOT_ALLOWLISTED, token, "203.0.113.7")

    found = refusal_of(environment, reference)

    assert found is not None
    assert (found.address, found.app_connector) == ("203.0.113.7", token.app_connector.description)
    assert found.customer_environment == token.customer_environment
    assert refusal_of(EnvironmentFactory(), reference) is None
