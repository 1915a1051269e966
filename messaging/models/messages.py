"""Messages: what came in, how far it is, and what was read in it.

These tables grow to tens of millions of rows: lists go by the primary key (time-ordered) and never count.
"""

from __future__ import annotations

import secrets
import time
import uuid

import pgtrigger
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.utils.translation import gettext_lazy as _

from connectors.models import Environment, Token
from messaging.kinds import MessageKind, NumberScheme
from messaging.models.organisations import Organisation
from messaging.models.workflows import MessageType, WorkflowStep, WorkflowVersion
from messaging.statuses import TRANSITIONS, Status
from portal.tracking import no_truncate


def new_message_id(milliseconds: int | None = None) -> uuid.UUID:
    """Make a UUID version 7 (RFC 9562): 48 bits of milliseconds since 1970 (now, unless given), then random bits.

    Later messages have greater ids, so that the primary key is also the order of a list.
    """
    if milliseconds is None:
        milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | secrets.randbits(80)
    return uuid.UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | (0x7 << 76) | (0x2 << 62))


def public_id(value: uuid.UUID) -> str:
    """Write a message id or log reference as client programs and people see it: 32 upper-case hex characters."""
    return value.hex.upper()


_ALLOWED_TRANSITIONS = ", ".join(f"({before:d}, {after:d})" for before, after in sorted(TRANSITIONS))


