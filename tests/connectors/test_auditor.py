"""The auditor's findings: each rule on both sides of its boundary."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from connectors.audit_terms import ConnectorFacts, Origin, Rule, Severity
from connectors.auditor import CLASSIC_TOKENS_END, audit, days_left, months_before
from tests.connectors.audits import (
    ALLOWED,
    DAY,
    INSIDE,
    NOW,
    OTHER,
    OUTSIDE,
    USER,
    connector_with,
    rules_of,
    the_finding,
    token_with,
)

MOMENT = timedelta(microseconds=1)


def test_a_sound_app_connector_has_the_full_score_and_one_announcement() -> None:
    verdict = audit(connector_with(), now=NOW)

    assert verdict.score == 100
    assert [finding.rule for finding in verdict.findings] == [Rule.CLASSIC_TOKENS_END]
    assert "01-09-2027" in verdict.findings[0].reason


@pytest.mark.parametrize(
    ("rule", "facts", "severity", "about"),
    [
        (Rule.NO_TOKENS, connector_with(tokens=()), Severity.MEDIUM, None),
        (Rule.BLOCKED, connector_with(blocked=True), Severity.MEDIUM, None),
        (Rule.CONNECTOR_MISSING, connector_with(granted=False), Severity.HIGH, None),
        (Rule.NO_RESTRICTION, connector_with(allowed=()), Severity.LOW, None),
        (Rule.USER_BLOCKED, connector_with(token_with(user=replace(USER, active=False))), Severity.HIGH, 7),
        (Rule.NOT_IN_GROUP, connector_with(members=()), Severity.HIGH, 5),
        (Rule.SIGNS_IN, connector_with(members=(replace(USER, person=True),)), Severity.MEDIUM, 7),
        (Rule.CLAIM_ALARM, connector_with(token_with(claim_alarm="Opened a second time")), Severity.HIGH, 1),
        (Rule.EXPIRED, connector_with(token_with(expires_at=NOW)), Severity.HIGH, 1),
    ],
    ids=lambda value: value.name if isinstance(value, Rule) else "",
)
def test_each_fault_is_found_weighed_and_led_to_its_remedy(
    rule: Rule, facts: ConnectorFacts, severity: Severity, about: int | None
) -> None:
    finding = the_finding(rule, facts)

    assert rule not in rules_of(connector_with())
    assert (finding.severity, finding.about) == (severity, about)
    assert finding.remedy is not None
    assert audit(facts, now=NOW).score <= 100 - severity.value


def test_a_blocked_person_cannot_sign_in() -> None:
    assert Rule.SIGNS_IN not in rules_of(connector_with(members=(replace(USER, person=True, active=False),)))


@pytest.mark.parametrize(
    ("before", "moment"),
    [(3, datetime(2026, 8, 25, 12, tzinfo=UTC)), (12, datetime(2025, 11, 25, 12, tzinfo=UTC))],
)
def test_months_are_calendar_months(before: int, moment: datetime) -> None:
    assert months_before(NOW, before) == moment


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        ((2026, 5, 31), 3, (2026, 2, 28)),
        ((2028, 5, 30), 3, (2028, 2, 29)),
        ((2026, 1, 15), 1, (2025, 12, 15)),
    ],
)
def test_a_shorter_month_ends_earlier(day: tuple[int, int, int], months: int, before: tuple[int, int, int]) -> None:
    assert months_before(datetime(*day, tzinfo=UTC), months) == datetime(*before, tzinfo=UTC)


@pytest.mark.parametrize(("field", "rule"), [("last_used_at", Rule.UNUSED), ("created_at", Rule.OLD)])
def test_unused_and_old_begin_on_the_day(field: str, rule: Rule) -> None:
    edge = months_before(NOW, 3 if rule is Rule.UNUSED else 12)
    created = min(edge, NOW - 300 * DAY)

    at = {"created_at": created, "last_used_at": NOW, field: edge}

    assert rule in rules_of(connector_with(token_with(**at)))
    assert rule not in rules_of(connector_with(token_with(**at | {field: edge + MOMENT})))


def test_a_token_that_was_never_used_counts_from_its_making() -> None:
    edge = months_before(NOW, 3)

    assert Rule.UNUSED in rules_of(connector_with(token_with(last_used_at=None, created_at=edge)))
    assert Rule.UNUSED not in rules_of(connector_with(token_with(last_used_at=None, created_at=edge + MOMENT)))


@pytest.mark.parametrize(
    ("left", "severity"),
    [
        (30 * DAY + MOMENT, None),
        (30 * DAY, Severity.MEDIUM),
        (7 * DAY + MOMENT, Severity.MEDIUM),
        (7 * DAY, Severity.HIGH),
        (MOMENT, Severity.HIGH),
        (timedelta(0), None),
    ],
)
def test_a_token_is_about_to_expire_for_a_month_and_soon_for_a_week(left: timedelta, severity: Severity | None) -> None:
    findings = audit(connector_with(token_with(expires_at=NOW + left)), now=NOW).findings

    assert [finding.severity for finding in findings if finding.rule is Rule.EXPIRING] == [severity] * bool(severity)


def test_several_tokens_for_one_customer_are_too_many_but_one_for_each_is_right() -> None:
    first, second = token_with(), token_with(pk=2, hint="77F0", user=OTHER, last_used_at=None)
    both = (USER, OTHER)

    finding = the_finding(Rule.SEVERAL_TOKENS, connector_with(first, second, members=both))
    each = rules_of(connector_with(first, replace(second, customer_environment="O11111BB"), members=both))
    replaced = rules_of(connector_with(first, replace(second, closing_since=NOW), members=both))
    expired = rules_of(connector_with(first, replace(second, expires_at=NOW), members=both))

    assert finding.about == 2
    assert all(text in finding.reason for text in ("O67890AA", "8A39", "77F0"))
    assert Rule.SEVERAL_TOKENS not in each | replaced | expired


def test_a_group_may_have_a_user_for_each_customer_and_nobody_else() -> None:
    second = token_with(pk=2, user=OTHER, customer_environment="O11111BB")

    idle = the_finding(Rule.GROUP_SIZE, connector_with(members=(USER, OTHER)))
    used = the_finding(Rule.GROUP_SIZE, connector_with(token_with(), second, members=(USER, OTHER)))

    assert (idle.severity, OTHER.username in idle.reason) == (Severity.LOW, True)
    assert used.severity is Severity.INFO
    assert Rule.GROUP_SIZE not in rules_of(connector_with())


def test_a_replacement_that_nobody_finishes_is_found_and_its_old_token_is_not_blamed_for_its_age() -> None:
    closing = token_with(created_at=NOW - 800 * DAY, last_used_at=NOW - 200 * DAY, closing_since=NOW - 14 * DAY)

    assert Rule.REPLACEMENT_STALLED in rules_of(connector_with(closing))
    assert not {Rule.UNUSED, Rule.OLD} & rules_of(connector_with(closing))
    assert Rule.REPLACEMENT_STALLED not in rules_of(
        connector_with(replace(closing, closing_since=NOW - 14 * DAY + MOMENT))
    )


def _origin(network: Any = INSIDE, customer: str = "O67890AA", **given: Any) -> Origin:
    return Origin(network, customer, **{"last_at": NOW - DAY, **given})


@pytest.mark.parametrize(
    ("origins", "found"),
    [
        ((_origin(),), False),
        ((_origin(customer=""),), False),
        ((_origin(), _origin(customer="O11111BB")), True),
        ((_origin(customer="O11111BB", refused=True),), True),
        ((_origin(), _origin(customer="O11111BB", last_at=NOW - 30 * DAY)), False),
        ((_origin(), _origin(customer="O11111BB", last_at=NOW - 30 * DAY + MOMENT)), True),
    ],
)
def test_a_token_belongs_to_one_customer_environment(origins: tuple[Origin, ...], found: bool) -> None:
    assert (Rule.OTHER_ENVIRONMENT in rules_of(connector_with(token_with(origins=origins)))) is found


@pytest.mark.parametrize(
    ("origins", "allowed", "found"),
    [
        ((_origin(INSIDE),), (ALLOWED,), False),
        ((_origin(OUTSIDE, refused=True),), (ALLOWED,), True),
        ((_origin(OUTSIDE),), (), False),
        ((_origin(INSIDE), _origin(OUTSIDE)), (), True),
        ((_origin(INSIDE), _origin(OUTSIDE, last_at=NOW - 30 * DAY)), (), False),
        ((_origin(INSIDE), _origin(INSIDE, refused=True)), (), False),
        ((_origin(ip_network("2001:db8::/48")),), (ALLOWED,), True),
    ],
)
def test_networks_are_expected_when_allowed_or_else_when_there_is_one(
    origins: tuple[Origin, ...], allowed: tuple[Any, ...], found: bool
) -> None:
    facts = connector_with(token_with(origins=origins), allowed=allowed)

    assert (Rule.UNEXPECTED_NETWORK in rules_of(facts)) is found


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (datetime(2027, 8, 31, tzinfo=UTC), 1),
        (datetime(2027, 9, 1, tzinfo=UTC), 0),
        (datetime(2030, 1, 1, tzinfo=UTC), 0),
    ],
)
def test_the_end_of_classic_tokens_is_counted_down(now: datetime, left: int) -> None:
    assert days_left(CLASSIC_TOKENS_END, now) == left
