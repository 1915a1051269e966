"""What happened to a message, and the questions that people asked about it."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from connectors.models import Environment
from messaging.models.messages import Message
from messaging.models.workflows import WorkflowStep
from messaging.statuses import Status
from portal.models import Role
from portal.tracking import no_truncate


def vouched(message: str, actor: str, position: str) -> str:
    """Return the SQL condition that this person has passed this message on in a step before this position.

    The rule of four eyes. Only the present passage counts: after the message was sent back, the steps from there on
    are done again, and what was done in them before binds nobody; after a repair the whole workflow is done again.
    Takes SQL expressions: a message id, a user id and the position of a step.
    """
    return f"""EXISTS (
        SELECT FROM messaging_messageevent e JOIN messaging_workflowstep es ON es.id = e.step_id
        WHERE e.message_id = {message} AND e.actor_id = {actor} AND e.kind IN ('approve', 'forward')
          AND es.position < {position}
          AND NOT EXISTS (
            SELECT FROM messaging_messageevent r LEFT JOIN messaging_workflowstep rs ON rs.id = r.to_step_id
            WHERE r.message_id = e.message_id AND r.id > e.id
              AND (r.to_status = 30 OR (r.kind = 'return' AND rs.position <= es.position))
          )
    )"""  # noqa: S608  expressions of our own


class MessageEvent(models.Model):
    """Something that happened to a message, with time, actor and note; append-only."""

    class Kind(models.TextChoices):
        STATUS = "status", _("Status")
        LINKED = "linked", _("Organisation linked")
        UNLINKED = "unlinked", _("Organisation unlinked")
        NOTE = "note", _("Remark")
        RESENT = "resent", _("To be sent again")
        APPROVED = "approve", _("Approved and passed on")
        FORWARDED = "forward", _("Passed on")
        RETURNED = "return", _("Sent back")
        ASKED = "ask", _("Question asked")
        ANSWERED = "answer", _("Question answered")
        WITHDRAWN = "withdraw", _("Question withdrawn")

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="events", verbose_name=_("message"), db_index=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.STATUS)
    from_status = models.PositiveSmallIntegerField(_("from status"), choices=Status, null=True)
    to_status = models.PositiveSmallIntegerField(_("to status"), choices=Status, null=True)
    at = models.DateTimeField(_("time"), db_default=TransactionNow())
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("actor"),
        db_index=False,
        db_constraint=False,
    )
    actor_name = models.CharField(_("actor name"), max_length=150)
    note = models.TextField(_("note"), blank=True)
    log_reference = models.UUIDField(_("log reference"), null=True)
    # Of the content that an assessor approved; delivery sends these bytes or stops.
    content_digest = models.BinaryField(_("SHA-256 of the approved content"), max_length=32, null=True)
    # In which step it was done, and which step the message went to.
    step = models.ForeignKey(
        WorkflowStep, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("step"), db_index=False
    )
    to_step = models.ForeignKey(
        WorkflowStep, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("to step"), db_index=False
    )
    question = models.ForeignKey(
        "messaging.Question",
        null=True,
        on_delete=models.PROTECT,
        related_name="events",
        verbose_name=_("question"),
        db_index=False,
    )

    class Meta:
        verbose_name = _("message event")
        verbose_name_plural = _("message events")
        indexes = [models.Index(fields=["message", "id"], name="message_events")]
        constraints = [
            models.CheckConstraint(
                name="status_event_has_status",
                condition=~models.Q(kind="status") | models.Q(to_status__isnull=False),
            ),
            models.CheckConstraint(
                name="step_event_has_step",
                condition=~models.Q(kind__in=["approve", "forward", "return", "ask", "answer", "withdraw"])
                | models.Q(step__isnull=False),
            ),
            models.CheckConstraint(
                name="question_event_has_question",
                condition=~models.Q(kind__in=["ask", "answer", "withdraw"]) | models.Q(question__isnull=False),
            ),
            models.CheckConstraint(
                name="move_event_has_target",
                condition=~models.Q(kind__in=["approve", "forward", "return"]) | models.Q(to_step__isnull=False),
            ),
        ]
        triggers = [
            no_truncate(),
            pgtrigger.Protect(name="events_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="decision_names_its_step",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition(
                    "NEW.from_status = 30 AND NEW.to_status IN (40, 50) AND NEW.actor_id IS NOT NULL "
                    "AND NEW.step_id IS NULL"
                ),
                func="RAISE EXCEPTION 'a decision names the step in which it was taken' "
                "USING ERRCODE = 'check_violation';",
            ),
            pgtrigger.Trigger(
                name="step_of_event_fits",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.step_id IS NOT NULL"),
                func=f"""
                    IF EXISTS (
                        SELECT FROM messaging_workflowstep s JOIN messaging_message m ON m.id = NEW.message_id
                        WHERE s.id IN (NEW.step_id, NEW.to_step_id)
                          AND s.version_id IS DISTINCT FROM m.workflow_version_id
                    ) THEN
                        RAISE EXCEPTION 'the step of an event is one of the version that its message is in'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF NEW.kind NOT IN ('answer', 'withdraw') AND EXISTS (
                        SELECT FROM messaging_workflowstep s WHERE s.id = NEW.step_id AND s.four_eyes
                          AND {vouched("NEW.message_id", "NEW.actor_id", "s.position")}
                    ) THEN
                        RAISE EXCEPTION 'four eyes: who passed a message on does not act in a later step'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608  expressions of our own
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at}"


class Question(models.Model):
    """A question about a message, to a colleague or to everybody in a role; the message waits until it is closed."""

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="questions", verbose_name=_("message"), db_index=False
    )
    environment = models.ForeignKey(
        Environment, on_delete=models.CASCADE, related_name="+", verbose_name=_("environment"), db_index=False
    )
    step = models.ForeignKey(
        WorkflowStep, on_delete=models.PROTECT, related_name="+", verbose_name=_("step"), db_index=False
    )
    text = models.TextField(_("question"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("asked by"),
        db_constraint=False,
    )
    asked_by_name = models.CharField(_("name of the asker"), max_length=150)
    asked_at = models.DateTimeField(_("asked"), db_default=TransactionNow())
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("to"),
        db_constraint=False,
    )
    to_role = models.CharField(_("to role"), max_length=12, choices=Role, blank=True)
    to_name = models.CharField(_("addressee"), max_length=150)
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.UniqueConstraint(
                fields=["message"], condition=Q(closed_at__isnull=True), name="one_open_question_per_message"
            ),
        ]
        indexes = [
            models.Index(fields=["message", "id"], name="question_of_message"),
            models.Index(fields=["environment"], condition=Q(closed_at__isnull=True), name="question_open"),
        ]
        triggers = [
            no_truncate(),
            pgtrigger.ReadOnly(
                name="question_facts_are_fixed",
                fields=["message", "environment", "step", "text", "asked_by_name", "asked_at", "to_role", "to_name"],
            ),
        ]

    def __str__(self) -> str:
        # Never the text: what is written about a message is for its readers.
        return f"{self.asked_by_name}, {self.asked_at}"

    @property
    def addressee(self) -> str:
        """Who is asked, in words: a name as it was, or a role."""
        return self.to_name or str(self.get_to_role_display())
