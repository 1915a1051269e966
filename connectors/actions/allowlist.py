"""Incidents that ask for an address on the allowlist, and what support decides about them (DOMAIN 1c)."""

from __future__ import annotations

from ipaddress import ip_network

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from connectors.fields import display_network
from connectors.models import AllowlistEntry, AllowlistRequest, CommunicationProfile, Environment
from portal.errors import DomainError
from portal.formats import datetime_nl
from portal.models import User
from portal.network import Network

# Addresses that mean something inside one network only. The ranges for examples (203.0.113.0/24 and relatives) are left
# out: manuals and trainings use them, and nobody can send from them.
LOCAL_NETWORKS = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/127",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    )
)
# The widest range, as a prefix length by IP version, that is allowed to be asked for without a word; and at all.
_WIDEST_WITHOUT_EXPLANATION = {4: 24, 6: 48}
_WIDEST = {4: 16, 6: 32}


class AlreadyAllowedError(DomainError):
    """The address may send already, by `entry`."""

    def __init__(self, entry: AllowlistEntry) -> None:
        super().__init__(
            _("Messages from this address are let in already: %(network)s is on the allowlist since %(date)s.")
            % {"network": display_network(entry.network), "date": datetime_nl(entry.created_at)},
            field="network",
        )
        self.entry = entry


class AlreadyAskedError(DomainError):
    """The same is asked in `incident`, which support has still to decide."""

    def __init__(self, incident: AllowlistRequest) -> None:
        super().__init__(
            _("Incident %(number)s asks for this address already; support staff have still to decide about it.")
            % {"number": incident.pk},
            field="network",
        )
        self.incident = incident


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


def is_local(network: Network) -> bool:
    """Tell whether the addresses of a network only exist inside an office, a machine or a provider."""
    return any(_within(network, local) for local in LOCAL_NETWORKS)


def is_wide(network: Network) -> bool:
    """Tell whether a range is so wide that support needs to know why."""
    return network.prefixlen < _WIDEST_WITHOUT_EXPLANATION[network.version]


@transaction.atomic
def submit_incident(
    *,
    environment: Environment,
    participant_number: str,
    network: Network,
    explanation: str,
    local_confirmed: bool,
    acting_user: User,
) -> AllowlistRequest:
    """Ask support staff to let messages from `network` in.

    Raises `AlreadyAllowedError`, `AlreadyAskedError` or another `DomainError` beside the field that it is about.
    """
    _check_participant(environment, participant_number)
    _check_not_allowed_yet(participant_number, network)
    _check_not_asked_yet(participant_number, network)
    _check_words(network, explanation, local_confirmed)
    try:
        with transaction.atomic():
            return AllowlistRequest.objects.create(
                environment=environment,
                participant_number=participant_number,
                network=network,
                explanation=explanation,
                submitted_by=acting_user,
            )
    except IntegrityError:
        # Somebody asked the same between our look and our write: another member, or a sister environment.
        _check_not_asked_yet(participant_number, network)
        raise


@transaction.atomic
def approve_incident(*, incident: AllowlistRequest, acting_user: User) -> AllowlistEntry:
    """Let the address in: in force at the gateway within a second. Raises `AlreadyDecidedError`."""
    current = _lock_open(incident)
    _decide(current, AllowlistRequest.Status.APPROVED, "", acting_user)
    return _allow(current, acting_user)


@transaction.atomic
def reject_incident(*, incident: AllowlistRequest, reason: str, acting_user: User) -> AllowlistRequest:
    """Turn an incident down, with a reason for who asked. Raises `AlreadyDecidedError` or `DomainError`."""
    current = _lock_open(incident)
    if not reason.strip():
        raise DomainError(_("Fill in why; the administrator reads it and must know what to do."), field="reason")
    _decide(current, AllowlistRequest.Status.REJECTED, reason.strip(), acting_user)
    return current


@transaction.atomic
def revoke_entry(*, entry: AllowlistEntry, acting_user: User) -> AllowlistEntry:
    """Take an address off the allowlist: refused at the gateway within a second. Raises `DomainError`."""
    current = AllowlistEntry.objects.select_for_update().get(pk=entry.pk)
    if current.revoked_at:
        message = _("This address was taken off the allowlist on %(date)s already.")
        raise DomainError(message % {"date": datetime_nl(current.revoked_at)})
    _revoke(current, acting_user)
    return current


