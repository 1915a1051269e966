"""The allowlist itself: what is let in, until when, how long ago it was used, and what happened to it."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connectors.fields import CidrField, display_network
from connectors.models.allowlist import AllowlistRequest, CommunicationProfile, not_wider_than_allowed
from portal.tracking import no_truncate, track


# Dates of use would drown the real changes.
@track(exclude=["first_used_at", "first_used_hint", "last_used_at", "announced_days"])
class AllowlistEntry(models.Model):
    """An address or range from which messages for a participant are let in, while it is not revoked or expired."""

    participant_number = models.CharField(_("participant number"), max_length=5)
    profile = models.CharField(
        _("communication profile"),
        max_length=12,
        choices=CommunicationProfile,
        default=CommunicationProfile.ACCOUNTANT,
    )
    network = CidrField(_("address or range"))
    request = models.ForeignKey(
        AllowlistRequest,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="entries",
        verbose_name=_("incident"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("revoked by"),
    )
    revoke_reason = models.CharField(_("reason"), max_length=500, blank=True)
    # When support last said that it is still needed, and when it looks again.
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
    review_on = models.DateField(_("next review"), null=True, blank=True)
    # Written from time to time out of what was received (connectors.tasks), never by a call.
    first_used_at = models.DateTimeField(_("first used"), null=True, editable=False)
    first_used_hint = models.CharField(_("first used with token"), max_length=4, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    # The end was announced so many days before; none of these is announced twice.
    announced_days = models.PositiveSmallIntegerField(_("announced"), null=True, editable=False)

    class Meta:
        verbose_name = _("allowlist entry")
        verbose_name_plural = _("allowlist entries")
        constraints = [
            models.UniqueConstraint(
                fields=["participant_number", "profile", "network"],
                condition=Q(revoked_at__isnull=True),
                name="address_allowed_once",
            ),
            models.CheckConstraint(
                name="entry_participant_number_shape", condition=Q(participant_number__regex=r"^\d{5}$")
            ),
            models.CheckConstraint(
                name="who_revokes_says_why", condition=Q(revoked_by__isnull=True) | ~Q(revoke_reason="")
            ),
            models.CheckConstraint(name="entry_not_too_wide", condition=not_wider_than_allowed()),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=Q(revoked_at__isnull=True, expires_at__isnull=False),
                name="entry_expiring",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="entry_is_what_was_asked",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("request_id", "network", "participant_number"),
                condition=pgtrigger.Condition("NEW.request_id IS NOT NULL"),
                func="""
                    IF NOT EXISTS (SELECT FROM connectors_allowlistrequest r
                                   WHERE r.id = NEW.request_id AND NEW.network <<= r.network
                                     AND NEW.participant_number = r.participant_number) THEN
                        RAISE EXCEPTION 'an entry allows no more than its incident asks'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{display_network(self.network)} → {self.participant_number}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()


class AllowlistRemark(models.Model):
    """What people said about an incident or an entry, and what is not to be read in the row itself; append-only.

    Submitting, deciding and revoking are facts of the rows; `connectors.history` lays both in one line of time.
    """

    class Kind(models.TextChoices):
        ASSIGNED = "assigned", _("Assigned")
        ASKED = "asked", _("Question")
        ANSWERED = "answered", _("Answer")
        EXPIRY = "expiry", _("End date changed")
        REVIEWED = "reviewed", _("Reviewed")
        ANNOUNCED = "announced", _("End announced")

    incident = models.ForeignKey(
        AllowlistRequest,
        null=True,
        on_delete=models.PROTECT,
        related_name="remarks",
        verbose_name=_("incident"),
        db_index=False,
    )
    entry = models.ForeignKey(
        AllowlistEntry,
        null=True,
        on_delete=models.PROTECT,
        related_name="remarks",
        verbose_name=_("allowlist entry"),
        db_index=False,
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    at = models.DateTimeField(_("time"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("actor"),
        db_index=False,
    )
    text = models.TextField(_("remark"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("allowlist remark")
        verbose_name_plural = _("allowlist remarks")
        constraints = [
            models.CheckConstraint(
                name="remark_of_incident_or_entry",
                condition=Q(incident__isnull=False, entry__isnull=True) | Q(incident__isnull=True, entry__isnull=False),
            ),
            models.CheckConstraint(
                name="question_and_answer_have_words", condition=~Q(kind__in=["asked", "answered"]) | ~Q(text="")
            ),
        ]
        indexes = [
            models.Index(fields=["incident", "id"], name="incident_remarks"),
            models.Index(fields=["entry", "id"], name="entry_remarks"),
        ]
        triggers = [
            no_truncate(),
            pgtrigger.Protect(name="allowlist_remarks_stay", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.actor})"
