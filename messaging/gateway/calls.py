"""What a caller may ask of the gateway, whatever the form: take a message, tell how far one is."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from connectors.actions.token_use import bind_token, note_token_use
from connectors.authentication import Call, Grant, Refused, decide, find_grant, read_credential
from connectors.causes import Cause
from connectors.explanations import Answer
from connectors.throttling import SlowDown, note_failure
from messaging.actions.receive import receive_message
from messaging.actions.updates import Updates, take_updates
from messaging.gateway.content import ContentError, checked_document, decode_base64, document_bytes
from messaging.gateway.request import Exchange
from messaging.models import Message
from messaging.models.messages import public_id
from messaging.statuses import Status
from messaging.wakeup import wake_workers


@dataclass(frozen=True)
class Upload:
    """The fields of `UploadMessage`; the document as the text of a field, or as it was sent."""

    external_id: str
    content: str | bytes
    pdf: str = ""


def admit(exchange: Exchange, token_text: str = "") -> Grant:
    """Let the caller in, or raise `Refused`: every condition of `connectors.authentication`.

    Raises `SlowDown` instead when too many calls from its address had no valid token.
    """
    try:
        data = read_credential(authorization=exchange.environ.get("HTTP_AUTHORIZATION", ""), token_text=token_text)
        grant = find_grant(data)
        if grant.test_address is not None:
            exchange.judge_from(grant.test_address)
        decide(grant, exchange.call)
    except Refused as refused:
        if refused.cause.value.answer is Answer.UNAUTHENTICATED and not (refused.grant and refused.grant.test_address):
            _note_failure(exchange, refused)
        raise
    return grant


def _note_failure(exchange: Exchange, refused: Refused) -> None:
    try:
        note_failure(exchange.call.address)
    except SlowDown as slow:
        if slow.first:
            evidence = {
                "observed": str(exchange.call.address),
                "allowed": settings.GATEWAY_FAILURES_PER_MINUTE,
                "unit": "per_minute",
            }
            exchange.record(Refused(Cause.TOO_MANY_FAILURES, grant=refused.grant, hint=refused.hint, evidence=evidence))
        raise slow from None


def upload(grant: Grant, call: Call, message: Upload) -> str:
    """Take a message in and return its id as the caller gets it. Raises `Refused`; then nothing is stored."""
    try:
        content = (
            document_bytes(message.content) if isinstance(message.content, str) else checked_document(message.content)
        )
        pdf = decode_base64(message.pdf) or None
    except ContentError as error:
        cause = Cause.CONTENT_MISSING if error.missing else Cause.CONTENT_UNREADABLE
        raise Refused(cause, grant=grant, evidence={"observed": error.size, "unit": "bytes"}) from None
    bind_token(grant, call)
    message_id = receive_message(grant=grant, call=call, external_id=message.external_id, content=content, pdf=pdf)
    note_token_use(grant, call)
    wake_workers()
    return public_id(message_id)


def message_of(grant: Grant, message_id: str) -> Message:
    """Return a message of this very token; another's does not exist for it. Raises `Refused`."""
    try:
        wanted = UUID(message_id)
    except ValueError:
        wanted = None
    found = wanted and Message.objects.filter(pk=wanted, token_id=grant.token_id).first()
    if not found:
        raise Refused(Cause.MESSAGE_NOT_FOUND, grant=grant, evidence={"observed": message_id[:40]})
    return found


def updates_of(grant: Grant, status_filter: str) -> Updates:
    """Return the changed messages of this very token, those with the status in the filter if there is one.

    Raises `Refused` when the filter is no status.
    """
    wanted = status_filter.strip()
    try:
        status = Status(int(wanted)) if wanted else None
    except ValueError:
        evidence = {"observed": wanted[:40], "allowed": [str(status.value) for status in Status]}
        raise Refused(Cause.STATUS_FILTER_UNKNOWN, grant=grant, evidence=evidence) from None
    return take_updates(token_id=grant.token_id, status=status)
