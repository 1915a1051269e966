"""The auditor's findings: each rule on both sides of its boundary, and what holds for every app connector."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.audit_report import report_of
from connectors.audit_terms import ConnectorFacts, Finding, Origin, Rule, Severity, TokenFacts, UserFacts, Verdict
from connectors.auditor import CLASSIC_TOKENS_END, audit, days_left, months_before

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)
USER = UserFacts(7, "12345.SNELSTART")
OTHER = UserFacts(8, "12345.EXACT")
ALLOWED = ip_network("192.0.2.0/28")
INSIDE, OUTSIDE = ip_network("192.0.2.0/24"), ip_network("203.0.113.0/24")


def _token(**given: Any) -> TokenFacts:
    facts: dict[str, Any] = {
        "pk": 1,
        "hint": "8A39",
        "user": USER,
        "device": "Server",
        "customer_environment": "O67890AA",
        "created_at": NOW - 10 * DAY,
        "last_used_at": NOW - DAY,
    }
    return TokenFacts(**facts | given)


def _connector(*tokens: TokenFacts, **given: Any) -> ConnectorFacts:
    facts: dict[str, Any] = {
        "pk": 3,
        "description": "SnelStart",
        "group_pk": 5,
        "group": "SnelStart",
        "members": (USER,),
        "allowed": (ALLOWED,),
        "tokens": tokens or (_token(),),
    }
    return ConnectorFacts(**facts | given)


def _rules(facts: ConnectorFacts, now: datetime = NOW) -> set[Rule]:
    return {finding.rule for finding in audit(facts, now=now).findings}


def _the(rule: Rule, facts: ConnectorFacts) -> Finding:
    (finding,) = [finding for finding in audit(facts, now=NOW).findings if finding.rule is rule]
    return finding


def test_a_sound_app_connector_has_the_full_score_and_one_announcement() -> None:
    verdict = audit(_connector(), now=NOW)

    assert verdict.score == 100
    assert [finding.rule for finding in verdict.findings] == [Rule.CLASSIC_TOKENS_END]
    assert "01-09-2027" in verdict.findings[0].reason


@pytest.mark.parametrize(
    ("rule", "facts", "severity", "about"),
    [
        (Rule.NO_TOKENS, _connector(tokens=()), Severity.MEDIUM, None),
        (Rule.BLOCKED, _connector(blocked=True), Severity.MEDIUM, None),
        (Rule.CONNECTOR_MISSING, _connector(granted=False), Severity.HIGH, None),
        (Rule.NO_RESTRICTION, _connector(allowed=()), Severity.LOW, None),
        (Rule.USER_BLOCKED, _connector(_token(user=replace(USER, active=False))), Severity.HIGH, 7),
        (Rule.NOT_IN_GROUP, _connector(members=()), Severity.HIGH, 5),
        (Rule.SIGNS_IN, _connector(members=(replace(USER, person=True),)), Severity.MEDIUM, 7),
        (Rule.CLAIM_ALARM, _connector(_token(claim_alarm="Opened a second time")), Severity.HIGH, 1),
        (Rule.EXPIRED, _connector(_token(expires_at=NOW)), Severity.HIGH, 1),
    ],
    ids=lambda value: value.name if isinstance(value, Rule) else "",
)
def test_each_fault_is_found_weighed_and_led_to_its_remedy(
    rule: Rule, facts: ConnectorFacts, severity: Severity, about: int | None
) -> None:
    finding = _the(rule, facts)

    assert rule not in _rules(_connector())
    assert (finding.severity, finding.about) == (severity, about)
    assert finding.remedy is not None
    assert audit(facts, now=NOW).score <= 100 - severity.value


def test_a_blocked_person_cannot_sign_in() -> None:
    assert Rule.SIGNS_IN not in _rules(_connector(members=(replace(USER, person=True, active=False),)))


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

    assert rule in _rules(_connector(_token(**at)))
    assert rule not in _rules(_connector(_token(**at | {field: edge + MOMENT})))


def test_a_token_that_was_never_used_counts_from_its_making() -> None:
    edge = months_before(NOW, 3)

    assert Rule.UNUSED in _rules(_connector(_token(last_used_at=None, created_at=edge)))
    assert Rule.UNUSED not in _rules(_connector(_token(last_used_at=None, created_at=edge + MOMENT)))


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
    findings = audit(_connector(_token(expires_at=NOW + left)), now=NOW).findings

    assert [finding.severity for finding in findings if finding.rule is Rule.EXPIRING] == [severity] * bool(severity)


def test_several_tokens_for_one_customer_are_too_many_but_one_for_each_is_right() -> None:
    first, second = _token(), _token(pk=2, hint="77F0", user=OTHER, last_used_at=None)
    both = (USER, OTHER)

    finding = _the(Rule.SEVERAL_TOKENS, _connector(first, second, members=both))
    each = _rules(_connector(first, replace(second, customer_environment="O11111BB"), members=both))
    replaced = _rules(_connector(first, replace(second, closing_since=NOW), members=both))
    expired = _rules(_connector(first, replace(second, expires_at=NOW), members=both))

    assert finding.about == 2
    assert all(text in finding.reason for text in ("O67890AA", "8A39", "77F0"))
    assert Rule.SEVERAL_TOKENS not in each | replaced | expired


def test_a_group_may_have_a_user_for_each_customer_and_nobody_else() -> None:
    second = _token(pk=2, user=OTHER, customer_environment="O11111BB")

    idle = _the(Rule.GROUP_SIZE, _connector(members=(USER, OTHER)))
    used = _the(Rule.GROUP_SIZE, _connector(_token(), second, members=(USER, OTHER)))

    assert (idle.severity, OTHER.username in idle.reason) == (Severity.LOW, True)
    assert used.severity is Severity.INFO
    assert Rule.GROUP_SIZE not in _rules(_connector())


def test_a_replacement_that_nobody_finishes_is_found_and_its_old_token_is_not_blamed_for_its_age() -> None:
    closing = _token(created_at=NOW - 800 * DAY, last_used_at=NOW - 200 * DAY, closing_since=NOW - 14 * DAY)

    assert Rule.REPLACEMENT_STALLED in _rules(_connector(closing))
    assert not {Rule.UNUSED, Rule.OLD} & _rules(_connector(closing))
    assert Rule.REPLACEMENT_STALLED not in _rules(_connector(replace(closing, closing_since=NOW - 14 * DAY + MOMENT)))


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
    assert (Rule.OTHER_ENVIRONMENT in _rules(_connector(_token(origins=origins)))) is found


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
    facts = _connector(_token(origins=origins), allowed=allowed)

    assert (Rule.UNEXPECTED_NETWORK in _rules(facts)) is found


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


# What holds for every app connector -----------------------------------------------------------------------------------

_users = st.builds(
    UserFacts, pk=st.integers(1, 5), username=st.sampled_from(["a", "b|c"]), active=st.booleans(), person=st.booleans()
)
_moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  naive on purpose
_networks = st.sampled_from([INSIDE, OUTSIDE, ip_network("2001:db8::/48")])
_customers = st.sampled_from(["", "O67890AA", "O11111BB"])
_tokens = st.builds(
    TokenFacts,
    pk=st.integers(1, 9),
    hint=st.just("8A39"),
    user=_users,
    device=st.just("Server"),
    customer_environment=_customers,
    created_at=_moments,
    expires_at=st.none() | _moments,
    last_used_at=st.none() | _moments,
    closing_since=st.none() | _moments,
    claim_alarm=st.sampled_from(["", "Alarm"]),
    origins=st.lists(st.builds(Origin, _networks, _customers, _moments, st.booleans()), max_size=3).map(tuple),
)
_connectors = st.builds(
    ConnectorFacts,
    pk=st.just(1),
    description=st.text(max_size=20),
    blocked=st.booleans(),
    granted=st.booleans(),
    group_pk=st.just(2),
    group=st.text(max_size=10),
    members=st.lists(_users, max_size=3, unique_by=lambda user: user.pk).map(tuple),
    allowed=st.lists(_networks, max_size=2).map(tuple),
    tokens=st.lists(_tokens, max_size=4, unique_by=lambda token: token.pk).map(tuple),
)


@given(_connectors, _moments)
def test_the_score_is_what_the_findings_cost_and_the_worst_come_first(facts: ConnectorFacts, now: datetime) -> None:
    verdict = audit(facts, now=now)
    costs = [finding.severity.value for finding in verdict.findings]

    assert verdict.score == max(0, 100 - sum(costs))
    assert costs == sorted(costs, reverse=True)
    assert all(finding.reason and (finding.remedy or not finding.severity.value) for finding in verdict.findings)
    assert audit(facts, now=now) == verdict


@given(_connectors, _moments)
def test_a_report_has_one_row_for_each_finding_whatever_names_people_chose(
    facts: ConnectorFacts, now: datetime
) -> None:
    verdict = audit(facts, now=now)

    lines = report_of(verdict, environment="O12345AB", description=facts.description, now=now).splitlines()

    rows = [line for line in lines if line.startswith("|")]
    assert len(rows) == (2 + len(verdict.findings) if verdict.findings else 0)
    assert {row.replace("\\|", "").count("|") for row in rows} <= {5}


def test_a_name_in_a_report_is_never_markup() -> None:
    text = report_of(Verdict(), environment="O12345AB", description="# <b>[x](y)</b>\n| `z`", now=NOW)

    assert "\\# \\<b\\>\\[x\\](y)\\</b\\> \\| \\`z\\`" in text
    assert "100/100" in text
