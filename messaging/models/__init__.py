"""What is sent: message types, workflows, organisations, messages with their content and events, and the log."""

from messaging.models.counters import DailyMessages, DailyRefusals
from messaging.models.delivery import Delivery, DeliveryChannel, DeliveryRoute, ResendRun
from messaging.models.events import MessageEvent, Question
from messaging.models.fix_times import FixTime
from messaging.models.log import LogEntry
from messaging.models.messages import Message, MessageContent, MessageReading
from messaging.models.organisations import Organisation, OrganisationImport, OrganisationNumber
from messaging.models.trials import Trial
from messaging.models.workflows import MessageType, Workflow, WorkflowStep, WorkflowVersion

__all__ = [
    "DailyMessages",
    "DailyRefusals",
    "Delivery",
    "DeliveryChannel",
    "DeliveryRoute",
    "FixTime",
    "LogEntry",
    "Message",
    "MessageContent",
    "MessageEvent",
    "MessageReading",
    "MessageType",
    "Organisation",
    "OrganisationImport",
    "OrganisationNumber",
    "Question",
    "ResendRun",
    "Trial",
    "Workflow",
    "WorkflowStep",
    "WorkflowVersion",
]
