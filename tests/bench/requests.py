"""The requests of the benchmark: one VAT return in the forms that gateway and baseline take."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from xml.sax.saxutils import escape

from tests.bench.portal import PROJECT
from tests.bench.prepare import BLOCKED_TYPE
from tests.bench.side_client import FOREIGN_ADDRESS, Trial
from tests.bench.wrk import NUMBER, http_request

DOCUMENT = (Path("tests") / "fixtures" / "documents" / "btw-2026-q1-nil.xbrl", "utf-8")
REST_PATH = "/ProfitRestServices/connectors/CommSvcConnector"
SOAP_PATH = "/ProfitServices/AppConnectorCommSvc.asmx"
BASELINE_PATH = "/messages/"
OPEN_TYPE = "BTW"
SENDER = "O67890AA"
_UNKNOWN = "<token><version>1</version><data>" + "0123456789ABCDEF" * 4 + "</data></token>"


def document() -> str:
    """Return the return."""
    path, encoding = DOCUMENT
    return (PROJECT / path).read_text(encoding)


def afas_token(token: str) -> str:
    """Write a token's text as the `Authorization` header."""
    return f"AfasToken {base64.b64encode(token.encode()).decode()}"


def fields(external_id: str, message_type: str = OPEN_TYPE) -> str:
    """Return a message in JSON."""
    return json.dumps(
        {
            "messageType": message_type,
            "externalMessageId": external_id,
            "environmentId": SENDER,
            "messageContent": document(),
        }
    )


def post(path: str, *, port: int, authorization: str, body: str) -> bytes:
    """Return a POST of JSON as it goes over the wire."""
    headers = {"Authorization": authorization, "Content-Type": "application/json"}
    return http_request(path=path, port=port, headers=headers, body=body)


def soap_upload(*, port: int, token: str, external_id: str) -> bytes:
    """Return a call of `UploadMessage` as it goes over the wire."""
    values = {
        "token": token,
        "messageType": OPEN_TYPE,
        "externalMessageId": external_id,
        "messageContent": document(),
        "environmentId": SENDER,
    }
    arguments = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
    body = (
        '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
        f'<soap:Body><UploadMessage xmlns="urn:Afas.Profit.Services">{arguments}</UploadMessage></soap:Body>'
        "</soap:Envelope>"
    )
    action = '"urn:Afas.Profit.Services/UploadMessage"'
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": action}
    return http_request(path=SOAP_PATH, port=port, headers=headers, body=body)


def blocked_upload(*, port: int, token: str, external_id: str) -> bytes:
    """Return an upload of a blocked message type as it goes over the wire."""
    return post(REST_PATH, port=port, authorization=afas_token(token), body=fields(external_id, BLOCKED_TYPE))


def unknown_upload(*, port: int) -> bytes:
    """Return an upload with a token that does not exist; each time the very same."""
    return post(REST_PATH, port=port, authorization=afas_token(_UNKNOWN), body=fields(f"unknown-{NUMBER}"))


def trials(token: str) -> list[Trial]:
    """Return what must be refused while the gateway is busy."""
    valid, json_type = {"Authorization": afas_token(token)}, {"Content-Type": "application/json"}
    claim = {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1", "Forwarded": "for=127.0.0.1"}
    wrong = {"Authorization": afas_token(_UNKNOWN)}
    side, refused = fields("side"), frozenset({500})
    unauthorised, forbidden = frozenset({401}), frozenset({403})
    return [
        Trial("wrong token", REST_PATH, {**wrong, **json_type}, side, unauthorised, "127.0.0.3"),
        Trial("foreign address", REST_PATH, {**valid, **json_type}, side, forbidden, FOREIGN_ADDRESS),
        Trial(
            "foreign address that claims", REST_PATH, {**valid, **claim, **json_type}, side, forbidden, FOREIGN_ADDRESS
        ),
        Trial("blocked type", REST_PATH, {**valid, **json_type}, fields("side", BLOCKED_TYPE), refused),
    ]
