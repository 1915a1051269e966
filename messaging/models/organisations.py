"""The client organisations that messages are about."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from connectors.models import Environment
from messaging.kinds import NumberScheme
from portal.tracking import track


@track()
class Organisation(models.Model):
    """A client of the accountancy office; never a natural person (DOMAIN 1d).

    One that messages are about is archived rather than deleted: it is no longer offered to link messages to.
    """

    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="organisations", verbose_name=_("environment")
    )
    name = models.CharField(_("name"), max_length=150)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.UniqueConstraint(fields=["environment", "name"], name="organisation_name_per_environment"),
            # Target of the composite key that holds numbers inside the environment (migration 0002).
            models.UniqueConstraint(fields=["id", "environment"], name="organisation_environment"),
        ]

    def __str__(self) -> str:
        return self.name


class OrganisationImport(models.Model):
    """A CSV file of organisations that was read and is shown before anything is done; thrown away after a day.

    `lines` is what the file says, as `messaging.organisation_csv` read it; what that means is worked out anew each
    time, because the organisations may have changed since.
    """

    environment = models.ForeignKey(
        Environment, on_delete=models.CASCADE, related_name="+", verbose_name=_("environment")
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    made_at = models.DateTimeField(_("time"), auto_now_add=True, db_index=True)
    file_name = models.CharField(_("file"), max_length=150)
    lines = models.JSONField(_("lines"))
    done_at = models.DateTimeField(_("done"), null=True)
    result = models.JSONField(_("result"), null=True, help_text=_("How many lines had which outcome."))

    class Meta:
        verbose_name = _("import of organisations")
        verbose_name_plural = _("imports of organisations")

    def __str__(self) -> str:
        return self.file_name


@track()
class OrganisationNumber(models.Model):
    """A number by which messages name an organisation; within an environment it names only one."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="numbers", verbose_name=_("organisation")
    )
    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="+", verbose_name=_("environment")
    )
    scheme = models.CharField(_("kind of number"), max_length=3, choices=NumberScheme)
    number = models.CharField(_("number"), max_length=20)

    class Meta:
        verbose_name = _("identification number")
        verbose_name_plural = _("identification numbers")
        constraints = [
            models.UniqueConstraint(fields=["environment", "scheme", "number"], name="number_names_one_organisation"),
            models.CheckConstraint(
                name="number_normalised",
                condition=models.Q(scheme="btw", number__regex=r"^[0-9A-Z]{1,20}$")
                | models.Q(scheme="kvk", number__regex=r"^[0-9]{8}$"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_scheme_display()} {self.number}"
