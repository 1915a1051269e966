"""Inrichting: what must be true before the first message arrives (DOMAIN 1), and what is true already.

The roof: it looks at who may call as well as at what was sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from connectors.auditor import EXPIRING
from connectors.models import (
    AllowlistEntry,
    AllowlistRequest,
    AppConnector,
    CommunicationProfile,
    Connector,
    ConnectorGrant,
    Environment,
    GroupMember,
    Token,
)
from messaging.models import Message, MessageType
from portal.menu_numbers import Number, counter
from portal.models import User
from portal.setup_refusals import Blocking


@dataclass(frozen=True)
class Facts:
    """What holds in an environment now; `first_connector` and `unused_connector` are keys of app connectors."""

    type_open: bool
    connector_made: bool
    connector_ready: bool
    connector_granted: bool
    token_unused: bool
    token_used: bool
    address_allowed: bool
    incident_open: bool
    message_received: bool
    first_connector: int | None
    unused_connector: int | None

    @property
    def done(self) -> tuple[bool, ...]:
        """Return for each step, in the order of `steps_of`, whether it is done."""
        return (
            self.type_open,
            self.connector_ready,
            self.connector_granted,
            self.token_used and not self.token_unused,
            self.address_allowed,
            self.message_received,
        )


@dataclass(frozen=True)
class Step:
    """A line of the checklist. `state` and `tone` are empty for plain *to do* and *done*."""

    key: str
    title: str
    done: bool
    sentence: str
    url: str
    button: str
    state: str = ""
    tone: str = ""
    refusals: Sequence[Blocking] = ()


def facts_of(environment: Environment) -> Facts:
    """Look everything up in one query, each part by an index and no further than its first row."""
    found = _facts(environment)
    return Facts(**found.values(*found.query.annotations).get())


def _facts(environment: Environment) -> QuerySet[Environment]:
    """Return the environment with each of the `Facts` beside it."""
    conditions = {
        "type_open": MessageType.objects.filter(environment=OuterRef("pk"), blocked=False),
        "connector_made": AppConnector.objects.filter(environment=OuterRef("pk")),
        "connector_ready": _working_tokens(),
        "connector_granted": ConnectorGrant.objects.filter(
            app_connector__environment=OuterRef("pk"), connector=Connector.COMM_SVC
        ),
        "token_unused": live_tokens().filter(environment=OuterRef("pk"), last_used_at__isnull=True),
        "token_used": live_tokens().filter(environment=OuterRef("pk"), last_used_at__isnull=False),
        "address_allowed": AllowlistEntry.objects.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()),
            participant_number=OuterRef("participant_number"),
            profile=CommunicationProfile.ACCOUNTANT,
            revoked_at__isnull=True,
        ),
        "incident_open": AllowlistRequest.objects.filter(
            environment=OuterRef("pk"), status=AllowlistRequest.Status.OPEN
        ),
        "message_received": _tokens_that_sent(),
    }
    connectors = {
        "first_connector": AppConnector.objects.filter(environment=OuterRef("pk")).order_by("pk").values("pk"),
        "unused_connector": conditions["token_unused"].order_by("pk").values("app_connector"),
    }
    return Environment.objects.filter(pk=environment.pk).annotate(
        **{name: Exists(rows) for name, rows in conditions.items()},
        **{name: Subquery(rows[:1]) for name, rows in connectors.items()},
    )


def live_tokens() -> QuerySet[Token]:
    """Return the tokens that have been neither deleted nor have expired."""
    return Token.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()), deleted_at__isnull=True)


def _working_tokens() -> QuerySet[Token]:
    """Return the tokens of system users who are in the group of an app connector that is open."""
    in_group = GroupMember.objects.filter(user=OuterRef("user"), group=OuterRef("app_connector__group"))
    return live_tokens().filter(
        Exists(in_group),
        environment=OuterRef("pk"),
        app_connector__blocked=False,
        user__kind=User.Kind.SYSTEM,
        user__is_active=True,
    )


def _tokens_that_sent() -> QuerySet[Token]:
    """Return the tokens by which something came in; those of test messages are not among `Token.objects`.

    Asked per token, in the order of the index of its messages: a join would read all messages of the environment.
    """
    one = Message.objects.filter(token=OuterRef("pk")).order_by("external_message_id").values("pk")[:1]
    return Token.objects.filter(environment=OuterRef("pk")).alias(message=Subquery(one)).filter(message__isnull=False)


def tokens_of(environment: Environment) -> QuerySet[Token]:
    """Return the live tokens of an environment, those that were never used first."""
    return (
        live_tokens()
        .filter(environment=environment)
        .select_related("app_connector", "user")
        .order_by(F("last_used_at").desc(nulls_first=True), "pk")
    )


def expiring_tokens_of(environment: Environment) -> QuerySet[Token]:
    """Return the live tokens that expire within the auditor's 30 days, the first to end on top; claimed or not."""
    soon = live_tokens().filter(environment=environment, expires_at__lte=timezone.now() + EXPIRING)
    return soon.select_related("app_connector", "user").defer("digest").order_by("expires_at", "pk")


