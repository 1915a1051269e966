"""What happened to an incident and to its address, in one line of time: who, when, and what they said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from connectors.fields import display_network
from connectors.models import AllowlistEntry, AllowlistRemark, AllowlistRequest
from portal.models import User

_Kind = AllowlistRemark.Kind


@dataclass(frozen=True)
class Happening:
    """One line. `actor` None: the portal itself, or the sender's program."""

    at: datetime
    actor: User | None
    text: str
    remark: str = ""
    tone: str = "grey"


def history_of(incident: AllowlistRequest, entry: AllowlistEntry | None) -> list[Happening]:
    """Return all that happened to an incident and to the entry that it led to, oldest first."""
    found = [Happening(incident.submitted_at, incident.submitted_by, _("Incident submitted"), tone="blue")]
    found += [_said(remark) for remark in incident.remarks.select_related("actor").order_by("id")]
    if incident.status == AllowlistRequest.Status.APPROVED and incident.decided_at:
        narrower = entry is not None and entry.network != incident.network
        text = _("Approved: the address is on the allowlist")
        if entry is not None and narrower:
            text = _("Approved for less: %(network)s is on the allowlist") % {"network": display_network(entry.network)}
        found.append(Happening(incident.decided_at, incident.decided_by, text, tone="green"))
    elif incident.status == AllowlistRequest.Status.REJECTED and incident.decided_at:
        found.append(
            Happening(incident.decided_at, incident.decided_by, _("Rejected"), incident.decision_reason, tone="red")
        )
    if entry is not None:
        found += _happened_to(entry)
    return sorted(found, key=lambda happening: happening.at)


def history_of_entry(entry: AllowlistEntry) -> list[Happening]:
    """Return all that happened to a line of the allowlist, oldest first."""
    made = Happening(entry.created_at, entry.created_by, _("Put on the allowlist"), tone="green")
    return sorted([made, *_happened_to(entry)], key=lambda happening: happening.at)


def _happened_to(entry: AllowlistEntry) -> list[Happening]:
    found = [_said(remark) for remark in entry.remarks.select_related("actor").order_by("id")]
    if entry.first_used_at:
        text = _("Works: the first call came through, with token …%(hint)s") % {"hint": entry.first_used_hint}
        found.append(Happening(entry.first_used_at, None, text, tone="green"))
    if entry.revoked_at:
        text = _("Taken off the allowlist")
        found.append(Happening(entry.revoked_at, entry.revoked_by, text, entry.revoke_reason, tone="amber"))
    return found


def _said(remark: AllowlistRemark) -> Happening:
    texts = {
        _Kind.ASSIGNED: _("Assigned to %(name)s") % {"name": remark.text} if remark.text else _("Assigned to nobody"),
        _Kind.EXPIRY: _("Ends on %(date)s") % {"date": remark.text} if remark.text else _("Ends never"),
        _Kind.ANNOUNCED: _("The end was announced by e-mail"),
        _Kind.ASKED: _("Question of support staff"),
        _Kind.ANSWERED: _("Answer"),
        _Kind.REVIEWED: _("Still needed"),
    }
    kind = _Kind(remark.kind)
    words = "" if kind in {_Kind.ASSIGNED, _Kind.EXPIRY, _Kind.ANNOUNCED} else remark.text
    return Happening(remark.at, remark.actor, texts[kind], words, tone="amber" if kind == _Kind.ASKED else "grey")
