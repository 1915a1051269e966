"""From where tokens are used: what the auditor knows of traffic, without reading messages."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from connectors.fields import CidrField
from connectors.models.tokens import Token


class TokenOrigin(models.Model):
    """A network (/24, IPv6 /48) and customer environment from which a token was used, or (`refused`) was tried to be.

    Gathered now and then from messages and the communication log (`messaging.origins`); no call waits for it. It can be
    gathered again at any time, so its changes are not recorded.
    """

    token = models.ForeignKey(Token, on_delete=models.CASCADE, related_name="origins", verbose_name=_("token"))
    network = CidrField(_("network"))
    customer_environment = models.CharField(_("customer environment"), max_length=8, blank=True)
    refused = models.BooleanField(_("refused"), default=False)
    first_at = models.DateTimeField(_("first seen"))
    last_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("origin of a token")
        verbose_name_plural = _("origins of tokens")
        constraints = [
            models.UniqueConstraint(
                fields=["token", "network", "customer_environment", "refused"], name="token_origin_once"
            ),
        ]
        indexes = [models.Index(fields=["refused", "-last_at"], name="token_origin_newest")]

    def __str__(self) -> str:
        return f"{self.token} {self.network}"
