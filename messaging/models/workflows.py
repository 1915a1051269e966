"""Message types, and the workflows that handle their messages."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from connectors.models import Environment, UserGroup
from messaging.kinds import MessageKind
from portal.models import Role
from portal.tracking import track


@track()
class Workflow(models.Model):
    """How messages are assessed; one workflow may serve several message types.

    What people do is in its versions: publishing makes one, and a message keeps the version it entered.
    """

    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="workflows", verbose_name=_("environment")
    )
    name = models.CharField(_("name"), max_length=80)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("workflow")
        verbose_name_plural = _("workflows")
        constraints = [
            models.UniqueConstraint(fields=["environment", "name"], name="workflow_name_per_environment"),
            # Target of the composite key that holds message types inside the environment (migration 0002).
            models.UniqueConstraint(fields=["id", "environment"], name="workflow_environment"),
        ]

    def __str__(self) -> str:
        return self.name


@track()
class WorkflowVersion(models.Model):
    """A version of a workflow: a draft until it is published, and unchangeable from then on."""

    workflow = models.ForeignKey(
        Workflow, on_delete=models.CASCADE, related_name="versions", verbose_name=_("workflow")
    )
    number = models.PositiveIntegerField(_("version"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("published by"),
    )

    class Meta:
        verbose_name = _("workflow version")
        verbose_name_plural = _("workflow versions")
        constraints = [
            models.UniqueConstraint(fields=["workflow", "number"], name="workflow_version_number"),
            models.UniqueConstraint(
                fields=["workflow"], condition=Q(published_at__isnull=True), name="one_draft_per_workflow"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="published_version_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete | pgtrigger.UpdateOf("published_at", "workflow_id", "number"),
                condition=pgtrigger.Condition("OLD.published_at IS NOT NULL"),
                func="RAISE EXCEPTION 'a published workflow version is final' USING ERRCODE = 'check_violation';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workflow} {self.number}"


class StepAction(models.TextChoices):
    """What a person can do with a message in a step (DOMAIN 1a)."""

    APPROVE = "approve", _("Approve message")
    REJECT = "reject", _("Reject message")
    FORWARD = "forward", _("Pass on")
    RETURN = "return", _("Send back")
    ASK = "ask", _("Ask a question")


# Whatever changes a step looks up its version first, both the old and the new one.
_STEP_IS_DRAFT = """
    IF EXISTS (SELECT FROM messaging_workflowversion v
               WHERE v.published_at IS NOT NULL AND v.id = {row}.version_id) THEN
        RAISE EXCEPTION 'a published workflow version is final' USING ERRCODE = 'check_violation';
    END IF;
"""


@track()
class WorkflowStep(models.Model):
    """One step: who acts, and what they may do."""

    version = models.ForeignKey(
        WorkflowVersion, on_delete=models.CASCADE, related_name="steps", verbose_name=_("version")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=80)
    role = models.CharField(
        _("role"),
        max_length=12,
        choices=[(Role.BEHEERDER, Role.BEHEERDER.label), (Role.BEHANDELAAR, Role.BEHANDELAAR.label)],
        default=Role.BEHANDELAAR,
        help_text=_("Who acts: this role; administrators may always act."),
    )
    group = models.ForeignKey(
        UserGroup,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("user group"),
        help_text=_("When chosen, only its members act."),
    )
    actions = ArrayField(models.CharField(max_length=10, choices=StepAction), verbose_name=_("actions"))
    approval_decides = models.BooleanField(
        _("approval decides at once"),
        default=False,
        help_text=_("Otherwise an approval in a step that is not the last one passes the message on."),
    )
    deadline_days = models.PositiveSmallIntegerField(_("deadline in days"), null=True, blank=True)
    four_eyes = models.BooleanField(
        _("four eyes"), default=False, help_text=_("Somebody else than who passed the message on in an earlier step.")
    )

    class Meta:
        verbose_name = _("workflow step")
        verbose_name_plural = _("workflow steps")
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "position"],
                name="workflow_step_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
            # Target of the composite key that holds a message in a step of its own version.
            models.UniqueConstraint(fields=["id", "version"], name="workflow_step_version"),
            models.CheckConstraint(
                name="workflow_step_actions_known",
                condition=Q(actions__contained_by=[action.value for action in StepAction]) & Q(actions__len__gte=1),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="published_step_change",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_STEP_IS_DRAFT.format(row="NEW") + "RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="published_step_delete",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=_STEP_IS_DRAFT.format(row="OLD") + "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="step_group_in_environment",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("group_id", "version_id"),
                condition=pgtrigger.Condition("NEW.group_id IS NOT NULL"),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM messaging_workflowversion v
                        JOIN messaging_workflow w ON w.id = v.workflow_id
                        JOIN connectors_usergroup g ON g.environment_id = w.environment_id
                        WHERE v.id = NEW.version_id AND g.id = NEW.group_id
                    ) THEN
                        RAISE EXCEPTION 'the group of a step is in the environment of its workflow'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.name}"


@track()
class MessageType(models.Model):
    """A message type of an environment: blocked until a workflow handles it (DOMAIN 1a).

    That the workflow has a published version in which people can approve and reject is held by the trigger
    `open_type_has_usable_workflow`.
    """

    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="message_types", verbose_name=_("environment")
    )
    code = models.CharField(_("message type"), max_length=3, choices=MessageKind)
    blocked = models.BooleanField(_("blocked"), default=True)
    workflow = models.ForeignKey(
        Workflow,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="message_types",
        verbose_name=_("workflow"),
    )

    class Meta:
        verbose_name = _("message type")
        verbose_name_plural = _("message types")
        constraints = [
            models.UniqueConstraint(fields=["environment", "code"], name="message_type_per_environment"),
            # Target of the composite key that holds delivery routes inside the environment.
            models.UniqueConstraint(fields=["id", "environment"], name="message_type_environment"),
            models.CheckConstraint(
                name="open_type_has_workflow", condition=Q(blocked=True) | Q(workflow__isnull=False)
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="open_type_has_usable_workflow",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Condition("NOT NEW.blocked"),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM messaging_workflowversion v JOIN messaging_workflowstep s ON s.version_id = v.id
                        WHERE v.workflow_id = NEW.workflow_id AND v.published_at IS NOT NULL
                        GROUP BY v.id
                        HAVING bool_or('approve' = ANY (s.actions)) AND bool_or('reject' = ANY (s.actions))
                    ) THEN
                        RAISE EXCEPTION 'an open message type needs a workflow with approve and reject'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_code_display())