class Message(models.Model):
    """An external message, from the moment that it is stored for certain.

    What the sender sent never changes (trigger `message_facts_are_fixed`); status, lease and links do. Status
    changes go through `messaging.statuses` only; the database refuses other transitions than DOMAIN 2 allows and
    a status without its event.
    """

    id = models.UUIDField(_("message id"), primary_key=True, default=new_message_id, editable=False)
    environment = models.ForeignKey(
        Environment,
        on_delete=models.PROTECT,
        related_name="messages",
        verbose_name=_("environment"),
        db_index=False,
    )
    token = models.ForeignKey(
        Token, on_delete=models.PROTECT, related_name="messages", verbose_name=_("token"), db_index=False
    )
    message_type = models.ForeignKey(
        MessageType,
        on_delete=models.PROTECT,
        related_name="messages",
        verbose_name=_("message type"),
        db_index=False,
    )
    external_message_id = models.CharField(_("external message id"), max_length=200)
    sender_environment = models.CharField(_("customer environment"), max_length=8, blank=True)
    source_address = models.GenericIPAddressField(_("address"))
    content_digest = models.BinaryField(_("SHA-256 of the content"), max_length=32)
    content_size = models.PositiveIntegerField(_("size in bytes"))
    pdf_digest = models.BinaryField(_("SHA-256 of the PDF"), max_length=32, null=True)
    received_at = models.DateTimeField(_("received"), db_default=TransactionNow())

    status = models.PositiveSmallIntegerField(_("status"), choices=Status, default=Status.REGISTERED)
    status_changed_at = models.DateTimeField(_("status since"), db_default=TransactionNow())
    # In status 20 until when a worker holds it; in status 10 until when it rests before the next attempt.
    lease_until = models.DateTimeField(_("held until"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # In how many more answers to GetUpdatedMessages the present status has to stand (messaging.actions.updates).
    answers_due = models.PositiveSmallIntegerField(_("answers due"), default=0, db_default=0)
    organisation = models.ForeignKey(
        Organisation,
        null=True,
        on_delete=models.SET_NULL,
        related_name="messages",
        verbose_name=_("organisation"),
        db_index=False,
    )
    workflow_version = models.ForeignKey(
        WorkflowVersion,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("workflow version"),
        db_index=False,
    )
    step = models.ForeignKey(
        WorkflowStep,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("step"),
        db_index=False,
    )
    # Until when somebody has to act in that step; empty when the step sets no term.
    due_at = models.DateTimeField(_("deadline"), null=True)
    # When who may act was mailed that it is past that deadline.
    late_told_at = models.DateTimeField(_("told that it is late"), null=True)
    # The question that has to be answered before anybody can go on.
    question = models.ForeignKey(
        "messaging.Question",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("open question"),
        db_index=False,
    )

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["token", "external_message_id"], name="external_id_once_per_token"),
            models.CheckConstraint(name="message_status_known", condition=models.Q(status__in=Status.values)),
            models.CheckConstraint(
                name="step_in_workflow_only",
                condition=models.Q(status=Status.IN_WORKFLOW)
                | models.Q(step__isnull=True, due_at__isnull=True, question__isnull=True),
            ),
        ]
        # What waits in a step has an index of its own, over an expression: `message_tasks` in migration 0007.
        indexes = [
            # Lists, newest first.
            models.Index(fields=["environment", "-id"], name="message_list"),
            models.Index(fields=["environment", "status", "-id"], name="message_list_by_status"),
            models.Index(fields=["message_type", "-id"], name="message_list_by_type"),
            models.Index(fields=["organisation", "-id"], name="message_list_by_client"),
            # What waits for a worker: small, however many messages there are.
            models.Index(fields=["id"], condition=models.Q(status__in=[10, 20]), name="message_for_worker"),
            # What a worker gave back or lost comes first, and is looked for before every batch.
            models.Index(fields=["id"], condition=models.Q(status=10, attempts__gt=0), name="message_tried"),
            models.Index(fields=["message_type", "id"], condition=models.Q(status=50), name="message_for_delivery"),
            # What waits, by its deadline. It costs nothing when a message is received.
            models.Index(fields=["environment", "due_at"], condition=models.Q(status=30), name="message_due"),
            # What is to be told about: empties itself.
            models.Index(
                fields=["due_at"],
                condition=models.Q(status=30, due_at__isnull=False, late_told_at__isnull=True),
                name="message_late",
            ),
            # What a token has not been told for certain, never told first: small as long as senders ask.
            models.Index(
                fields=["token", "-answers_due", "id"],
                condition=models.Q(answers_due__gt=0),
                name="message_for_sender",
            ),
        ]
        triggers = [
            no_truncate(),
            pgtrigger.ReadOnly(
                name="message_facts_are_fixed",
                fields=[
                    "id",
                    "environment",
                    "token",
                    "message_type",
                    "external_message_id",
                    "sender_environment",
                    "source_address",
                    "content_digest",
                    "content_size",
                    "pdf_digest",
                    "received_at",
                ],
            ),
            pgtrigger.Trigger(
                name="message_status_transition",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("status"),
                condition=pgtrigger.Condition(
                    f"OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN ({_ALLOWED_TRANSITIONS})"
                ),
                func="RAISE EXCEPTION 'a message does not go from % to %', OLD.status, NEW.status "
                "USING ERRCODE = 'check_violation';",
            ),
            pgtrigger.Trigger(
                name="test_message_is_never_sent",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("status"),
                condition=pgtrigger.Condition("NEW.status >= 50 AND OLD.status <> NEW.status"),
                func="""
                    IF EXISTS (SELECT FROM connectors_token t
                               WHERE t.id = NEW.token_id AND t.test_address IS NOT NULL) THEN
                        RAISE EXCEPTION 'a test message is never approved or sent' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="message_status_has_event",
                level=pgtrigger.Row,
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("status", "status_changed_at"),
                timing=pgtrigger.Deferred,
                func="""
                    IF NOT EXISTS (SELECT FROM messaging_messageevent e
                                   WHERE e.message_id = NEW.id AND e.to_status = NEW.status
                                     AND e.at = NEW.status_changed_at) THEN
                        RAISE EXCEPTION 'message % has status % without an event', NEW.id, NEW.status
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="message_move_has_event",
                level=pgtrigger.Row,
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("step_id"),
                condition=pgtrigger.Condition(
                    "OLD.status = 30 AND NEW.status = 30 AND OLD.step_id IS DISTINCT FROM NEW.step_id"
                ),
                timing=pgtrigger.Deferred,
                func="""
                    IF NOT EXISTS (SELECT FROM messaging_messageevent e
                                   WHERE e.message_id = NEW.id AND e.step_id = OLD.step_id
                                     AND e.to_step_id = NEW.step_id AND e.at = CURRENT_TIMESTAMP) THEN
                        RAISE EXCEPTION 'message % went to another step without an event', NEW.id
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        return public_id(self.id)

    @property
    def is_test(self) -> bool:
        """Whether it is a test message (`messaging.models.trials`); read the token along with it."""
        return self.token.test_address is not None


class MessageContent(models.Model):
    """The bytes of a message, in a table of their own so that lists never read them. They never change."""

    message = models.OneToOneField(
        Message, primary_key=True, on_delete=models.CASCADE, related_name="content", verbose_name=_("message")
    )
    content = models.BinaryField(_("content"))
    pdf = models.BinaryField(_("PDF"), null=True)

    class Meta:
        verbose_name = _("message content")
        verbose_name_plural = _("message contents")
        triggers = [no_truncate(), pgtrigger.Protect(name="content_is_fixed", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return public_id(self.message_id)


class MessageReading(models.Model):
    """What the analysis read in a message: period, number, amount, and the document as an assessor sees it."""

    message = models.OneToOneField(
        Message, primary_key=True, on_delete=models.CASCADE, related_name="reading", verbose_name=_("message")
    )
    kind = models.CharField(_("kind"), max_length=3, choices=MessageKind)
    period_start = models.DateField(_("period from"), null=True)
    period_end = models.DateField(_("period to"), null=True)
    number_scheme = models.CharField(_("kind of number"), max_length=3, choices=NumberScheme, blank=True)
    number = models.CharField(_("number"), max_length=20, blank=True)
    amount = models.BigIntegerField(_("amount"), null=True, help_text=_("In whole euros."))
    findings = models.PositiveSmallIntegerField(_("failed checks"), default=0)
    document = models.JSONField(_("document"), help_text=_("As written by messaging.xbrl."))
    read_at = models.DateTimeField(_("read"), db_default=TransactionNow())

    class Meta:
        verbose_name = _("message reading")
        verbose_name_plural = _("message readings")
        # By number, and of one kind by period: what else came in about the same.
        indexes = [
            models.Index(fields=["number_scheme", "number", "kind", "-period_end"], name="reading_by_period"),
        ]

    def __str__(self) -> str:
        return public_id(self.message_id)

    @property
    def public_id(self) -> str:
        return public_id(self.message_id)
