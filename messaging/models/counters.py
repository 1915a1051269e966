"""Daily counts for the dashboard, so that no page counts the large tables. `messaging.actions.counting` keeps them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from connectors.models import Environment
from messaging.statuses import Status


class DailyMessages(models.Model):
    """How many messages of an environment that were received on a day have a status now; tests do not count."""

    environment = models.ForeignKey(
        Environment, on_delete=models.CASCADE, related_name="+", verbose_name=_("environment"), db_index=False
    )
    day = models.DateField(_("day"))
    status = models.PositiveSmallIntegerField(_("status"), choices=Status)
    count = models.PositiveIntegerField(_("number"))

    class Meta:
        verbose_name = _("daily number of messages")
        verbose_name_plural = _("daily numbers of messages")
        indexes = [models.Index(fields=["day"], name="messages_counted_by_day")]
        constraints = [
            models.UniqueConstraint(fields=["environment", "day", "status"], name="messages_counted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.status}"


class DailyRefusals(models.Model):
    """How many calls were refused on a day for a cause; without an environment those that belong to none."""

    environment = models.ForeignKey(
        Environment, null=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("environment")
    )
    day = models.DateField(_("day"))
    cause = models.CharField(_("cause"), max_length=40)
    count = models.PositiveIntegerField(_("number"))

    class Meta:
        verbose_name = _("daily number of refusals")
        verbose_name_plural = _("daily numbers of refusals")
        indexes = [models.Index(fields=["day"], name="refusals_counted_by_day")]
        constraints = [
            models.UniqueConstraint(fields=["environment", "day", "cause"], name="refusals_counted_once"),
            models.UniqueConstraint(
                fields=["day", "cause"], condition=Q(environment__isnull=True), name="refusals_of_none_counted_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.cause}"
