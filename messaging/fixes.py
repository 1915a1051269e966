"""Where a cause is taken away: for each fix of `connectors.explanations` the button, and the page that does the same.

What one press can do for certain, it does (`messaging.actions.solving`); the rest opens its page, filled in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connectors.explanations import Fix
from connectors.models import ENVIRONMENT_CODE, TokenClaim
from messaging.actions.solving import can_carry_out, membership_of
from messaging.kinds import MessageKind
from messaging.models import DeliveryChannel, LogEntry, Workflow
from messaging.queries import workflows_with_use
from messaging.what_if import (
    Change,
    Effect,
    address_allowed,
    connector_added,
    connector_unblocked,
    effect_in,
    network_allowlisted,
    type_opened,
    user_in_group,
    user_unblocked,
)
from portal.network import parse_network

Address = Callable[[LogEntry, str], str]


@dataclass(frozen=True)
class FixLink:
    """A page that solves it."""

    url: str
    label: str | Promise


@dataclass(frozen=True)
class Remedy:
    """What the page of an entry offers: the page of the fix, and the words of the button when one press does it.

    `elsewhere` is the address that the button posts to; empty for the entry's own. `effect` says what it would do to
    the refusals of the past week; None when that cannot be said.
    """

    link: FixLink
    press: str | Promise = ""
    elsewhere: str = ""
    effect: Effect | None = None
    workflows: tuple[Workflow, ...] = field(default=())


def fix_link(entry: LogEntry, fix: Fix) -> FixLink | None:
    """Return the page in the entry's environment that carries the fix out; None when it is not done in the portal."""
    if entry.environment is None or fix not in _PAGES:
        return None
    address, label = _PAGES[fix]
    return FixLink(address(entry, entry.environment.code), label)


def remedy_for(entry: LogEntry, fix: Fix) -> Remedy | None:
    """Return what takes the cause of this entry away; None when it is not done in the portal."""
    link = fix_link(entry, fix)
    if link is None or entry.environment is None:
        return None
    if fix is Fix.CHECK_CHANNEL and _channel(entry):
        test = _of_channel("channel_test")(entry, entry.environment.code)
        return Remedy(link, _("Test the delivery channel now"), test)
    change = _change(entry, fix)
    effect = effect_in(entry.environment, fix, change) if change else None
    if not can_carry_out(entry, fix):
        return Remedy(link, effect=effect)
    if fix is not Fix.UNBLOCK_TYPE:
        return Remedy(link, _PRESS[fix], effect=effect)
    usable = tuple(workflow for workflow, usable in workflows_with_use(entry.environment) if usable)
    return Remedy(link, _PRESS[fix] if usable else "", effect=effect, workflows=usable)


def _change(entry: LogEntry, fix: Fix) -> Change | None:
    """Return what the fix would change, for thinking it through before it is done."""
    make = _CHANGES.get(fix)
    return make(entry) if make else None


def _user_name(entry: LogEntry) -> str:
    return entry.token.user.username if entry.token else ""


_CHANGES: dict[Fix, Callable[[LogEntry], Change]] = {
    Fix.ADD_CONNECTOR: lambda entry: connector_added(entry.app_connector_id or 0),
    Fix.UNBLOCK_CONNECTOR: lambda entry: connector_unblocked(entry.app_connector_id or 0),
    Fix.UNBLOCK_USER: lambda entry: user_unblocked(_user_name(entry)),
    Fix.ADD_TO_GROUP: lambda entry: user_in_group(_user_name(entry), [entry.app_connector_id or 0]),
    Fix.ALLOW_ADDRESS: lambda entry: address_allowed(entry.app_connector_id or 0, parse_network(entry.address or "")),
    Fix.SUBMIT_INCIDENT: lambda entry: network_allowlisted(parse_network(entry.address or "")),
    Fix.UNBLOCK_TYPE: lambda entry: type_opened(entry.message_type.strip().upper()),
}


# Pages ----------------------------------------------------------------------------------------------------------------


def _of_connector(name: str) -> Address:
    """Address a page of the app connector; when it has been deleted, the list is the place to begin again."""

    def address(entry: LogEntry, code: str) -> str:
        if entry.app_connector is None:
            return reverse("connectors:app_connector_list", args=[code])
        return reverse(f"connectors:{name}", args=[code, entry.app_connector.pk])

    return address


def _handover(entry: LogEntry, code: str) -> str:
    if entry.app_connector is None or entry.token is None:
        return reverse("connectors:app_connector_list", args=[code])
    page = "token_handover" if TokenClaim.objects.filter(token=entry.token).exists() else "token_replace"
    return reverse(f"connectors:{page}", args=[code, entry.app_connector.pk, entry.token.pk])


