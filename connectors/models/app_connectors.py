"""App connectors: one per external application, with what it may call and from where."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from connectors.fields import CidrField, display_network
from connectors.models.environments import Environment, UserGroup
from portal.tracking import track


@track()
class AppConnector(models.Model):
    """The access of one external application to one environment.

    Made by hand it starts blocked, so that it can be configured first; the wizard makes it open (DOMAIN 1b).
    """

    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="app_connectors", verbose_name=_("environment")
    )
    description = models.CharField(_("description"), max_length=80)
    group = models.ForeignKey(
        UserGroup, on_delete=models.PROTECT, related_name="app_connectors", verbose_name=_("user group")
    )
    blocked = models.BooleanField(_("blocked"), default=True)
    token_validity_days = models.PositiveSmallIntegerField(
        _("token validity period"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text=_("In days; new tokens expire after it. Leave empty for tokens that do not expire."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("app connector")
        verbose_name_plural = _("app connectors")
        constraints = [
            models.UniqueConstraint(fields=["environment", "description"], name="app_connector_per_environment"),
            # Target of the composite key that holds tokens inside the environment (migration 0002).
            models.UniqueConstraint(fields=["id", "environment"], name="app_connector_environment"),
            models.CheckConstraint(
                name="token_validity_positive",
                condition=models.Q(token_validity_days__isnull=True) | models.Q(token_validity_days__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return self.description


class Connector(models.TextChoices):
    """The connectors that an app connector can be granted."""

    COMM_SVC = "CommSvcConnector", _("Sending and following external messages")


@track()
class ConnectorGrant(models.Model):
    """That an app connector may call a connector (tab *Connectoren*)."""

    app_connector = models.ForeignKey(
        AppConnector, on_delete=models.CASCADE, related_name="grants", verbose_name=_("app connector")
    )
    connector = models.CharField(_("connector"), max_length=40, choices=Connector)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("granted connector")
        verbose_name_plural = _("granted connectors")
        constraints = [
            models.UniqueConstraint(fields=["app_connector", "connector"], name="connector_granted_once"),
            models.CheckConstraint(
                name="connector_known",
                condition=models.Q(connector__in=[choice.value for choice in Connector]),
            ),
        ]

    def __str__(self) -> str:
        return self.connector


@track()
class IpRule(models.Model):
    """One line of the tab *IP-restricties*: an address or range that is allowed or excluded."""

    class Action(models.TextChoices):
        ALLOW = "allow", _("Allow")
        EXCLUDE = "exclude", _("Exclude")

    app_connector = models.ForeignKey(
        AppConnector, on_delete=models.CASCADE, related_name="ip_rules", verbose_name=_("app connector")
    )
    action = models.CharField(_("action"), max_length=7, choices=Action, default=Action.ALLOW)
    network = CidrField(_("address or range"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("IP restriction")
        verbose_name_plural = _("IP restrictions")
        constraints = [
            models.UniqueConstraint(fields=["app_connector", "network"], name="ip_rule_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {display_network(self.network)}"
