"""What a fix would do to the refusals of the past week, before it is saved."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override

from connectors.authentication import Call, Grant, OpenType
from connectors.causes import Cause
from connectors.explanations import Fix
from connectors.models import Environment
from messaging.templatetags.log_ui import effect_in_words
from messaging.what_if import (
    Change,
    Effect,
    Recorded,
    address_allowed,
    connector_added,
    connector_unblocked,
    effect_in,
    effect_of,
    effect_of_page,
    network_allowlisted,
    type_opened,
    user_in_group,
    user_unblocked,
)
from tests.factories import AllowlistEntryFactory, TokenFactory
from tests.messaging.entries import entry_of

HERE = ip_network("127.0.0.1/32")
GRANT = Grant(
    token_id=1,
    hint="8A39",
    environment_id=1,
    environment_code="O12345AB",
    app_connector_id=7,
    user_name="12345.SYSTEM",
    customer_environment="O67890AA",
    deleted=False,
    expires_at=None,
    user_active=True,
    connector_blocked=False,
    in_group=True,
    connectors=frozenset({"CommSvcConnector"}),
    allowed=(),
    excluded=(),
    allowlist=(HERE,),
    message_types={"BTW": OpenType(1, blocked=False)},
)
CALL = Call(address=ip_address("127.0.0.1"), message_type="BTW", connector="CommSvcConnector")


@pytest.mark.parametrize(
    ("broken", "change"),
    [
        ({"connectors": frozenset()}, connector_added(7)),
        ({"connector_blocked": True}, connector_unblocked(7)),
        ({"user_active": False}, user_unblocked("12345.SYSTEM")),
        ({"in_group": False}, user_in_group("12345.SYSTEM", [7])),
        ({"allowed": (ip_network("192.0.2.0/24"),)}, address_allowed(7, HERE)),
        ({"allowlist": ()}, network_allowlisted(HERE)),
        ({"message_types": {"BTW": OpenType(1, blocked=True)}}, type_opened("BTW")),
    ],
)
def test_a_change_lets_in_what_it_is_for_and_counts_every_time(broken: dict[str, Any], change: Change) -> None:
    grant = replace(GRANT, **broken)

    effect = effect_of(change, [Recorded(1, CALL, 3), Recorded(1, CALL, 1)], {1: grant})

    assert effect == Effect(passes=4, of=4)


@pytest.mark.parametrize("change", [connector_unblocked(8), user_unblocked("12345.OTHER"), type_opened("ICP")])
def test_what_a_change_does_not_touch_is_not_counted(change: Change) -> None:
    assert effect_of(change, [Recorded(1, CALL, 3)], {1: replace(GRANT, connector_blocked=True)}) == Effect()


def test_what_would_stop_the_others_is_named() -> None:
    calls = [Recorded(1, CALL, 12), Recorded(1, replace(CALL, address=ip_address("203.0.113.7")), 2)]

    effect = effect_of(connector_unblocked(7), calls, {1: replace(GRANT, connector_blocked=True)})

    assert effect == Effect(passes=12, of=14, stopped_by=(Cause.ADDRESS_NOT_ALLOWLISTED,))


@pytest.mark.parametrize("change", [network_allowlisted(HERE), address_allowed(7, HERE)])
def test_letting_an_address_in_is_about_calls_from_there_only(change: Change) -> None:
    elsewhere = replace(CALL, address=ip_address("203.0.113.7"))
    grant = replace(GRANT, allowlist=(), allowed=(ip_network("192.0.2.0/24"),))

    effect = effect_of(change, [Recorded(1, CALL, 3), Recorded(1, elsewhere, 5)], {1: grant})

    assert effect.of == 3


def test_what_is_let_in_already_is_no_effect_of_the_change() -> None:
    wider = ip_network("127.0.0.0/8")

    assert effect_of(network_allowlisted(wider), [Recorded(1, CALL, 3)], {1: GRANT}) == Effect()


def test_an_excluded_address_is_not_let_in_by_allowing_it() -> None:
    effect = effect_of(address_allowed(7, HERE), [Recorded(1, CALL, 1)], {1: replace(GRANT, excluded=(HERE,))})

    assert effect == Effect(of=1, stopped_by=(Cause.ADDRESS_RESTRICTED,))


@pytest.mark.django_db
def test_the_refusals_of_the_week_are_decided_again_with_three_queries(
    environment: Environment, django_assert_num_queries: Any
) -> None:
    AllowlistEntryFactory()
    tokens = [TokenFactory(app_connector__environment=environment) for _n in range(2)]
    about = [{"token": token, "app_connector": token.app_connector, "address": "127.0.0.1"} for token in tokens]
    for facts in about:
        entry_of(environment, cause="connector_not_granted", **facts)
    entry_of(environment, cause="token_expired", **about[0])
    entry_of(environment, cause="connector_not_granted", last_seen_at=timezone.now() - timedelta(days=8), **about[0])

    with django_assert_num_queries(3):
        effect = effect_in(environment, Fix.ADD_CONNECTOR, connector_added(tokens[0].app_connector_id))

    assert effect == Effect(passes=1, of=1)


@pytest.mark.django_db
def test_a_page_without_a_readable_address_says_nothing(environment: Environment) -> None:
    assert effect_of_page(environment, "allow_address", app_connector=1, address="203.0.113.") == Effect()


def test_the_words_tell_when_not_all_refusals_were_looked_at() -> None:
    with override("en"):
        words = [effect_in_words(Effect(passes=12, of=14, capped=capped)) for capped in (False, True)]

    whole = "Lets in 12 of the 14 refused calls of the past 7 days."
    assert words == [whole, f"{whole} Looked at: the newest 500 refusals."]