def _new_token(entry: LogEntry, code: str) -> str:
    """Address the page that replaces this token, or, when it has been deleted, makes another for the same user."""
    token, app_connector = entry.token, entry.app_connector
    if token is None or app_connector is None:
        return reverse("connectors:app_connector_list", args=[code])
    if token.deleted_at is None:
        return reverse("connectors:token_replace", args=[code, app_connector.pk, token.pk])
    filled_in = {"user": token.user_id, "device": token.device, "customer_environment": token.customer_environment}
    return reverse("connectors:token_add", args=[code, app_connector.pk], query=filled_in)


def _ip_rules(entry: LogEntry, code: str) -> str:
    page = _of_connector("ip_rule_list")(entry, code)
    return f"{page}?address={entry.address}" if entry.app_connector and entry.address else page


def _second_environment(entry: LogEntry, code: str) -> str:
    page = _of_connector("second_environment")(entry, code)
    fits = re.fullmatch(ENVIRONMENT_CODE, entry.sender_environment, re.ASCII)
    return f"{page}?customer_environment={entry.sender_environment}" if entry.app_connector and fits else page


def _user(entry: LogEntry, code: str) -> str:
    """Address the member behind the token; who has left the environment is not there any more."""
    member = membership_of(entry)
    if member is None:
        return reverse("connectors:user_list", args=[code])
    return reverse("connectors:user_detail", args=[code, member.pk])


def _group(entry: LogEntry, code: str) -> str:
    if entry.app_connector is None:
        return reverse("connectors:group_list", args=[code])
    member = membership_of(entry)
    filled_in = {"member": member.pk} if member else {}
    return reverse("connectors:group_detail", args=[code, entry.app_connector.group_id], query=filled_in)


def _incident(entry: LogEntry, code: str) -> str:
    return reverse("connectors:incident_add", args=[code], query={"log": entry.public_reference})


def _message_type(entry: LogEntry, code: str) -> str:
    kind = entry.message_type.strip().upper()
    if kind not in MessageKind.values:
        return reverse("messaging:message_type_list", args=[code])
    return reverse("messaging:message_type_properties", args=[code, kind])


def _channel(entry: LogEntry) -> DeliveryChannel | None:
    """Return the delivery channel that the entry names; it may have another name by now, or be gone."""
    name = entry.evidence.get("channel") if isinstance(entry.evidence, dict) else None
    return DeliveryChannel.objects.filter(environment=entry.environment, name=str(name)).only("pk", "kind").first()


def _of_channel(page: str) -> Address:
    """Address a page of the delivery channel; when it is gone, the list is the place to begin again."""

    def address(entry: LogEntry, code: str) -> str:
        found = _channel(entry)
        if found is None:
            return reverse("messaging:channel_list", args=[code])
        return reverse(f"messaging:{page}", args=[code, found.pk])

    return address


_PAGES: dict[Fix, tuple[Address, Promise]] = {
    Fix.NEW_TOKEN: (_new_token, _("Make a new token for this user")),
    Fix.REPLACE_TOKEN: (_handover, _("To the claim link of the token")),
    Fix.UNBLOCK_CONNECTOR: (_of_connector("app_connector_detail"), _("To the properties of the app connector")),
    Fix.UNBLOCK_USER: (_user, _("To the user")),
    Fix.ADD_TO_GROUP: (_group, _("To the user group")),
    Fix.ADD_CONNECTOR: (_of_connector("grant_list"), _("To the connectors of the app connector")),
    Fix.ALLOW_ADDRESS: (_ip_rules, _("To the IP restrictions of the app connector")),
    Fix.SUBMIT_INCIDENT: (_incident, _("Submit an incident for this address")),
    Fix.SECOND_ENVIRONMENT: (_second_environment, _("Make a token for this customer environment")),
    Fix.UNBLOCK_TYPE: (_message_type, _("To the properties of the message type")),
    Fix.CHECK_CHANNEL: (_of_channel("channel_detail"), _("To the delivery channel")),
    Fix.NEW_SECRET: (_of_channel("channel_secret"), _("Give the webhook a new secret")),
    Fix.MEND_RESPONSE: (_of_channel("channel_detail"), _("To the delivery channel")),
}
_PRESS: dict[Fix, Promise] = {
    Fix.UNBLOCK_CONNECTOR: _("Unblock the app connector"),
    Fix.UNBLOCK_USER: _("Unblock the user"),
    Fix.ADD_TO_GROUP: _("Put the user in the group"),
    Fix.ADD_CONNECTOR: _("Add CommSvcConnector"),
    Fix.ALLOW_ADDRESS: _("Allow this address"),
    Fix.UNBLOCK_TYPE: _("Unblock the message type"),
    Fix.MEND_RESPONSE: _("This has been put right"),
}
