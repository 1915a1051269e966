"""Messages with what was read in them, made from the documents of the fixtures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from connectors.models import Environment
from messaging.models import Message, MessageReading
from messaging.statuses import Status
from messaging.workflow import entry_step
from messaging.xbrl import read_document
from tests.factories import AppConnectorFactory, MessageFactory, TokenFactory

DOCUMENTS = Path(__file__).parents[1] / "fixtures" / "documents"


def open_type(environment: Environment, kind: str = "BTW") -> None:
    """Let the delivered workflow handle a type."""
    workflow = environment.workflows.get(name="Accorderen")
    environment.message_types.filter(code=kind).update(workflow=workflow, blocked=False)


def make_message(environment: Environment, **values: Any) -> Message:
    """Make a message that an app connector of this environment sent; in the workflow it waits in its first step."""
    if "token" not in values:
        values["token"] = TokenFactory(app_connector=AppConnectorFactory(environment=environment))
    kind = values.get("kind", "BTW")
    open_type(environment, kind)
    if values.get("status") == Status.IN_WORKFLOW:
        step = entry_step(environment.message_types.get(code=kind))
        assert step is not None
        values = {"step": step, "workflow_version": step.version} | values
    message: Message = MessageFactory(**values)
    return message


def make_read_message(environment: Environment, document: str, **values: Any) -> Message:
    """Make a message of a fixture's document, read as the worker reads it; in the workflow unless told otherwise."""
    return make_read(environment, (DOCUMENTS / document).read_bytes(), **values)


def make_read(environment: Environment, raw: bytes, **values: Any) -> Message:
    """Make a message of these bytes, read as the worker reads it; in the workflow unless told otherwise."""
    read = read_document(raw)
    message = make_message(environment, **{"kind": read.kind, "raw": raw, "status": Status.IN_WORKFLOW} | values)
    MessageReading.objects.create(
        message=message,
        kind=read.kind,
        period_start=read.period_start,
        period_end=read.period_end,
        number_scheme=read.identifier_scheme,
        number=read.identifier,
        amount=read.amount,
        findings=len(read.findings),
        document=read.as_dict(),
    )
    return message
