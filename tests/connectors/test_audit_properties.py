"""What the auditor says of any app connector whatever, and its report."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_network

from hypothesis import given
from hypothesis import strategies as st

from connectors.audit_report import report_of
from connectors.audit_terms import ConnectorFacts, Origin, TokenFacts, UserFacts, Verdict
from connectors.auditor import audit
from tests.connectors.audits import INSIDE, NOW, OUTSIDE

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
