"""What is sent: message types, workflows, organisations, messages with their content and events, and the log."""

from messaging.models.log import LogEntry
from messaging.models.messages import Message, MessageContent, MessageEvent, MessageReading
from messaging.models.organisations import Organisation, OrganisationNumber
from messaging.models.workflows import MessageType, Workflow, WorkflowStep, WorkflowVersion

__all__ = [
    "LogEntry",
    "Message",
    "MessageContent",
    "MessageEvent",
    "MessageReading",
    "MessageType",
    "Organisation",
    "OrganisationNumber",
    "Workflow",
    "WorkflowStep",
    "WorkflowVersion",
]
