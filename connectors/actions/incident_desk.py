"""What support staff do with an incident: take it, ask about it, approve it, reject it. Whoever is second is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connectors.actions.allowlist_entries import revoke
from connectors.fields import display_network
from connectors.incident_mail import tell_answer, tell_decision, tell_question
from connectors.models import AllowlistEntry, AllowlistRemark, AllowlistRequest
from portal.errors import DomainError
from portal.formats import datetime_nl
from portal.models import User
from portal.network import Network

_Kind = AllowlistRemark.Kind


class AlreadyDecidedError(DomainError):
    """Somebody else decided first; `incident` is as they left it."""

    def __init__(self, incident: AllowlistRequest) -> None:
        super().__init__(
            _("%(name)s decided about incident %(number)s on %(date)s: %(status)s. Your decision was not recorded.")
            % {
                "name": incident.decided_by,
                "number": incident.pk,
                "date": datetime_nl(incident.decided_at),
                "status": incident.get_status_display(),
            }
        )
        self.incident = incident


class AssignedMeanwhileError(DomainError):
    """Somebody else took or passed on the incident first; `incident` is as they left it."""

    def __init__(self, incident: AllowlistRequest) -> None:
        holder = str(incident.assigned_to) if incident.assigned_to else _("nobody")
        message = _("Incident %(number)s was assigned to %(name)s meanwhile. Your choice was not recorded.")
        super().__init__(message % {"number": incident.pk, "name": holder})
        self.incident = incident


class NotNarrowerError(DomainError):
    """What support wants to allow is not inside what was asked."""

    def __init__(self, incident: AllowlistRequest) -> None:
        message = _("Approve %(network)s, or a smaller range or a single address in it: no more was asked for.")
        super().__init__(message % {"network": display_network(incident.network)}, field="network")


@dataclass
class Outcome:
    """What became of several incidents at once: the ones that were decided, and what was said about the others."""

    done: list[AllowlistRequest] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@transaction.atomic
def assign_incident(
    *, incident: AllowlistRequest, to: User | None, was: int | None, acting_user: User
) -> AllowlistRequest:
    """Give an open incident to a member of support staff, or to nobody.

    `was` is the key of who had it when the acting user looked. Raises `AlreadyDecidedError`,
    `AssignedMeanwhileError` or `DomainError`.
    """
    current = _lock_open(incident)
    if current.assigned_to_id != was:
        raise AssignedMeanwhileError(current)
    if to is not None and not (to.is_support and to.is_active):
        raise DomainError(_("Choose somebody of the support staff."), field="to")
    if to == current.assigned_to:
        return current
    current.assigned_to = to
    current.save(update_fields=["assigned_to"])
    # The name as it is now: the event does not change when the person does.
    current.remarks.create(kind=_Kind.ASSIGNED, actor=acting_user, text=str(to) if to else "")
    return current


@transaction.atomic
def ask_about_incident(*, incident: AllowlistRequest, question: str, acting_user: User) -> AllowlistRemark:
    """Ask the administrator something before deciding. Raises `AlreadyDecidedError` or `DomainError`."""
    current = _lock_open(incident)
    if not question.strip():
        raise DomainError(_("Fill in what you want to know."), field="question")
    current.awaits_answer = True
    current.save(update_fields=["awaits_answer"])
    asked = current.remarks.create(kind=_Kind.ASKED, actor=acting_user, text=question.strip())
    tell_question(current)
    return asked


@transaction.atomic
def answer_incident(*, incident: AllowlistRequest, answer: str, acting_user: User) -> AllowlistRemark:
    """Answer support staff, or add something unasked. Raises `AlreadyDecidedError` or `DomainError`."""
    current = _lock_open(incident)
    if not answer.strip():
        raise DomainError(_("Fill in your answer."), field="answer")
    current.awaits_answer = False
    current.save(update_fields=["awaits_answer"])
    answered = current.remarks.create(kind=_Kind.ANSWERED, actor=acting_user, text=answer.strip())
    tell_answer(current)
    return answered


@transaction.atomic
def approve_incident(
    *,
    incident: AllowlistRequest,
    network: Network | None = None,
    expires_at: datetime | None = None,
    acting_user: User,
) -> AllowlistEntry:
    """Let the address in, or only `network` out of it: in force at the gateway within a second.

    Raises `AlreadyDecidedError`, `NotNarrowerError` or `DomainError`.
    """
    current = _lock_open(incident)
    wanted = network or current.network
    if wanted.version != current.network.version or not wanted.subnet_of(current.network):
        raise NotNarrowerError(current)
    if expires_at is not None and expires_at <= timezone.now():
        raise DomainError(_("Choose a day after today, or leave the end date empty."), field="expires_on")
    _decide(current, AllowlistRequest.Status.APPROVED, "", acting_user)
    entry = _allow(current, wanted, expires_at, acting_user)
    tell_decision(current)
    return entry


@transaction.atomic
def reject_incident(*, incident: AllowlistRequest, reason: str, acting_user: User) -> AllowlistRequest:
    """Turn an incident down, with a reason for who asked. Raises `AlreadyDecidedError` or `DomainError`."""
    current = _lock_open(incident)
    if not reason.strip():
        raise DomainError(_("Fill in why; the administrator reads it and must know what to do."), field="reason")
    _decide(current, AllowlistRequest.Status.REJECTED, reason.strip(), acting_user)
    tell_decision(current)
    return current


def decide_several(*, incidents: Iterable[AllowlistRequest], approve: bool, reason: str, acting_user: User) -> Outcome:
    """Approve or reject each, in a transaction of its own: what somebody else decided meanwhile stops no other."""
    outcome = Outcome()
    for incident in incidents:
        try:
            if approve:
                approve_incident(incident=incident, acting_user=acting_user)
            else:
                reject_incident(incident=incident, reason=reason, acting_user=acting_user)
        except AlreadyDecidedError as error:
            outcome.refused.append(str(error.message))
        else:
            outcome.done.append(incident)
    return outcome


def _lock_open(incident: AllowlistRequest) -> AllowlistRequest:
    current = (
        AllowlistRequest.objects.select_for_update(of=("self",))
        .select_related("decided_by", "environment", "assigned_to", "submitted_by")
        .get(pk=incident.pk)
    )
    if current.status != AllowlistRequest.Status.OPEN:
        raise AlreadyDecidedError(current)
    return current


def _decide(incident: AllowlistRequest, status: str, reason: str, acting_user: User) -> None:
    incident.status, incident.decision_reason = status, reason
    incident.decided_by, incident.decided_at = acting_user, timezone.now()
    incident.awaits_answer = False
    incident.save(update_fields=["status", "decision_reason", "decided_by", "decided_at", "awaits_answer"])


def _allow(
    incident: AllowlistRequest, network: Network, expires_at: datetime | None, acting_user: User
) -> AllowlistEntry:
    """Put an address on the allowlist; one that stands there already serves this incident too."""
    same = (
        AllowlistEntry.objects.select_for_update()
        .filter(
            participant_number=incident.participant_number,
            profile=incident.profile,
            network=network,
            revoked_at__isnull=True,
        )
        .first()
    )
    if same and not same.is_expired:
        if same.request_id is None:
            same.request = incident
            same.save(update_fields=["request"])
        return same
    if same:
        # It lapsed, but still holds the place of the address.
        revoke(same, _("It had expired; incident %(number)s allows it again.") % {"number": incident.pk}, acting_user)
    return AllowlistEntry.objects.create(
        participant_number=incident.participant_number,
        profile=incident.profile,
        network=network,
        request=incident,
        expires_at=expires_at,
        created_by=acting_user,
    )
