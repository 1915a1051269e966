"""Where a cause is taken away: for each fix of `connectors.explanations` the page on which an administrator does it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connectors.actions.allowlist import live_entries
from connectors.causes import Cause
from connectors.explanations import Fix
from connectors.models import TokenClaim
from messaging.kinds import MessageKind
from messaging.models import LogEntry
from portal.models import Membership
from portal.network import covers, parse_address

Address = Callable[[LogEntry, str], str]


@dataclass(frozen=True)
class FixLink:
    """A page that solves it. `act` is False when one only goes there to look."""

    url: str
    label: str | Promise
    act: bool = True


def fix_link(entry: LogEntry, fix: Fix) -> FixLink | None:
    """Return the page in the entry's environment that carries the fix out; None when it is not done in the portal."""
    if entry.environment is None or fix not in _PAGES:
        return None
    address, label = _PAGES[fix]
    url = address(entry, entry.environment.code)
    return FixLink(url, label) if url else None


def let_in_since(entry: LogEntry) -> dt.datetime | None:
    """Return since when the allowlist lets in the address that it refused then; None when it still does not."""
    if entry.cause != Cause.ADDRESS_NOT_ALLOWLISTED.code or entry.environment is None or not entry.address:
        return None
    address = parse_address(entry.address)
    allowed = live_entries(entry.environment.participant_number)
    return min((line.created_at for line in allowed if covers(line.network, address)), default=None)


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


def _user(entry: LogEntry, code: str) -> str:
    """Address the member behind the token; who has left the environment is not there any more."""
    member = None
    if entry.token is not None:
        member = Membership.objects.filter(user=entry.token.user, environment=entry.environment).only("pk").first()
    if member is None:
        return reverse("connectors:user_list", args=[code])
    return reverse("connectors:user_detail", args=[code, member.pk])


def _group(entry: LogEntry, code: str) -> str:
    if entry.app_connector is None:
        return reverse("connectors:group_list", args=[code])
    return reverse("connectors:group_detail", args=[code, entry.app_connector.group_id])


def _incident(entry: LogEntry, code: str) -> str:
    return reverse("connectors:incident_add", args=[code], query={"log": entry.public_reference})


def _message_type(entry: LogEntry, code: str) -> str:
    kind = entry.message_type.strip().upper()
    if kind not in MessageKind.values:
        return reverse("messaging:message_type_list", args=[code])
    return reverse("messaging:message_type_properties", args=[code, kind])


_PAGES: dict[Fix, tuple[Address, Promise]] = {
    Fix.NEW_TOKEN: (_of_connector("token_list"), _("To the user tokens of the app connector")),
    Fix.REPLACE_TOKEN: (_handover, _("To the claim link of the token")),
    Fix.UNBLOCK_CONNECTOR: (_of_connector("app_connector_detail"), _("To the properties of the app connector")),
    Fix.UNBLOCK_USER: (_user, _("To the user")),
    Fix.ADD_TO_GROUP: (_group, _("To the user group")),
    Fix.ADD_CONNECTOR: (_of_connector("grant_list"), _("To the connectors of the app connector")),
    Fix.ALLOW_ADDRESS: (_of_connector("ip_rule_list"), _("To the IP restrictions of the app connector")),
    Fix.SUBMIT_INCIDENT: (_incident, _("Submit an incident for this address")),
    Fix.SECOND_ENVIRONMENT: (_of_connector("second_environment"), _("To the guide for a second customer environment")),
    Fix.UNBLOCK_TYPE: (_message_type, _("To the properties of the message type")),
}
