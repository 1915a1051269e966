"""*Zou het nu lukken?*: a recorded refusal decided again under today's configuration, in words.

What changed since stands beside it (`messaging.changes`).
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.authentication import load_grants
from connectors.causes import Cause
from connectors.explanations import Condition
from messaging.models import LogEntry
from messaging.redeciding import UPLOAD, call_of, can_be_decided, refusal_under
from messaging.refusals import Check, Fact, checks, facts


@dataclass(frozen=True)
class Retry:
    """How the call would fare now, condition by condition.

    `decided` is False when too little is known of the call. `stopped_by` None: it would be let in.
    """

    decided: bool
    stopped_by: Cause | None
    checks: list[Check]
    facts: list[Fact]


def try_again(entry: LogEntry) -> Retry:
    """Decide the call of an entry again, without sending anything."""
    grant = load_grants([entry.token_id]).get(entry.token_id) if entry.token_id and can_be_decided(entry) else None
    if grant is None:
        return Retry(False, None, [], [])
    refused = refusal_under(grant, call_of(entry))
    if refused is None:
        return Retry(True, None, _passed(entry), [])
    return Retry(True, refused.cause, checks(refused.cause.value.condition), facts(refused.evidence))


def _passed(entry: LogEntry) -> list[Check]:
    """Return all conditions as passed, but for those that this call has nothing of; content is never kept."""
    unknown = {Condition.CONTENT} | ({Condition.MESSAGE_TYPE} if entry.method != UPLOAD else set())
    return [Check(condition.value, None if condition in unknown else True) for condition in Condition]
