"""Tokens: what a client program shows to be let in."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connectors.models.app_connectors import AppConnector
from connectors.models.environments import ENVIRONMENT_CODE, Environment, environment_code_validator
from portal.tracking import no_truncate, track


class TokenManager(models.Manager["Token"]):
    """The tokens of client programs. Whatever lists or counts tokens means these, and not what a test message used."""

    def get_queryset(self) -> models.QuerySet[Token]:
        return super().get_queryset().filter(test_address__isnull=True)


# The digest is no secret, but a history row has no use for it; dates of use would drown the real changes.
@track(exclude=["digest", "last_used_at", "last_used_address", "last_used_client", "expiry_announced"])
class Token(models.Model):
    """A unique key for the combination of an environment, a device and a user (DOMAIN 1b).

    Only the SHA-256 digest of its 256 random bits is kept. A deleted token keeps its row, so that a call that still
    uses it can be explained; its place for the same environment, device and user is free again.

    That combination has one token, also while it is being replaced: the old one is then on its way out
    (`closing_since`) and closes by itself once its successor is in use and it has been quiet for `close_after_hours`.
    There is at most one of each, so old and new are a pair without a link between them.
    """

    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="tokens", verbose_name=_("environment")
    )
    app_connector = models.ForeignKey(
        AppConnector, on_delete=models.PROTECT, related_name="tokens", verbose_name=_("app connector")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tokens", verbose_name=_("user")
    )
    device = models.CharField(_("device"), max_length=80)
    customer_environment = models.CharField(
        _("customer environment"),
        max_length=8,
        blank=True,
        validators=[environment_code_validator],
        help_text=_("The one environment that may send with this token. Empty: the first that it is used with."),
    )
    digest = models.BinaryField(_("digest"), max_length=32, unique=True)
    hint = models.CharField(_("hint"), max_length=4, help_text=_("The last four characters."))
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("created by"),
    )
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    test_address = models.GenericIPAddressField(
        _("address of the test"),
        null=True,
        editable=False,
        help_text=_("Of the one-time token of a test message only: the address as from which it is judged."),
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    last_used_address = models.GenericIPAddressField(_("last used from"), null=True, blank=True)
    last_used_client = models.CharField(_("last used with"), max_length=200, blank=True)
    closing_since = models.DateTimeField(_("being replaced since"), null=True, blank=True)
    close_after_hours = models.PositiveSmallIntegerField(
        _("closes after"), null=True, blank=True, help_text=_("Hours without a call, once its successor is in use.")
    )
    expiry_announced = models.PositiveSmallIntegerField(
        _("expiry announced"), null=True, blank=True, help_text=_("How many days before, the last time.")
    )
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("deleted by"),
    )

    objects = TokenManager()
    including_one_time = models.Manager["Token"]()

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        constraints = [
            models.UniqueConstraint(
                fields=["environment", "device", "user"],
                condition=models.Q(deleted_at__isnull=True, closing_since__isnull=True),
                name="one_token_per_environment_device_user",
            ),
            models.UniqueConstraint(
                fields=["environment", "device", "user"],
                condition=models.Q(deleted_at__isnull=True, closing_since__isnull=False),
                name="one_closing_token_per_environment_device_user",
            ),
            models.CheckConstraint(
                name="token_closes_after_some_hours",
                condition=models.Q(closing_since__isnull=True, close_after_hours__isnull=True)
                | models.Q(closing_since__isnull=False, close_after_hours__gte=1),
            ),
            models.CheckConstraint(
                name="token_customer_environment_shape",
                condition=models.Q(customer_environment="") | models.Q(customer_environment__regex=ENVIRONMENT_CODE),
            ),
            models.CheckConstraint(name="token_hint_shape", condition=models.Q(hint__regex=r"^[0-9A-F]{4}$")),
            models.CheckConstraint(
                name="token_expires_after_creation",
                condition=models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=models.F("created_at")),
            ),
        ]
        triggers = [
            no_truncate(),
            pgtrigger.Protect(name="token_row_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="token_identity_is_fixed",
                fields=[
                    "environment",
                    "app_connector",
                    "user",
                    "device",
                    "digest",
                    "hint",
                    "created_at",
                    "test_address",
                ],
            ),
            pgtrigger.Trigger(
                name="deleted_token_stays_deleted",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("deleted_at"),
                condition=pgtrigger.Q(old__deleted_at__isnull=False),
                func="RAISE EXCEPTION 'a deleted token cannot come back' USING ERRCODE = 'check_violation';",
            ),
            pgtrigger.Trigger(
                name="token_binding_is_final",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("customer_environment"),
                condition=pgtrigger.Condition(
                    "OLD.customer_environment <> '' AND NEW.customer_environment <> OLD.customer_environment"
                ),
                func="RAISE EXCEPTION 'a token serves one customer environment' USING ERRCODE = 'check_violation';",
            ),
            pgtrigger.Trigger(
                name="token_user_is_member",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (SELECT FROM portal_membership m
                                   WHERE m.user_id = NEW.user_id AND m.environment_id = NEW.environment_id) THEN
                        RAISE EXCEPTION 'the user of a token belongs to its environment'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"…{self.hint} ({self.device})"

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()
