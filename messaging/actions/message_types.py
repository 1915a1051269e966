"""Opening and blocking the message types of an environment (DOMAIN 1a)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from messaging.models import Message, MessageType, Workflow
from messaging.statuses import Status
from messaging.workflow import is_usable
from portal.errors import ConfirmationNeededError, DomainError
from portal.models import User

MAX_COUNTED = 1000


@transaction.atomic
def update_message_type(
    *,
    message_type: MessageType,
    blocked: bool,
    workflow: Workflow | None,
    acting_user: User,
    confirmed: bool = False,
) -> MessageType:
    """Block or open a message type and choose the workflow that handles its messages.

    Raises `DomainError` at the field `workflow` when the type would be open without a workflow in which people can
    approve and reject. Messages under way stay in the workflow that they are in: `ConfirmationNeededError` says how
    many those are when another one is chosen. The audit triggers record who did it; the trigger
    `open_type_has_usable_workflow` stands behind this rule.
    """
    message_type = MessageType.objects.select_for_update().get(pk=message_type.pk)
    if workflow is not None and workflow.environment_id != message_type.environment_id:
        raise DomainError(_("Choose a workflow of this environment."), field="workflow")
    if not blocked:
        _require_usable(workflow)
    if workflow != message_type.workflow and not confirmed:
        _ask_about_messages_under_way(message_type)
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


def _ask_about_messages_under_way(message_type: MessageType) -> None:
    """Have the person confirm that messages of this type that are under way stay where they are."""
    waiting = Message.objects.filter(
        environment=message_type.environment_id, status=Status.IN_WORKFLOW, message_type=message_type
    )
    number = len(waiting.values_list("pk")[:MAX_COUNTED])
    if number:
        text = ngettext(
            "%(number)s message of this type is under way. It is finished in the workflow that it is in; new messages "
            "enter the other one. Confirm this below.",
            "%(number)s messages of this type are under way. They are finished in the workflow that they are in; new "
            "messages enter the other one. Confirm this below.",
            number,
        )
        shown = f"{number}+" if number == MAX_COUNTED else number
        raise ConfirmationNeededError(text % {"number": shown}, field="workflow")
