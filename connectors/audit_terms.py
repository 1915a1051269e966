"""What the auditor looks at and what it says: facts, rules, findings and the verdict. Pure.

The score is 100 minus the points of each finding, by its severity, and never below 0.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from portal.network import Network


class Severity(enum.Enum):
    """How bad it is; the value is what it costs of the score."""

    HIGH = 25
    MEDIUM = 10
    LOW = 5
    INFO = 0

    @property
    def label(self) -> str:
        return str(_LABELS[self])

    @property
    def tone(self) -> str:
        return _TONES[self]


_LABELS: dict[Severity, Promise] = {
    Severity.HIGH: gettext_lazy("High"),
    Severity.MEDIUM: gettext_lazy("Medium"),
    Severity.LOW: gettext_lazy("Low"),
    Severity.INFO: gettext_lazy("For your information"),
}
_TONES = {Severity.HIGH: "red", Severity.MEDIUM: "amber", Severity.LOW: "blue", Severity.INFO: "grey"}


class Remedy(enum.Enum):
    """What mends a finding; screens turn it into a link, of which this is the text."""

    NEW_TOKEN = gettext_lazy("Make a token")
    REPLACE_TOKEN = gettext_lazy("Replace token")
    DELETE_TOKEN = gettext_lazy("Delete token")
    FOLLOW_REPLACEMENT = gettext_lazy("Follow the replacement")
    LOOK_AT_CLAIM = gettext_lazy("Look at the claim link")
    SECOND_ENVIRONMENT = gettext_lazy("Second customer environment")
    OPEN_GROUP = gettext_lazy("To the user group")
    OPEN_USER = gettext_lazy("To the user")
    RESTRICT_ADDRESSES = gettext_lazy("Set IP restrictions")
    ADD_CONNECTOR = gettext_lazy("Add CommSvcConnector")
    UNBLOCK = gettext_lazy("To General")


class Rule(enum.Enum):
    """What is looked at. The value is the finding's title."""

    NO_TOKENS = gettext_lazy("No tokens issued")
    SEVERAL_TOKENS = gettext_lazy("More than one token for the same customer environment")
    UNUSED = gettext_lazy("Token not used for three months")
    OLD = gettext_lazy("Token older than twelve months")
    EXPIRING = gettext_lazy("Token is about to expire")
    EXPIRED = gettext_lazy("Token has expired")
    GROUP_SIZE = gettext_lazy("More than one user in the user group")
    SIGNS_IN = gettext_lazy("User can also sign in to the portal")
    NO_RESTRICTION = gettext_lazy("No IP restriction")
    CONNECTOR_MISSING = gettext_lazy("CommSvcConnector is missing")
    BLOCKED = gettext_lazy("App connector is blocked")
    USER_BLOCKED = gettext_lazy("User of a token is blocked")
    NOT_IN_GROUP = gettext_lazy("User of a token is not in the user group")
    OTHER_ENVIRONMENT = gettext_lazy("Token used from more than one customer environment")
    UNEXPECTED_NETWORK = gettext_lazy("Token used from an unexpected network")
    CLAIM_ALARM = gettext_lazy("Alarm about a claim link")
    REPLACEMENT_STALLED = gettext_lazy("Replacement is not getting on")
    CLASSIC_TOKENS_END = gettext_lazy("Classic tokens end")


@dataclass(frozen=True)
class UserFacts:
    """A user in the group, or behind a token. `person`: somebody who can sign in to the portal."""

    pk: int
    username: str
    active: bool = True
    person: bool = False


@dataclass(frozen=True)
class Origin:
    """From where a token was used, or (`refused`) somebody tried to use it."""

    network: Network
    customer_environment: str
    last_at: datetime
    refused: bool = False


@dataclass(frozen=True)
class TokenFacts:
    """A token that has not been deleted. `closing_since`: it is being replaced."""

    pk: int
    hint: str
    user: UserFacts
    device: str
    customer_environment: str
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    closing_since: datetime | None = None
    claim_alarm: str = ""
    origins: tuple[Origin, ...] = ()

    def is_live(self, now: datetime) -> bool:
        return self.expires_at is None or self.expires_at > now


@dataclass(frozen=True)
class ConnectorFacts:
    """An app connector with everything that the auditor looks at."""

    pk: int
    description: str
    blocked: bool = False
    granted: bool = True
    group_pk: int = 0
    group: str = ""
    members: tuple[UserFacts, ...] = ()
    allowed: tuple[Network, ...] = ()
    tokens: tuple[TokenFacts, ...] = ()


@dataclass(frozen=True)
class Finding:
    """Something to mend: what, how bad, why with what was observed, and the way out.

    `about` is the key of the token, user or group that the remedy is about.
    """

    rule: Rule
    severity: Severity
    reason: str
    remedy: Remedy | None = None
    about: int | None = None

    @property
    def title(self) -> str:
        return str(self.rule.value)


@dataclass(frozen=True)
class Verdict:
    """The findings, the worst first, and the score."""

    findings: tuple[Finding, ...] = ()

    @property
    def score(self) -> int:
        return max(0, 100 - sum(finding.severity.value for finding in self.findings))

    @property
    def tone(self) -> str:
        return "green" if self.score >= 90 else "amber" if self.score >= 60 else "red"
