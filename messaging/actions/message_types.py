"""Opening and blocking the message types of an environment (DOMAIN 1a)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from messaging.models import MessageType, Workflow
from messaging.workflow import is_usable
from portal.errors import DomainError
from portal.models import User


@transaction.atomic
def update_message_type(
    *, message_type: MessageType, blocked: bool, workflow: Workflow | None, acting_user: User
) -> MessageType:
    """Block or open a message type and choose the workflow that handles its messages.

    Raises `DomainError` at the field `workflow` when the type would be open without a workflow in which people can
    approve and reject. The audit triggers record who did it; the trigger `open_type_has_usable_workflow` stands
    behind this rule.
    """
    message_type = MessageType.objects.select_for_update().get(pk=message_type.pk)
    if workflow is not None and workflow.environment_id != message_type.environment_id:
        raise DomainError(_("Choose a workflow of this environment."), field="workflow")
    if not blocked:
        _require_usable(workflow)
    message_type.blocked = blocked
    message_type.workflow = workflow
    message_type.save(update_fields=["blocked", "workflow"])
    return message_type


def _require_usable(workflow: Workflow | None) -> None:
    if workflow is None:
        raise DomainError(
            _("Choose the workflow that handles these messages. Without a workflow the type stays blocked."),
            field="workflow",
        )
    if not is_usable(workflow):
        raise DomainError(
            _(
                "Choose another workflow, or publish a version of this one that has the actions Approve message and "
                "Reject message. Until then the type stays blocked."
            ),
            field="workflow",
        )
