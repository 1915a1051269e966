"""How approved messages leave: channels, what became of handing each message over, and sending many again at once."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from connectors.causes import Cause
from connectors.models import Environment
from messaging.models.messages import Message, public_id
from messaging.models.workflows import MessageType
from portal.tracking import track

# What the worker writes while it works; the history is about what people set.
_OF_THE_WORKER = ["failures", "failing_since", "rests_until", "last_sent_at", "noticed_on"]


@track(exclude=["sealed_secret", *_OF_THE_WORKER])
class DeliveryChannel(models.Model):
    """A way by which an environment hands messages over. A message type without one is handed over by hand."""

    class Kind(models.TextChoices):
        FOLDER = "folder", _("Folder")
        WEBHOOK = "webhook", _("Webhook")

    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="delivery_channels", verbose_name=_("environment")
    )
    # In the address to which a receiver reports back.
    public_id = models.UUIDField(_("public id"), unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    blocked = models.BooleanField(
        _("blocked"), default=False, help_text=_("Messages of a blocked channel wait; nothing is lost.")
    )
    folder = models.CharField(_("folder"), max_length=120, blank=True)
    url = models.CharField(_("address"), max_length=500, blank=True)
    # What signs the calls to a webhook, encrypted with a key of this installation. Shown once, and never tracked.
    sealed_secret = models.TextField(_("secret"), blank=True, editable=False)
    secret_changed_at = models.DateTimeField(_("secret changed"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    rests_until = models.DateTimeField(_("rests until"), null=True, editable=False)
    last_sent_at = models.DateTimeField(_("last sent"), null=True, editable=False)
    noticed_on = models.DateField(_("told about"), null=True, editable=False)

    class Meta:
        verbose_name = _("delivery channel")
        verbose_name_plural = _("delivery channels")
        constraints = [
            models.UniqueConstraint(fields=["environment", "name"], name="delivery_channel_name"),
            models.UniqueConstraint(
                fields=["environment", "folder"], condition=~Q(folder=""), name="delivery_folder_of_one_channel"
            ),
            # Target of the composite key that holds routes inside the environment.
            models.UniqueConstraint(fields=["id", "environment"], name="delivery_channel_environment"),
            models.CheckConstraint(
                name="delivery_channel_complete",
                condition=(Q(kind="folder") & ~Q(folder="") & Q(url="", sealed_secret=""))
                | (Q(kind="webhook", folder="") & ~Q(url="") & ~Q(sealed_secret="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@track()
class DeliveryRoute(models.Model):
    """By which channel the messages of a type leave."""

    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="+", verbose_name=_("environment"), db_index=False
    )
    message_type = models.OneToOneField(
        MessageType, on_delete=models.CASCADE, related_name="route", verbose_name=_("message type")
    )
    channel = models.ForeignKey(
        DeliveryChannel, on_delete=models.CASCADE, related_name="routes", verbose_name=_("channel")
    )

    class Meta:
        verbose_name = _("delivery route")
        verbose_name_plural = _("delivery routes")

    def __str__(self) -> str:
        return f"{self.message_type}: {self.channel}"


class ResendRun(models.Model):
    """Sending again everything that matched a filter when a person asked for it."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        STOPPED = "stopped", _("Stopped")
        FINISHED = "finished", _("Finished")

    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="+", verbose_name=_("environment"), db_index=False
    )
    # Made with the page that asked: the same page sent twice is the same run.
    key = models.UUIDField(_("key"), unique=True)
    wanted = models.JSONField(_("filter"), default=dict)
    total = models.PositiveIntegerField(_("messages"))
    done = models.PositiveIntegerField(_("put back"), default=0)
    after = models.UUIDField(_("came to"), null=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.RUNNING)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("requested by")
    )
    requested_at = models.DateTimeField(_("requested"), db_default=TransactionNow())
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("run of sending again")
        verbose_name_plural = _("runs of sending again")
        indexes = [models.Index(fields=["environment", "-id"], name="resend_runs")]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.done}/{self.total}"


class Delivery(models.Model):
    """What became of handing one message over, beside its status: attempts, when the next one is due, and why not.

    It exists from the first attempt on. The status of the message is the truth; this says when a worker may try.
    """

    message = models.OneToOneField(
        Message, primary_key=True, on_delete=models.CASCADE, related_name="delivery", verbose_name=_("message")
    )
    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="+", verbose_name=_("environment"), db_index=False
    )
    message_type = models.ForeignKey(
        MessageType, on_delete=models.PROTECT, related_name="+", verbose_name=_("message type"), db_index=False
    )
    channel = models.ForeignKey(
        DeliveryChannel,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("channel"),
        db_index=False,
    )
    # Counts up with every attempt and never down, so that one holding of the message is told from any later one.
    turn = models.PositiveIntegerField(_("turn"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Until when a worker holds the message, or when the next attempt may begin; empty when none will.
    due_at = models.DateTimeField(_("due"), null=True)
    held = models.BooleanField(_("held by a worker"), default=False)
    cause = models.CharField(_("cause"), max_length=40, blank=True, help_text=_("A code of connectors.causes."))
    observed = models.CharField(_("observed"), max_length=200, blank=True)
    log_reference = models.UUIDField(_("log reference"), null=True)
    gave_up_at = models.DateTimeField(_("given up"), null=True)
    resend_run = models.ForeignKey(
        ResendRun,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("sent again by"),
        db_index=False,
    )

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            # The small parts that are looked at: what is tried again, and what was given up.
            models.Index(fields=["message_type", "due_at"], condition=Q(due_at__isnull=False), name="delivery_due"),
            models.Index(
                fields=["environment", "-message"],
                condition=Q(log_reference__isnull=False, gave_up_at__isnull=True),
                name="delivery_again",
            ),
            models.Index(
                fields=["environment", "-message"], condition=Q(gave_up_at__isnull=False), name="delivery_dead"
            ),
        ]

    def __str__(self) -> str:
        return public_id(self.message_id)

    @property
    def explained(self) -> Cause | None:
        try:
            return Cause.from_code(self.cause)
        except KeyError:
            return None
