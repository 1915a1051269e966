"""`/ProfitRestServices/...`: from a REST request to its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from django.db import Error as DatabaseError

from connectors.actions.token_use import note_token_use
from connectors.authentication import Grant, Refused
from connectors.causes import Cause
from connectors.explanations import UNAVAILABLE_TEXT, Answer
from connectors.models import Connector
from connectors.throttling import SlowDown
from messaging.gateway import metainfo, rest
from messaging.gateway.answers import (
    RETRY_AFTER,
    Reply,
    body_of,
    empty,
    finished,
    refuse_the_unexpected,
    reply,
)
from messaging.gateway.calls import Upload, admit, message_of, upload
from messaging.gateway.listing import QueryError, listed_rows, messages_of, read_page
from messaging.gateway.request import Environ, Exchange, open_exchange
from messaging.models import LogEntry
from messaging.models.messages import public_id

COMM_SVC = Connector.COMM_SVC.value
CONNECTOR_PATH = f"connectors/{COMM_SVC}".lower()
# A handler takes what stands in the path behind the part that leads to it.
Handler = Callable[[Exchange, str], Reply]


def answer_rest(environ: Environ, path: str) -> Reply:
    """Answer at `/ProfitRestServices/<path>`, with `path` in lower case."""
    exchange = open_exchange(environ, LogEntry.Door.REST)
    try:
        try:
            response = _answer(exchange, path.rstrip("/"))
        except Refused as refused:
            response = _refusal(exchange, refused)
    except DatabaseError:
        response = _unavailable(RETRY_AFTER)
    except SlowDown as slow:
        response = _unavailable(slow.retry_after)
    return finished(environ, response)


@refuse_the_unexpected
def _answer(exchange: Exchange, path: str) -> Reply:
    methods, rest_of_path = _find(path)
    if not methods:
        raise Refused(Cause.PATH_UNKNOWN, evidence={"observed": path[:200]})
    asked = exchange.environ["REQUEST_METHOD"]
    handler = methods.get("GET" if asked == "HEAD" else asked)
    if handler is None:
        raise Refused(Cause.HTTP_METHOD_UNKNOWN, evidence={"observed": asked[:40], "allowed": [*methods]})
    return handler(exchange, rest_of_path)


def _find(path: str) -> tuple[Mapping[str, Handler], str]:
    """Return what can be done at a path, by HTTP method, and the rest of the path; nothing where nothing is."""
    if path in METHODS_AT:
        return METHODS_AT[path], ""
    for start, methods in METHODS_BELOW.items():
        if path.startswith(start) and "/" not in path.removeprefix(start):
            return methods, path.removeprefix(start)
    return {}, ""


# Messages -------------------------------------------------------------------------------------------------------------


def _upload(exchange: Exchange, _rest: str) -> Reply:
    exchange.method = "UploadMessage"
    fields, content = _message_fields(exchange.environ)
    exchange.states(
        environment=fields.get("environmentid", ""),
        message_type=fields.get("messagetype", ""),
        external_id=fields.get("externalmessageid", ""),
    )
    grant = admit(exchange)
    message_id = upload(grant, exchange.call, Upload(exchange.external_id, content, fields.get("messagepdf", "")))
    return _json({"results": {COMM_SVC: {"messageId": message_id}}}, status=201)


def _message_fields(environ: Environ) -> tuple[Mapping[str, str], str | bytes]:
    """Return the fields of a message in JSON, or of a bare document with its fields in the query."""
    body = body_of(environ)
    try:
        if not rest.is_json(environ.get("CONTENT_TYPE", ""), body):
            return rest.parse_query(environ.get("QUERY_STRING", "")), body
        fields = rest.parse_fields(body, connector=COMM_SVC)
    except rest.RestError as error:
        raise Refused(Cause.REQUEST_UNREADABLE, evidence={"observed": str(error)}) from None
    return fields, fields.get("messagecontent", "")


def _one_message(exchange: Exchange, message_id: str) -> Reply:
    exchange.method = "GetMessageStatus"
    grant = _admit_reader(exchange)
    return _json(listed_rows([message_of(grant, message_id)])[0])


def _list(exchange: Exchange, _rest: str) -> Reply:
    exchange.method = "GetMessages"
    grant = _admit_reader(exchange)
    try:
        page = read_page(rest.parse_query(exchange.environ.get("QUERY_STRING", "")))
    except (QueryError, rest.RestError) as error:
        raise Refused(Cause.QUERY_UNREADABLE, grant=grant, evidence={"observed": str(error)}) from None
    return _json({"skip": page.skip, "take": page.take, "rows": listed_rows(messages_of(grant.token_id, page))})


# About the gateway itself ---------------------------------------------------------------------------------------------


def _version(exchange: Exchange, _rest: str) -> Reply:
    exchange.method = "profitversion"
    _admit_anyone(exchange)
    return _json(metainfo.version())


def _overview(exchange: Exchange, _rest: str) -> Reply:
    exchange.method = "metainfo"
    return _json(metainfo.overview(_admit_anyone(exchange)))


def _update_fields(exchange: Exchange, name: str) -> Reply:
    exchange.method = "metainfo/update"
    return _json(metainfo.update_fields(_admit_for(exchange, name)))


def _get_fields(exchange: Exchange, name: str) -> Reply:
    exchange.method = "metainfo/get"
    _admit_for(exchange, name)
    return _json(metainfo.get_fields())


def _other_connector(exchange: Exchange, name: str) -> Reply:
    exchange.method = "connectors"
    raise _no_connector(exchange, name)


def _description(_exchange: Exchange, _rest: str) -> Reply:
    return reply(200, _openapi(), rest.CONTENT_TYPE)


@cache
def _openapi() -> bytes:
    return (Path(__file__).parent / "openapi.json").read_bytes()


METHODS_AT: Mapping[str, Mapping[str, Handler]] = {
    CONNECTOR_PATH: {"GET": _list, "POST": _upload},
    "openapi.json": {"GET": _description},
    "profitversion": {"GET": _version},
    "metainfo": {"GET": _overview},
}
METHODS_BELOW: Mapping[str, Mapping[str, Handler]] = {
    f"{CONNECTOR_PATH}/messageid/": {"GET": _one_message},
    "metainfo/update/": {"GET": _update_fields},
    "metainfo/get/": {"GET": _get_fields},
    "connectors/": dict.fromkeys(("GET", "POST", "PUT", "DELETE"), _other_connector),
}


# Who may, and what the answers look like ------------------------------------------------------------------------------


def _admit_reader(exchange: Exchange) -> Grant:
    grant = admit(exchange)
    note_token_use(grant, exchange.call)
    return grant


def _admit_anyone(exchange: Exchange) -> Grant:
    """Let in who shows a valid credential from an allowed address, whatever its app connector may call."""
    exchange.call = replace(exchange.call, connector=None)
    return _admit_reader(exchange)


def _admit_for(exchange: Exchange, name: str) -> Grant:
    """Let in who may call the connector of this name, in lower case. Raises `Refused`, also when there is none."""
    if name == COMM_SVC.lower():
        return _admit_reader(exchange)
    raise _no_connector(exchange, name)


def _no_connector(exchange: Exchange, name: str) -> Refused:
    """Return the refusal of a connector that does not exist; who may not ask at all is refused for that, here."""
    return Refused(Cause.CONNECTOR_UNKNOWN, grant=_admit_anyone(exchange), evidence={"observed": name[:40]})


def _json(answer: Mapping[str, Any], *, status: int = 200) -> Reply:
    return reply(status, rest.encode(answer), rest.CONTENT_TYPE)


def _refusal(exchange: Exchange, refused: Refused) -> Reply:
    reference = public_id(exchange.record(refused))
    explanation = refused.cause.value
    if explanation.answer is Answer.WRONG_METHOD:
        return empty(405, Allow=", ".join(refused.evidence["allowed"]))
    if explanation.answer is not Answer.REFUSED:
        return empty(explanation.answer.value)
    body, headers = rest.refusal(text=explanation.caller, number=explanation.error_number, reference=reference)
    return reply(500, body, rest.CONTENT_TYPE, **headers)


def _unavailable(retry_after: int) -> Reply:
    body = rest.unavailable(text=UNAVAILABLE_TEXT, retry_after=retry_after)
    return reply(503, body, rest.CONTENT_TYPE, **{"Retry-After": str(retry_after)})
