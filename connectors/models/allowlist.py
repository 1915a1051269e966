"""The allowlist: from which addresses messages may come, and the incidents that ask for it (DOMAIN 1c)."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Case, F, Func, Q, When
from django.db.models.lookups import Exact, GreaterThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connectors.fields import CidrField, display_network
from connectors.models.environments import Environment
from portal.tracking import track

# The widest range that may be asked for or allowed at all, as a prefix length by IP version.
WIDEST = {4: 16, 6: 32}


def not_wider_than_allowed() -> Q:
    """Return the condition on a row that its network lies inside the widest bound."""
    length = Func(F("network"), function="masklen", output_field=models.IntegerField())
    version = Func(F("network"), function="family", output_field=models.IntegerField())
    return Q(GreaterThanOrEqual(length, Case(When(Exact(version, 4), then=WIDEST[4]), default=WIDEST[6])))


class CommunicationProfile(models.TextChoices):
    """For which kind of communication an address is allowed."""

    ACCOUNTANT = "accountant", _("Communication with Accountant")


@track()
class AllowlistRequest(models.Model):
    """An incident: an administrator asks support staff to allow an address for the messages of an environment."""

    class Feature(models.TextChoices):
        """The incident's *kenmerk*: the desk that it goes to."""

        GENERAL = "general", _("General")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")

    environment = models.ForeignKey(
        Environment,
        on_delete=models.PROTECT,
        related_name="allowlist_requests",
        verbose_name=_("environment"),
    )
    feature = models.CharField(_("feature"), max_length=10, choices=Feature, default=Feature.GENERAL)
    profile = models.CharField(
        _("communication profile"),
        max_length=12,
        choices=CommunicationProfile,
        default=CommunicationProfile.ACCOUNTANT,
    )
    participant_number = models.CharField(_("participant number"), max_length=5)
    network = CidrField(_("address or range"))
    explanation = models.TextField(_("explanation"), max_length=2000, blank=True)
    # The refusal that it was submitted from, and what the gateway had seen of the address by then.
    log_reference = models.UUIDField(_("log reference"), null=True, blank=True)
    evidence = models.JSONField(_("evidence"), default=dict, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("submitted by")
    )
    submitted_at = models.DateTimeField(_("submitted"), default=timezone.now)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("assigned to"),
    )
    # Support has asked something that nobody has answered yet.
    awaits_answer = models.BooleanField(_("waits for an answer"), default=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decision_reason = models.TextField(_("reason"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("allowlist incident")
        verbose_name_plural = _("allowlist incidents")
        constraints = [
            models.UniqueConstraint(
                fields=["participant_number", "profile", "network"],
                condition=Q(status="open"),
                name="one_open_incident_per_address",
            ),
            models.CheckConstraint(name="participant_number_shape", condition=Q(participant_number__regex=r"^\d{5}$")),
            models.CheckConstraint(
                name="incident_decided_by_someone",
                condition=Q(status="open", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(status="open") & Q(decided_at__isnull=False, decided_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="rejection_has_reason", condition=~Q(status="rejected") | ~Q(decision_reason="")
            ),
            models.CheckConstraint(
                name="decided_incident_awaits_nothing", condition=Q(status="open") | Q(awaits_answer=False)
            ),
            models.CheckConstraint(name="incident_not_too_wide", condition=not_wider_than_allowed()),
        ]
        indexes = [
            models.Index(fields=["environment", "-id"], name="incident_by_environment"),
            models.Index(fields=["status", "id"], name="incident_queue"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="incident_decision_is_final",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.status <> 'open' AND OLD.* IS DISTINCT FROM NEW.*"),
                func="RAISE EXCEPTION 'a decided incident does not change' USING ERRCODE = 'check_violation';",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {display_network(self.network)} → {self.participant_number}"
