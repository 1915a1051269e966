"""Who uses the portal: people who sign in, and the system users behind tokens."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.tracking import track


@track(exclude=["password", "last_login"])
class User(AbstractUser):
    """A person who signs in, or a system user on whose behalf an app connector calls.

    A system user exists only to own tokens: it has no password and can never sign in to the portal
    (constraint `system_user_cannot_sign_in`).
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        SYSTEM = "system", _("System user")

    first_name = None  # type: ignore[assignment]  # one name field: what people are called is not ours to split
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=150)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PERSON)
    is_support = models.BooleanField(
        _("support staff"),
        default=False,
        help_text=_("Reviews allowlist incidents of all environments; sees no message content."),
    )

    language = models.CharField(
        _("language of e-mail"), max_length=2, choices=[("nl", _("Dutch")), ("en", _("English"))], default="nl"
    )
    # The history leaves secrets out, so this is what tells that a password changed.
    password_changed_at = models.DateTimeField(_("password changed"), null=True, editable=False)

    objects: ClassVar[UserManager[User]] = UserManager()  # type: ignore[assignment]  # of this class

    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "email"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(
                name="system_user_cannot_sign_in",
                condition=~Q(kind="system")
                | Q(is_staff=False, is_superuser=False, is_support=False, password__startswith="!"),  # noqa: S106  unusable
            ),
            # People sign in with it, and administrators find an account by it.
            models.UniqueConstraint(
                Lower("email"), condition=Q(kind="person") & ~Q(email=""), name="one_account_per_email_address"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password)
        self.password_changed_at = timezone.now()

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class NoticeKind(models.TextChoices):
    """What the portal sends e-mail about; each person chooses which of these to get."""

    TASK_WAITING = "task_waiting", _("A task is waiting for me")
    DELIVERY_FAILING = "delivery_failing", _("Delivery to a requesting party fails")
    INCIDENT = "incident", _("An allowlist incident is submitted, asked about or decided")
    TOKEN_EXPIRING = "token_expiring", _("A token is about to expire")
    ALLOWLIST_EXPIRING = "allowlist_expiring", _("An address is about to leave the allowlist")
    CLAIM_ALARM = "claim_alarm", _("A claim link was opened a second time")


@track()
class MutedNotice(models.Model):
    """That a person does not want e-mail of this kind. Without a row they get it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="muted_notices", verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=20, choices=NoticeKind)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("muted notice")
        verbose_name_plural = _("muted notices")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="notice_muted_once"),
            models.CheckConstraint(name="muted_notice_kind", condition=Q(kind__in=NoticeKind.values)),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_kind_display()}"


class Role(models.TextChoices):
    """What a member may do in one environment (DESIGN 6); each next person role may do less."""

    BEHEERDER = "beheerder", _("Administrator")
    BEHANDELAAR = "behandelaar", _("Assessor")
    AUDITOR = "auditor", _("Auditor")
    SYSTEM = "systeem", _("System user")


@track()
class Membership(models.Model):
    """That a user belongs to an environment, and in which role: one role per user and environment."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("user"))
    environment = models.ForeignKey(
        "connectors.Environment",
        on_delete=models.CASCADE,
        related_name="memberships",
        verbose_name=_("environment"),
    )
    role = models.CharField(_("role"), max_length=12, choices=Role)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            # Also the target of the composite keys that hold groups and tokens inside one environment.
            models.UniqueConstraint(fields=["user", "environment"], name="one_role_per_environment"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()}, {self.environment})"
