"""`/ProfitServices/...asmx`: from a SOAP request to its answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.db import Error as DatabaseError

from connectors.actions.token_use import note_token_use
from connectors.authentication import Grant, Refused
from connectors.causes import Cause
from connectors.explanations import UNAVAILABLE_TEXT
from connectors.throttling import SlowDown
from messaging.gateway import soap
from messaging.gateway.answers import (
    RETRY_AFTER,
    Reply,
    body_of,
    empty,
    finished,
    refuse_the_unexpected,
    reply,
)
from messaging.gateway.calls import Upload, admit, message_of, updates_of, upload
from messaging.gateway.request import Environ, Exchange, open_exchange
from messaging.gateway.results import status_document, updates_document
from messaging.models import LogEntry
from messaging.models.messages import public_id
from portal.addresses import scheme_of

# Older clients use the second name.
ENDPOINTS = {
    "appconnectorcommsvc.asmx": "AppConnectorCommSvc.asmx",
    "commsvcconnector.asmx": "CommSvcConnector.asmx",
}


def answer_soap(environ: Environ, name: str) -> Reply:
    """Answer at `/ProfitServices/<name>`, with `name` in lower case."""
    method = environ["REQUEST_METHOD"]
    if method == "POST":
        response = _answer_call(environ, known=name in ENDPOINTS)
    elif name not in ENDPOINTS:
        response = _nothing_here(environ, Cause.PATH_UNKNOWN, {"observed": name[:200]}) or empty(404)
    elif method in {"GET", "HEAD"}:
        response = _describe(environ, ENDPOINTS[name])
    else:
        evidence = {"observed": method[:40], "allowed": ["GET", "POST"]}
        response = _nothing_here(environ, Cause.HTTP_METHOD_UNKNOWN, evidence) or empty(405, Allow="GET, POST")
    return finished(environ, response)


def _nothing_here(environ: Environ, cause: Cause, evidence: dict[str, Any]) -> Reply | None:
    """Log what is no call at all; return an answer only when the log cannot be written."""
    try:
        open_exchange(environ, LogEntry.Door.SOAP).record(Refused(cause, evidence=evidence))
    except DatabaseError:
        return empty(503, **{"Retry-After": str(RETRY_AFTER)})
    return None


def _answer_call(environ: Environ, *, known: bool) -> Reply:
    exchange = open_exchange(environ, LogEntry.Door.SOAP)
    version = soap.version_of(environ.get("CONTENT_TYPE", ""))
    try:
        try:
            call = _read_call(exchange)
            version = call.version
            return reply(200, soap.result(version, call.method, _result(exchange, call, known)), version.content_type)
        except Refused as refused:
            return _fault(exchange, version, refused)
    except DatabaseError:
        return _unavailable(version, RETRY_AFTER)
    except SlowDown as slow:
        return _unavailable(version, slow.retry_after)


@refuse_the_unexpected
def _read_call(exchange: Exchange) -> soap.SoapCall:
    content_type = exchange.environ.get("CONTENT_TYPE", "")
    try:
        # The body is bounded already, so the parser needs no smaller bound.
        call = soap.parse_call(
            body_of(exchange.environ), content_type=content_type, max_bytes=settings.GATEWAY_MAX_BODY
        )
    except soap.SoapError as error:
        raise Refused(Cause.REQUEST_UNREADABLE, evidence={"observed": str(error)}) from None
    exchange.method = call.method
    return call


@refuse_the_unexpected
def _result(exchange: Exchange, call: soap.SoapCall, known: bool) -> str:
    answer = METHODS.get(call.method) if known else None
    if answer is None:
        raise Refused(Cause.METHOD_UNKNOWN, evidence={"observed": call.method[:40], "allowed": [*METHODS]})
    return answer(exchange, call)


def _upload(exchange: Exchange, call: soap.SoapCall) -> str:
    exchange.states(
        environment=call.field("environmentId"),
        message_type=call.field("messageType"),
        external_id=call.field("externalMessageId"),
    )
    grant = admit(exchange, call.field("token"))
    message = Upload(exchange.external_id, call.field("messageContent"), call.field("messagePdf"))
    return upload(grant, exchange.call, message)


def _status(exchange: Exchange, call: soap.SoapCall) -> str:
    return status_document(message_of(_admit_reader(exchange, call), call.field("messageId").strip()))


def _updates(exchange: Exchange, call: soap.SoapCall) -> str:
    updates = updates_of(_admit_reader(exchange, call), call.field("messageStatusFilter"))
    return updates_document(updates.messages, more=updates.more)


def _admit_reader(exchange: Exchange, call: soap.SoapCall) -> Grant:
    exchange.states(environment=call.field("environmentId"))
    grant = admit(exchange, call.field("token"))
    note_token_use(grant, exchange.call)
    return grant


METHODS: dict[str, Callable[[Exchange, soap.SoapCall], str]] = {
    "UploadMessage": _upload,
    "GetMessageStatus": _status,
    "GetUpdatedMessages": _updates,
}


def _fault(exchange: Exchange, version: soap.Version, refused: Refused) -> Reply:
    explanation = refused.cause.value
    status, body = soap.fault(
        version,
        blame=soap.Blame.RECEIVER if refused.cause is Cause.UNEXPECTED else soap.Blame.SENDER,
        text=explanation.caller,
        number=explanation.error_number,
        reference=public_id(exchange.record(refused)),
    )
    return reply(status, body, version.content_type)


def _unavailable(version: soap.Version, retry_after: int) -> Reply:
    _status, body = soap.fault(version, blame=soap.Blame.RECEIVER, text=UNAVAILABLE_TEXT, number=-503, reference="")
    return reply(503, body, version.content_type, **{"Retry-After": str(retry_after)})


def _describe(environ: Environ, name: str) -> Reply:
    """Answer the WSDL with the address that was asked, or without a query a short page for people."""
    # The address as the caller wrote it, whatever it is: the answer goes to nobody else and is kept by no cache.
    host = environ.get("HTTP_HOST") or environ.get("SERVER_NAME", "")
    address = escape(f"{scheme_of(environ)}://{host}/ProfitServices/{name}", {'"': "&quot;"})
    if "wsdl" in environ.get("QUERY_STRING", "").lower():
        return reply(200, _wsdl().replace("{address}", address).encode(), "text/xml; charset=utf-8")
    page = (
        f'<!doctype html><html lang="nl"><meta charset="utf-8"><title>{name}</title><h1>{name}</h1>'
        f"<p>Hier leveren boekhoudpakketten berichten aan: {', '.join(METHODS)}.</p>"
        f'<p>Beschrijving voor programma\'s: <a href="{name}?WSDL">WSDL</a>.</p></html>'
    )
    return reply(200, page.encode(), "text/html; charset=utf-8")


@cache
def _wsdl() -> str:
    return (Path(__file__).parent / "wsdl.xml").read_text(encoding="utf-8")
