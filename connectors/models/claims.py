"""Claim links: how a token gets to the customer's side without being mailed."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connectors.models.tokens import Token
from portal.tracking import track


# Neither what waits nor anything derived from the code has a place in the history.
@track(exclude=["ciphertext", "code_digest", "wrong_codes"])
class TokenClaim(models.Model):
    """A token's text that waits, encrypted under a code that only the link carries, until it is claimed once.

    After it has been claimed, revoked or has expired there is no ciphertext any more: a constraint and the action that
    claims see to the first two, a periodic task to the last.
    """

    class Alarm(models.TextChoices):
        """Why the administrators were warned."""

        OPENED_AGAIN = "opened_again", _("Opened a second time")
        WRONG_CODES = "wrong_codes", _("Many wrong codes")

    token = models.OneToOneField(Token, on_delete=models.PROTECT, related_name="claim", verbose_name=_("token"))
    reference = models.CharField(_("reference"), max_length=32, unique=True)
    ciphertext = models.BinaryField(_("ciphertext"), max_length=512, null=True)
    code_digest = models.BinaryField(_("digest of the code"), max_length=32)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("created by"),
    )
    expires_at = models.DateTimeField(_("expires"))
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    claimed_address = models.GenericIPAddressField(_("claimed from"), null=True, blank=True)
    claimed_client = models.CharField(_("claimed with"), max_length=200, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("revoked by"),
    )
    wrong_codes = models.PositiveIntegerField(_("wrong codes"), default=0)
    alarm = models.CharField(_("alarm"), max_length=12, choices=Alarm, blank=True)
    alarm_at = models.DateTimeField(_("alarm raised"), null=True, blank=True)
    alarm_address = models.GenericIPAddressField(_("alarm caused from"), null=True, blank=True)
    alarm_settled_at = models.DateTimeField(_("alarm settled"), null=True, blank=True)
    alarm_settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("alarm settled by"),
    )

    class Meta:
        verbose_name = _("claim link")
        verbose_name_plural = _("claim links")
        constraints = [
            models.CheckConstraint(
                name="claim_ended_keeps_nothing",
                condition=Q(claimed_at__isnull=True, revoked_at__isnull=True) | Q(ciphertext__isnull=True),
            ),
            models.CheckConstraint(
                name="claim_ends_one_way", condition=Q(claimed_at__isnull=True) | Q(revoked_at__isnull=True)
            ),
            models.CheckConstraint(
                name="claim_expires_after_creation", condition=Q(expires_at__gt=models.F("created_at"))
            ),
            models.CheckConstraint(
                name="claim_alarm_has_time",
                condition=Q(alarm="", alarm_at__isnull=True) | (~Q(alarm="") & Q(alarm_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="claim_waiting", condition=Q(ciphertext__isnull=False)),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="claim_identity_is_fixed", fields=["token", "reference", "code_digest", "created_at", "expires_at"]
            ),
            pgtrigger.Trigger(
                name="claim_is_sealed_once",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("ciphertext"),
                condition=pgtrigger.Condition("NEW.ciphertext IS NOT NULL"),
                func="RAISE EXCEPTION 'a claim link is sealed once' USING ERRCODE = 'check_violation';",
            ),
            pgtrigger.Trigger(
                name="claim_happens_once",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("claimed_at"),
                condition=pgtrigger.Q(old__claimed_at__isnull=False),
                func="RAISE EXCEPTION 'a token is claimed once' USING ERRCODE = 'check_violation';",
            ),
        ]

    def __str__(self) -> str:
        return str(self.token)

    @property
    def is_expired(self) -> bool:
        return self.claimed_at is None and self.revoked_at is None and self.expires_at <= timezone.now()

    @property
    def is_waiting(self) -> bool:
        """Whether the token can still be claimed."""
        return self.ciphertext is not None and self.expires_at > timezone.now()

    @property
    def has_open_alarm(self) -> bool:
        return bool(self.alarm) and self.alarm_settled_at is None
