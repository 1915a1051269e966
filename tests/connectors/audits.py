"""App connectors as the auditor sees them: a sound one, from which a test changes what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

from connectors.audit_terms import ConnectorFacts, Finding, Rule, TokenFacts, UserFacts
from connectors.auditor import audit

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
USER = UserFacts(7, "12345.SNELSTART")
OTHER = UserFacts(8, "12345.EXACT")
ALLOWED = ip_network("192.0.2.0/28")
INSIDE, OUTSIDE = ip_network("192.0.2.0/24"), ip_network("203.0.113.0/24")


def token_with(**given: Any) -> TokenFacts:
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


def connector_with(*tokens: TokenFacts, **given: Any) -> ConnectorFacts:
    facts: dict[str, Any] = {
        "pk": 3,
        "description": "SnelStart",
        "group_pk": 5,
        "group": "SnelStart",
        "members": (USER,),
        "allowed": (ALLOWED,),
        "tokens": tokens or (token_with(),),
    }
    return ConnectorFacts(**facts | given)


def rules_of(facts: ConnectorFacts, now: datetime = NOW) -> set[Rule]:
    return {finding.rule for finding in audit(facts, now=now).findings}


def the_finding(rule: Rule, facts: ConnectorFacts) -> Finding:
    (finding,) = [finding for finding in audit(facts, now=NOW).findings if finding.rule is rule]
    return finding
