"""Asking for an address on the allowlist (DOMAIN 1c), and what is on it now."""

from __future__ import annotations

from ipaddress import ip_network
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from connectors.fields import display_network
from connectors.incident_mail import tell_support
from connectors.models import AllowlistEntry, AllowlistRequest, CommunicationProfile, Environment
from connectors.models.allowlist import WIDEST
from connectors.traffic import evidence_about
from portal.errors import DomainError
from portal.formats import datetime_nl
from portal.models import User
from portal.network import Network, behind_nat64

# Addresses that mean something inside one network or machine only. The ranges for examples (203.0.113.0/24 and
# relatives) are left out: manuals and trainings use them, and nobody can send from them.
LOCAL_NETWORKS = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b:1::/48",
        "100::/64",
        "fc00::/7",
        "fe80::/9",
        "ff00::/8",
    )
)
# The widest range, as a prefix length by IP version, that may be asked for without a word.
_WIDEST_WITHOUT_EXPLANATION = {4: 24, 6: 48}


class AlreadyAllowedError(DomainError):
    """The address may send already, by `entry`."""

    def __init__(self, entry: AllowlistEntry) -> None:
        super().__init__(
            _(
                "Messages from this address are let in already: %(network)s is on the allowlist since %(date)s. "
                "Refused all the same? Then something else stops them: the communication log names it."
            )
            % {"network": display_network(entry.network), "date": datetime_nl(entry.created_at)},
            field="network",
        )
        self.entry = entry


class AlreadyAskedError(DomainError):
    """The same, or a range around it, is asked in `incident`, which support has still to decide."""

    def __init__(self, incident: AllowlistRequest, network: Network) -> None:
        message = _("Incident %(number)s asks for this address already; support staff have still to decide about it.")
        if network != incident.network:
            message = _(
                "Incident %(number)s asks for %(range)s, and this address is in it; support staff have still to "
                "decide about it."
            )
        super().__init__(message % {"number": incident.pk, "range": display_network(incident.network)}, field="network")
        self.incident = incident


def is_local(network: Network) -> bool:
    """Tell whether the addresses of a network only exist inside an office, a machine or a provider."""
    return any(network.version == local.version and network.overlaps(local) for local in LOCAL_NETWORKS)


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
    log_reference: UUID | None = None,
    acting_user: User,
) -> AllowlistRequest:
    """Ask support staff to let messages from `network` in, with what the gateway has seen of it until now.

    `log_reference` names the refusal that led here. Raises `AlreadyAllowedError`, `AlreadyAskedError` or another
    `DomainError` beside the field that it is about.
    """
    _check_participant(environment, participant_number)
    _check_translated(network)
    _check_not_allowed_yet(participant_number, network)
    _check_not_asked_yet(participant_number, network)
    _check_words(network, explanation, local_confirmed)
    try:
        with transaction.atomic():
            incident = AllowlistRequest.objects.create(
                environment=environment,
                participant_number=participant_number,
                network=network,
                explanation=explanation,
                log_reference=log_reference,
                evidence=evidence_about(environment, network).as_json(),
                submitted_by=acting_user,
            )
    except IntegrityError:
        # Somebody asked the same between our look and our write: another member, or a sister environment.
        _check_not_asked_yet(participant_number, network)
        raise
    tell_support(incident)
    return incident


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


def _check_translated(network: Network) -> None:
    """Refuse the form in which a network that translates IPv6 to IPv4 shows an address (NAT64, RFC 6052)."""
    if seen_as := behind_nat64(network):
        message = _(
            "Only a network that translates IPv6 to IPv4 (NAT64) writes an address like this. The gateway sees it as "
            "%(network)s: ask for that."
        )
        raise DomainError(message % {"network": display_network(seen_as)}, field="network")


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
            raise AlreadyAskedError(incident, network)


def _check_words(network: Network, explanation: str, local_confirmed: bool) -> None:
    if network.prefixlen < WIDEST[network.version]:
        message = _(
            "Ask for a smaller range: this one lets in so many senders that the allowlist would mean nothing. "
            "A range of /%(widest)s is the widest possible."
        )
        raise DomainError(message % {"widest": WIDEST[network.version]}, field="network")
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
