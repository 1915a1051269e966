"""Which refusals of the past days still block a step of Inrichting, in one line per sender and cause."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.functional import Promise

from connectors.actions.allowlist import live_entries
from connectors.causes import Cause
from connectors.explanations import Condition
from connectors.models import Connector, ConnectorGrant, Environment, Token
from messaging.models import LogEntry, MessageType
from messaging.models.messages import public_id
from portal.network import covers, parse_address

PAST = timedelta(days=7)
# Of so many of the newest entries at most, however many there are.
_LOOKED_AT = 500
_SHOWN = 3  # lines of one step

# The step that takes a cause away, by the condition that failed; what else fails is seen at the first message.
_STEPS: dict[Condition | None, str] = {
    Condition.TOKEN: "tokens",
    Condition.CONNECTOR: "app-connector",
    Condition.GROUP: "app-connector",
    Condition.GRANT: "grant",
    Condition.ADDRESS: "address",
    Condition.CUSTOMER: "tokens",
    Condition.MESSAGE_TYPE: "message-type",
}
_LAST_STEP = "first-message"


@dataclass(frozen=True)
class Blocking:
    """Refused calls of one sender for one cause; `reference` is the newest, where the fix is."""

    count: int
    address: str
    text: str | Promise
    reference: str


def blocking_refusals(environment: Environment) -> dict[str, list[Blocking]]:
    """Return by the key of a step what blocks it still, the newest first. Takes four queries, whatever there is."""
    solved = _Solved(environment)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    newest: dict[tuple[str, str], Any] = {}
    for entry in _recent(environment):
        if solved.since(entry):
            continue
        sender = (entry["cause"], entry["address"] or "")
        counts[sender] += entry["repeats"]
        newest.setdefault(sender, entry)
    steps: dict[str, list[Blocking]] = defaultdict(list)
    for (code, address), entry in newest.items():
        explanation = Cause.from_code(code).value
        step = steps[_STEPS.get(explanation.condition, _LAST_STEP)]
        if len(step) < _SHOWN:
            step.append(Blocking(counts[code, address], address, explanation.text, public_id(entry["reference"])))
    return dict(steps)


def _recent(environment: Environment) -> list[dict[str, Any]]:
    """Return the newest refusals of client programs that nobody has solved.

    Tests of our own are none, nor is what happened in the portal itself, such as a claim link that was opened twice.
    """
    granted = ConnectorGrant.objects.filter(app_connector=OuterRef("app_connector"), connector=Connector.COMM_SVC)
    entries = LogEntry.objects.filter(
        environment=environment, resolved_at__isnull=True, token__test_address__isnull=True, message__isnull=True
    ).exclude(door=LogEntry.Door.PORTAL)
    found = entries.order_by("-pk").values(
        "cause",
        "address",
        "repeats",
        "reference",
        "last_seen_at",
        "message_type",
        connector_blocked=F("app_connector__blocked"),
        granted=Exists(granted),
        customer=F("token__customer_environment"),
    )[:_LOOKED_AT]
    since = timezone.now() - PAST
    known = {cause.code for cause in Cause}
    return [dict(entry) for entry in found if entry["last_seen_at"] >= since and entry["cause"] in known]


class _Solved:
    """What tells that a refusal is over: the way is free now, or its customer environment has come through since."""

    def __init__(self, environment: Environment) -> None:
        self._networks = [entry.network for entry in live_entries(environment.participant_number)]
        types = MessageType.objects.filter(environment=environment, blocked=False)
        self._open = set(types.values_list("code", flat=True))
        used = Token.objects.filter(environment=environment, last_used_at__isnull=False).exclude(
            customer_environment=""
        )
        self._came_through: dict[str, datetime] = {}
        for customer, at in used.order_by("last_used_at").values_list("customer_environment", "last_used_at"):
            self._came_through[customer] = at  # type: ignore[assignment]  # those without a time are left out

    def since(self, entry: dict[str, Any]) -> bool:
        came_through = self._came_through.get(entry["customer"] or "")
        if came_through is not None and came_through > entry["last_seen_at"]:
            return True
        return bool(self._free_now(entry))

    def _free_now(self, entry: dict[str, Any]) -> bool:
        cause = entry["cause"]
        if cause == Cause.ADDRESS_NOT_ALLOWLISTED.code and entry["address"]:
            address = parse_address(entry["address"])
            return any(covers(network, address) for network in self._networks)
        if cause == Cause.MESSAGE_TYPE_BLOCKED.code:
            return entry["message_type"].strip().upper() in self._open
        if cause == Cause.CONNECTOR_NOT_GRANTED.code:
            return bool(entry["granted"])
        return cause == Cause.CONNECTOR_BLOCKED.code and entry["connector_blocked"] is False
