"""E-mail about incidents and the allowlist: support hears of what waits, an administrator of what was said or done."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from connectors.fields import display_network
from connectors.models import AllowlistEntry, AllowlistRequest, Environment
from portal.formats import datetime_nl
from portal.models import User
from portal.notices import NoticeKind, Text, members_with_roles, notify, support_staff
from portal.permissions import MANAGE


def tell_support(incident: AllowlistRequest) -> None:
    """Tell support staff of a new incident."""
    facts = {"number": incident.pk, "network": display_network(incident.network)}
    _to_support(incident, lambda: _("Incident %(number)s asks to allow %(network)s") % facts)


def tell_answer(incident: AllowlistRequest) -> None:
    """Tell who has the incident, or else all support staff, that the administrator has answered."""
    _to_support(incident, lambda: _("Incident %(number)s: the administrator has answered") % {"number": incident.pk})


def tell_question(incident: AllowlistRequest) -> None:
    """Tell who submitted the incident that support staff want to know something first."""
    _to_submitter(
        incident,
        lambda: _("Incident %(number)s: support staff ask you something") % {"number": incident.pk},
        [lambda: _("They decide when they have your answer. Read the question and answer it in the portal.")],
    )


def tell_decision(incident: AllowlistRequest) -> None:
    """Tell who submitted the incident what was decided."""
    facts = {"number": incident.pk, "network": display_network(incident.network)}
    if incident.status == AllowlistRequest.Status.APPROVED:
        _to_submitter(
            incident,
            lambda: _("Incident %(number)s has been approved") % facts,
            [
                lambda: _(
                    "The sender can send again; what was refused before was not stored and has to be sent once more."
                )
            ],
        )
    else:
        _to_submitter(
            incident,
            lambda: _("Incident %(number)s has been rejected") % facts,
            [lambda: _("Read in the portal why, and what you can do.")],
        )


def tell_revoked(entry: AllowlistEntry) -> None:
    """Tell the administrators of the participant's environments that an address is no longer let in."""
    facts = {"network": display_network(entry.network)}
    for environment in _environments_of(entry):
        notify(
            kind=NoticeKind.INCIDENT,
            recipients=members_with_roles(environment, MANAGE),
            subject=lambda: _("%(network)s has been taken off the allowlist") % facts,
            lines=[
                lambda: _("Messages from this address are refused from now on. The portal says who did it and why.")
            ],
            url=reverse("connectors:allowlist", args=[environment.code]),
            environment=environment,
        )


def tell_expiring(entry: AllowlistEntry) -> None:
    """Tell the administrators of the participant's environments, and support, that an address is about to end."""
    facts = {"network": display_network(entry.network), "date": datetime_nl(entry.expires_at)}
    facts["number"] = entry.participant_number
    lines: list[Text] = [
        lambda: _("From then on messages from this address are refused."),
        lambda: _("Still needed? Ask support staff to move the date."),
    ]
    for environment in _environments_of(entry):
        notify(
            kind=NoticeKind.ALLOWLIST_EXPIRING,
            recipients=members_with_roles(environment, MANAGE),
            subject=lambda: _("%(network)s is on the allowlist until %(date)s") % facts,
            lines=lines,
            url=reverse("connectors:allowlist", args=[environment.code]),
            environment=environment,
        )
    notify(
        kind=NoticeKind.ALLOWLIST_EXPIRING,
        recipients=support_staff(),
        subject=lambda: _("%(network)s is on the allowlist of %(number)s until %(date)s") % facts,
        lines=[lambda: _("From then on messages from this address are refused.")],
        url=reverse("connectors:support_entry", args=[entry.pk]),
    )


def _to_support(incident: AllowlistRequest, subject: Text) -> None:
    holder = incident.assigned_to
    notify(
        kind=NoticeKind.INCIDENT,
        recipients=[holder] if holder else support_staff(),
        subject=subject,
        lines=[
            lambda: _("Environment: %(environment)s") % {"environment": incident.environment},
            lambda: _("The portal has what the gateway saw of this address, and what was said."),
        ],
        url=reverse("connectors:support_incident", args=[incident.pk]),
        environment=incident.environment,
    )


def _to_submitter(incident: AllowlistRequest, subject: Text, lines: list[Text]) -> None:
    environment = incident.environment
    facts = {"network": display_network(incident.network)}
    notify(
        kind=NoticeKind.INCIDENT,
        recipients=_answering_for(incident),
        subject=subject,
        lines=[lambda: _("Address: %(network)s") % facts, *lines],
        url=reverse("connectors:incident_detail", args=[environment.code, incident.pk]),
        environment=environment,
    )


def _answering_for(incident: AllowlistRequest) -> list[User]:
    """Return who submitted it; when they have left the environment, its administrators."""
    administrators = list(members_with_roles(incident.environment, MANAGE))
    return [user for user in administrators if user.pk == incident.submitted_by_id] or administrators


def _environments_of(entry: AllowlistEntry) -> list[Environment]:
    return list(Environment.objects.filter(participant_number=entry.participant_number).order_by("code"))
