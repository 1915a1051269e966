"""`/ProfitRestServices/connectors/CommSvcConnector`: from a REST request to its answer."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse

from connectors.authentication import Refused
from connectors.causes import Answer, Cause
from connectors.models import Connector
from messaging.gateway import rest
from messaging.gateway.answers import RETRY_AFTER, UNAVAILABLE_TEXT, body_of, echo_connection, empty, reply
from messaging.gateway.calls import Upload, admit, message_of, upload
from messaging.gateway.request import Exchange, open_exchange
from messaging.gateway.results import message_row
from messaging.models import LogEntry
from messaging.models.messages import public_id

CONNECTOR_PATH = f"connectors/{Connector.COMM_SVC.value}".lower()


def answer_rest(request: HttpRequest, path: str) -> HttpResponse:
    """Answer at `/ProfitRestServices/<path>`, with `path` in lower case."""
    path, _separator, message_id = path.rstrip("/").partition("/messageid/")
    if path != CONNECTOR_PATH:
        return echo_connection(request, empty(404))
    method = "GET" if message_id else "POST"
    if request.method != method:
        return echo_connection(request, empty(405, Allow=method))
    exchange = open_exchange(request, LogEntry.Door.REST)
    try:
        response = _one_message(exchange, message_id) if message_id else _upload(exchange)
    except Refused as refused:
        response = _refusal(exchange, refused)
    except DatabaseError:
        body = rest.unavailable(text=UNAVAILABLE_TEXT, retry_after=RETRY_AFTER)
        response = reply(503, body, rest.CONTENT_TYPE, **{"Retry-After": str(RETRY_AFTER)})
    return echo_connection(request, response)


def _upload(exchange: Exchange) -> HttpResponse:
    exchange.method = "UploadMessage"
    fields, content = _message_fields(exchange.request)
    exchange.states(
        environment=fields.get("environmentId", ""),
        message_type=fields.get("messageType", ""),
        external_id=fields.get("externalMessageId", ""),
    )
    grant = admit(exchange)
    message_id = upload(grant, exchange.call, Upload(exchange.external_id, content, fields.get("messagePdf", "")))
    answer = {"results": {Connector.COMM_SVC.value: {"messageId": message_id}}}
    return reply(201, rest.encode(answer), rest.CONTENT_TYPE)


def _message_fields(request: HttpRequest) -> tuple[Mapping[str, str], str | bytes]:
    """Return the fields of a message in JSON, or of a bare document with its fields in the query."""
    body = body_of(request)
    if not rest.is_json(request.META.get("CONTENT_TYPE", ""), body):
        return request.GET.dict(), body
    try:
        fields = rest.parse_fields(body)
    except rest.RestError:
        raise Refused(Cause.REQUEST_UNREADABLE, evidence={"observed": "JSON"}) from None
    return fields, fields.get("messageContent", "")


def _one_message(exchange: Exchange, message_id: str) -> HttpResponse:
    exchange.method = "GetMessageStatus"
    message = message_of(admit(exchange), message_id)
    return reply(200, rest.encode(message_row(message)), rest.CONTENT_TYPE)


def _refusal(exchange: Exchange, refused: Refused) -> HttpResponse:
    reference = public_id(exchange.record(refused))
    explanation = refused.cause.value
    if explanation.answer is not Answer.REFUSED:
        return empty(explanation.answer.value)
    body, headers = rest.refusal(text=explanation.caller, number=explanation.error_number, reference=reference)
    return reply(500, body, rest.CONTENT_TYPE, **headers)
