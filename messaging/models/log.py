"""The communication log: why a call was refused or a message failed, for the people who can mend it."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.utils.translation import gettext_lazy as _

from connectors.causes import Cause
from connectors.models import AppConnector, Environment, Token
from messaging.models.messages import public_id
from portal.tracking import no_truncate


class LogEntry(models.Model):
    """A refusal or failure under its log reference, with its true cause and the evidence.

    The facts never change, and an entry cannot be deleted before its retention ends (`keep_until`); only the repeat
    counter and the resolution are written afterwards (trigger `log_facts_are_fixed`).
    """

    class Door(models.TextChoices):
        """Where it happened."""

        SOAP = "soap", "SOAP"
        REST = "rest", "REST"
        WORKER = "worker", _("Processing")
        DELIVERY = "sender", _("Delivery")
        PORTAL = "portal", _("Portal")

    reference = models.UUIDField(_("log reference"), unique=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("time"), db_default=TransactionNow())
    cause = models.CharField(_("cause"), max_length=40, help_text=_("A code of connectors.causes."))
    door = models.CharField(_("where"), max_length=6, choices=Door)
    method = models.CharField(_("method"), max_length=40, blank=True)
    environment = models.ForeignKey(
        Environment,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("environment"),
        db_index=False,
    )
    app_connector = models.ForeignKey(
        AppConnector,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        verbose_name=_("app connector"),
        db_index=False,
        db_constraint=False,
    )
    token = models.ForeignKey(
        Token, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("token"), db_index=False
    )
    token_hint = models.CharField(_("token hint"), max_length=4, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    proxies = models.CharField(_("via proxies"), max_length=200, blank=True)
    client = models.CharField(_("client program"), max_length=200, blank=True)
    sender_environment = models.CharField(_("customer environment"), max_length=40, blank=True)
    message_type = models.CharField(_("message type"), max_length=40, blank=True)
    external_message_id = models.CharField(_("external message id"), max_length=200, blank=True)
    message = models.ForeignKey(
        "messaging.Message",
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="log_entries",
        verbose_name=_("message"),
        db_index=False,
        db_constraint=False,
    )
    evidence = models.JSONField(
        _("evidence"),
        default=dict,
        help_text=_("What was observed and what would have passed, per condition."),
    )
    repeats = models.PositiveIntegerField(_("times"), default=1)
    last_seen_at = models.DateTimeField(_("last seen"), db_default=TransactionNow())
    # Equal refusals within one minute share this key, so that noise cannot fill the log.
    repeat_key = models.BinaryField(_("repeat key"), max_length=32, unique=True, null=True)
    keep_until = models.DateField(_("keep until"))
    resolved_at = models.DateTimeField(_("solved"), null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("solved by"),
        db_index=False,
    )
    resolution = models.CharField(_("solution"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("communication log entry")
        verbose_name_plural = _("communication log")
        indexes = [
            # Pages go by id, newest first; each way of searching leads to one of these.
            models.Index(fields=["environment", "-id"], name="log_list"),
            models.Index(fields=["environment", "cause", "-id"], name="log_by_cause"),
            models.Index(fields=["cause", "-id"], name="log_by_cause_anywhere"),
            models.Index(fields=["at"], name="log_by_time"),
            models.Index(fields=["environment", "-id"], name="log_open", condition=models.Q(resolved_at__isnull=True)),
            models.Index(fields=["token_hint", "-id"], name="log_by_hint", condition=~models.Q(token_hint="")),
            models.Index(
                fields=["sender_environment", "-id"], name="log_by_customer", condition=~models.Q(sender_environment="")
            ),
            models.Index(
                fields=["external_message_id", "-id"],
                name="log_by_external_id",
                condition=~models.Q(external_message_id=""),
            ),
            models.Index(fields=["address", "-id"], name="log_by_address"),
            models.Index(fields=["token", "-id"], name="log_by_token"),
            models.Index(fields=["message"], name="log_by_message", condition=models.Q(message__isnull=False)),
        ]
        triggers = [
            no_truncate(),
            pgtrigger.ReadOnly(
                name="log_facts_are_fixed",
                exclude=["repeats", "last_seen_at", "resolved_at", "resolved_by", "resolution"],
            ),
            pgtrigger.Protect(
                name="log_is_kept",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.keep_until > CURRENT_DATE"),
            ),
        ]

    def __str__(self) -> str:
        return self.public_reference

    @property
    def explained(self) -> Cause:
        return Cause.from_code(self.cause)

    @property
    def is_test(self) -> bool:
        """Whether a test message was refused, and no client program; read the token along with it."""
        return self.token is not None and self.token.test_address is not None

    @property
    def public_reference(self) -> str:
        return public_id(self.reference)
