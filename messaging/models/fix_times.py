"""How long it took from a refusal to the first success of the same sender: the figure that has to fall."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from connectors.models import Environment, Token


class FixTime(models.Model):
    """One sender stopped by one cause: from the first refusal until a call of the same sender came through.

    The sender is the token; where the token is unknown or can never be used again it is the address, with the
    environment. Worked out from time to time from the communication log (`messaging.actions.fix_times`).
    """

    sender = models.CharField(_("sender"), max_length=120, help_text=_("What the same sender is known by."))
    cause = models.CharField(_("cause"), max_length=40, help_text=_("A code of connectors.causes."))
    environment = models.ForeignKey(
        Environment, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("environment")
    )
    token = models.ForeignKey(
        Token, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("token"), db_index=False
    )
    address = models.GenericIPAddressField(_("address"), null=True)
    sender_environment = models.CharField(_("customer environment"), max_length=40, blank=True)
    reference = models.UUIDField(_("log reference"), help_text=_("Of the first refusal."))
    # How far the communication log has been read for this row; the greatest is how far it has been read at all.
    last_entry = models.BigIntegerField(_("last entry"), db_index=True)
    refused_at = models.DateTimeField(_("refused"), db_index=True)
    fixed_at = models.DateTimeField(_("first success"), null=True)

    class Meta:
        verbose_name = _("time to fix")
        verbose_name_plural = _("times to fix")
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "cause"], condition=Q(fixed_at__isnull=True), name="one_open_fix_per_sender_and_cause"
            ),
            models.CheckConstraint(
                name="fixed_after_refusal", condition=Q(fixed_at__isnull=True) | Q(fixed_at__gt=F("refused_at"))
            ),
        ]
        indexes = [models.Index(fields=["sender", "cause", "fixed_at"], name="fix_of_sender")]

    def __str__(self) -> str:
        return f"{self.sender}: {self.cause}"
