"""Test messages: what an administrator tried from Inrichting, and how far it came."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connectors.models import Environment, Token
from messaging.kinds import MessageKind
from messaging.models.log import LogEntry
from messaging.models.messages import Message


class Trial(models.Model):
    """One test message. It goes through the gateway over HTTP with a one-time token that stands in for `token`.

    The message itself is told by its one-time token (`Message.is_test`): the database never lets it go further than
    status 40 (trigger `test_message_is_never_sent`).
    """

    class Outcome(models.TextChoices):
        """What came back over HTTP."""

        TAKEN = "taken", _("Taken in")
        REFUSED = "refused", _("Refused")
        UNREACHABLE = "unreachable", _("The gateway did not answer")
        LOST = "lost", _("Not carried out")

    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="trials", verbose_name=_("environment"), db_index=False
    )
    message_type = models.CharField(_("message type"), max_length=3, choices=MessageKind)
    token = models.ForeignKey(
        Token, on_delete=models.PROTECT, related_name="trials", verbose_name=_("token"), db_index=False
    )
    address = models.GenericIPAddressField(
        _("address"), help_text=_("From which the customer environment sends: the test is judged as a call from there.")
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("requested by"),
        db_index=False,
    )
    requested_at = models.DateTimeField(_("requested"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    outcome = models.CharField(_("outcome"), max_length=11, choices=Outcome, blank=True)
    answer = models.CharField(_("what the caller was told"), max_length=500, blank=True)
    # Absent when the gateway answered without one, or did not answer.
    entry = models.ForeignKey(
        LogEntry,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        verbose_name=_("communication log entry"),
        db_index=False,
        db_constraint=False,
    )
    message = models.ForeignKey(
        Message,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        verbose_name=_("message"),
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        verbose_name = _("test message")
        verbose_name_plural = _("test messages")
        constraints = [
            models.UniqueConstraint(
                fields=["environment"], condition=Q(finished_at__isnull=True), name="one_trial_at_a_time"
            ),
            models.CheckConstraint(
                name="finished_trial_has_outcome", condition=Q(finished_at__isnull=True) ^ ~Q(outcome="")
            ),
        ]
        indexes = [models.Index(fields=["environment", "-id"], name="trial_list")]

    def __str__(self) -> str:
        return f"{self.get_message_type_display()} {self.address}"