def steps_of(
    environment: Environment, facts: Facts, refusals: Mapping[str, Sequence[Blocking]] | None = None
) -> list[Step]:
    """Return the steps of DOMAIN 1 in their order, each with the `refusals` that it would take away."""
    steps = [
        _message_type(environment, facts),
        _app_connector(environment, facts),
        _grant(environment, facts),
        _tokens(environment, facts),
        _address(environment, facts),
        _first_message(environment, facts),
    ]
    return [replace(step, refusals=(refusals or {}).get(step.key, ())) for step in steps]


@counter("portal:setup")
def progress(request: HttpRequest) -> Number | None:
    """Tell how far the set-up is, `3/6`, while it is not complete."""
    environment: Environment | None = getattr(request, "environment", None)
    if environment is None:
        return None
    facts = _facts(environment)
    together = facts.values(together=JSONObject(**{name: name for name in facts.query.annotations}))
    return Number(Subquery(together), _write_progress)


def _write_progress(found: dict[str, Any]) -> str:
    done = Facts(**found).done
    return "" if all(done) else f"{sum(done)}/{len(done)}"


def _message_type(environment: Environment, facts: Facts) -> Step:
    return Step(
        key="message-type",
        title=_("Open a message type"),
        done=facts.type_open,
        sentence=_("Every message type starts blocked. Choose the workflow that handles it, and clear Blocked."),
        url=reverse("messaging:message_type_list", args=[environment.code]),
        button=_("Open message types"),
    )


def _app_connector(environment: Environment, facts: Facts) -> Step:
    blocked = facts.connector_made and not facts.connector_ready
    return Step(
        key="app-connector",
        title=_("Make an app connector"),
        done=facts.connector_ready,
        sentence=_(
            "There is an app connector, but none that can be used: it is blocked, or has no system user with a "
            "valid token in its group."
        )
        if blocked
        else _("The wizard makes the app connector, its user group, a system user and a token in one go."),
        url=reverse("connectors:app_connector_detail", args=[environment.code, facts.first_connector])
        if blocked
        else reverse("connectors:wizard_start", args=[environment.code]),
        button=_("Look at the app connector") if blocked else _("Make app connector"),
        state=_("Not usable") if blocked else "",
        tone="red" if blocked else "",
    )


def _grant(environment: Environment, facts: Facts) -> Step:
    waits = not facts.connector_made
    return Step(
        key="grant",
        title=_("Add CommSvcConnector"),
        done=facts.connector_granted,
        sentence=_("On the tab Connectors of the app connector: without it every message is refused."),
        url="" if waits else reverse("connectors:grant_add", args=[environment.code, facts.first_connector]),
        button=_("Add CommSvcConnector"),
        state=_("Not possible yet") if waits and not facts.connector_granted else "",
        tone="grey" if waits and not facts.connector_granted else "",
    )


def _tokens(environment: Environment, facts: Facts) -> Step:
    waits = not (facts.token_used or facts.token_unused)
    return Step(
        key="tokens",
        title=_("Record a token in each customer environment"),
        done=facts.token_used and not facts.token_unused,
        sentence=_("There is no token yet. Each customer environment gets a system user and a token of its own.")
        if waits
        else _("One token serves one customer environment. A token counts as recorded when it has been used."),
        url=reverse("connectors:token_list", args=[environment.code, facts.unused_connector])
        if facts.unused_connector
        else "",
        button=_("To the tokens"),
        state=_("Not possible yet") if waits else "",
        tone="grey" if waits else "",
    )


def _address(environment: Environment, facts: Facts) -> Step:
    waits = facts.incident_open and not facts.address_allowed
    return Step(
        key="address",
        title=_("Have the sender's address put on the allowlist"),
        done=facts.address_allowed,
        sentence=_("The incident has been submitted. As soon as support staff approve it, messages come through.")
        if waits
        else _(
            "Messages are only taken from addresses on the allowlist for Communication with Accountant. "
            "Ask for it with an incident; support staff decide."
        ),
        url=reverse("connectors:incident_list" if waits else "connectors:incident_add", args=[environment.code]),
        button=_("Look at the incident") if waits else _("Submit incident"),
        state=_("Waits for support") if waits else "",
        tone="blue" if waits else "",
    )


def _first_message(environment: Environment, facts: Facts) -> Step:
    return Step(
        key="first-message",
        title=_("Receive the first message"),
        done=facts.message_received,
        sentence=_(
            "Send a message from the customer environment. When it is refused, the communication log says why "
            "and what solves it."
        ),
        url=reverse("messaging:log_list", args=[environment.code]),
        button=_("Open the communication log"),
    )