def live_entries(participant_number: str) -> list[AllowlistEntry]:
    """Return what is on the allowlist now for a participant, oldest first."""
    return list(
        AllowlistEntry.objects.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()),
            participant_number=participant_number,
            profile=CommunicationProfile.ACCOUNTANT,
            revoked_at__isnull=True,
        )
        .select_related("request")
        .order_by("id")
    )


def _within(inner: Network, outer: Network) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]  # of one version


def _check_participant(environment: Environment, participant_number: str) -> None:
    if participant_number != environment.participant_number:
        message = _(
            "Fill in %(number)s: the digits of this environment, which the messages go to. "
            "The number of the customer environment, or of another office, is not wanted here."
        )
        raise DomainError(message % {"number": environment.participant_number}, field="participant_number")


def _check_not_allowed_yet(participant_number: str, network: Network) -> None:
    for entry in live_entries(participant_number):
        if _within(network, entry.network):
            raise AlreadyAllowedError(entry)


def _check_not_asked_yet(participant_number: str, network: Network) -> None:
    asked = AllowlistRequest.objects.filter(
        participant_number=participant_number,
        profile=CommunicationProfile.ACCOUNTANT,
        status=AllowlistRequest.Status.OPEN,
    )
    for incident in asked.order_by("id"):
        if _within(network, incident.network):
            raise AlreadyAskedError(incident)


def _check_words(network: Network, explanation: str, local_confirmed: bool) -> None:
    if network.prefixlen < _WIDEST[network.version]:
        message = _(
            "Ask for a smaller range: this one lets in so many senders that the allowlist would mean nothing. "
            "A range of /%(widest)s is the widest possible."
        )
        raise DomainError(message % {"widest": _WIDEST[network.version]}, field="network")
    if is_wide(network) and not explanation.strip():
        message = _("Explain why so wide a range is needed: it lets in %(count)s addresses.")
        count = f"{network.num_addresses:,}".replace(",", ".")
        raise DomainError(message % {"count": count}, field="explanation")
    if is_local(network) and not local_confirmed:
        message = _(
            "This address only exists inside a network, such as that of your office or this machine. "
            "Messages that come over the internet show another address. Confirm that you mean this one, or change it."
        )
        raise DomainError(message, field="local_confirmed")


def _lock_open(incident: AllowlistRequest) -> AllowlistRequest:
    current = (
        AllowlistRequest.objects.select_for_update(of=("self",))
        .select_related("decided_by", "environment")
        .get(pk=incident.pk)
    )
    if current.status != AllowlistRequest.Status.OPEN:
        raise AlreadyDecidedError(current)
    return current


def _decide(incident: AllowlistRequest, status: str, reason: str, acting_user: User) -> None:
    incident.status, incident.decision_reason = status, reason
    incident.decided_by, incident.decided_at = acting_user, timezone.now()
    incident.save(update_fields=["status", "decision_reason", "decided_by", "decided_at"])


def _allow(incident: AllowlistRequest, acting_user: User) -> AllowlistEntry:
    """Put the incident's address on the allowlist; one that stands there already serves this incident too."""
    same = (
        AllowlistEntry.objects.select_for_update()
        .filter(
            participant_number=incident.participant_number,
            profile=incident.profile,
            network=incident.network,
            revoked_at__isnull=True,
        )
        .first()
    )
    if same and (same.expires_at is None or same.expires_at > timezone.now()):
        if same.request_id is None:
            same.request = incident
            same.save(update_fields=["request"])
        return same
    if same:
        # It lapsed, but still holds the place of the address.
        _revoke(same, acting_user)
    return AllowlistEntry.objects.create(
        participant_number=incident.participant_number,
        profile=incident.profile,
        network=incident.network,
        request=incident,
        created_by=acting_user,
    )


def _revoke(entry: AllowlistEntry, acting_user: User) -> None:
    entry.revoked_at, entry.revoked_by = timezone.now(), acting_user
    entry.save(update_fields=["revoked_at", "revoked_by"])
