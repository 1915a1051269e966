"""Accountancy environments and the user groups in them."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _

from portal.tracking import track

# One letter (O production, T test, A accept), the participant number, two letters (DOMAIN 1c).
ENVIRONMENT_CODE = r"^[OTA]\d{5}[A-Z]{2}$"

environment_code_validator = RegexValidator(
    # \Z, because Python's $ also matches before a line end.
    ENVIRONMENT_CODE.replace("$", r"\Z"),
    _("Enter an environment code such as O12345AB: O, T or A, five digits and two capitals."),
    code="environment_code",
)


@track(exclude=["participant_number"])
class Environment(models.Model):
    """An accountancy environment: it receives messages and owns everything that is set up for them."""

    class Kind(models.TextChoices):
        """What the first letter of the code means."""

        PRODUCTION = "O", _("Production")
        TEST = "T", _("Test")
        ACCEPT = "A", _("Accept")

    code = models.CharField(_("code"), max_length=8, unique=True, validators=[environment_code_validator])
    name = models.CharField(_("name"), max_length=100)
    participant_number = models.GeneratedField(
        verbose_name=_("participant number"),
        expression=Substr("code", 2, 5),
        output_field=models.CharField(max_length=5),
        db_persist=True,
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("environment")
        verbose_name_plural = _("environments")
        constraints = [
            models.CheckConstraint(name="environment_code_shape", condition=models.Q(code__regex=ENVIRONMENT_CODE)),
        ]
        indexes = [models.Index(fields=["participant_number"], name="environment_participant")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def kind(self) -> Environment.Kind:
        return self.Kind(self.code[0])


@track()
class UserGroup(models.Model):
    """A group of users of one environment; an app connector serves the members of exactly one group."""

    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="user_groups", verbose_name=_("environment")
    )
    name = models.CharField(_("name"), max_length=100)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("user group")
        verbose_name_plural = _("user groups")
        constraints = [
            models.UniqueConstraint(fields=["environment", "name"], name="user_group_name_per_environment"),
            # Target of the composite keys in migration 0002: whatever uses a group is in the group's environment.
            models.UniqueConstraint(fields=["id", "environment"], name="user_group_environment"),
        ]

    def __str__(self) -> str:
        return self.name


@track()
class GroupMember(models.Model):
    """That a user is in a group. Both belong to the environment named here: composite keys in the database hold it,
    and a member who leaves the environment leaves its groups."""

    group = models.ForeignKey(UserGroup, on_delete=models.CASCADE, related_name="members", verbose_name=_("group"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="group_members",
        verbose_name=_("user"),
    )
    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="+", verbose_name=_("environment")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("group member")
        verbose_name_plural = _("group members")
        constraints = [models.UniqueConstraint(fields=["group", "user"], name="once_in_a_group")]

    def __str__(self) -> str:
        return f"{self.user} / {self.group}"
