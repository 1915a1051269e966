"""A client program of our own: it sends a document over SOAP or REST and asks how far it is. No models, no rules."""

from __future__ import annotations

import base64
import http.client
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from lxml import etree

from messaging.safe_xml import XmlError, parse_xml

TIMEOUT = 60  # seconds for one answer
_MAX_ANSWER = 1_000_000  # bytes


class NoAnswer(Exception):
    """Nothing that we understand came back; the text says what did."""


class Refusal(Exception):
    """The gateway refused the call. `number` is the error number of the answer, `reference` the log reference."""

    def __init__(self, http_status: int, text: str = "", number: int | None = None, reference: str = "") -> None:
        super().__init__(text)
        self.http_status, self.text, self.number, self.reference = http_status, text, number, reference


@dataclass(frozen=True)
class Parcel:
    """What is sent."""

    content: bytes
    message_type: str
    external_id: str
    environment: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a message is: the status of DOMAIN 2 and its description as the gateway tells it."""

    status: int
    description: str
    reference: str


class Gateway(Protocol):
    """One way to speak to the gateway. Both raise `Refusal` and `NoAnswer`."""

    def send(self, parcel: Parcel) -> str:
        """Send a document and return the id of the message."""

    def ask(self, message_id: str) -> Progress:
        """Return how far a message is."""


def _call(url: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - the caller's own address
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - as above
            return answer.status, answer.read(_MAX_ANSWER)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(_MAX_ANSWER)
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(str(getattr(error, "reason", error)) or type(error).__name__) from None


class RestGateway:
    """The REST form (DOMAIN 3b)."""

    def __init__(self, base: str, token: str) -> None:
        self._url = f"{base}/ProfitRestServices/connectors/CommSvcConnector"
        encoded = base64.b64encode(token.encode()).decode()
        self._headers = {"Authorization": f"AfasToken {encoded}", "Content-Type": "application/json"}

    def send(self, parcel: Parcel) -> str:
        fields = {
            "messageType": parcel.message_type,
            "externalMessageId": parcel.external_id,
            "messageContent": base64.b64encode(parcel.content).decode(),
        }
        if parcel.environment:
            fields["environmentId"] = parcel.environment
        answer = self._answer(self._url, json.dumps(fields).encode(), expected=201)
        try:
            return str(answer["results"]["CommSvcConnector"]["messageId"])
        except (KeyError, TypeError):
            raise NoAnswer("an answer without a message id") from None

    def ask(self, message_id: str) -> Progress:
        answer = self._answer(f"{self._url}/messageId/{message_id}", None, expected=200)
        try:
            return Progress(int(answer["status"]), str(answer["description"]), str(answer["logReference"]))
        except (KeyError, TypeError, ValueError):
            raise NoAnswer("an answer without a status") from None

    def _answer(self, url: str, body: bytes | None, *, expected: int) -> Any:
        status, raw = _call(url, body, self._headers)
        try:
            answer = json.loads(raw) if raw else {}
        except ValueError:
            raise NoAnswer(f"HTTP {status} with something that is no JSON") from None
        if status == expected:
            return answer
        if not isinstance(answer, dict):
            answer = {}
        number = answer.get("errorNumber")
        text, reference = (str(answer.get(name, "")) for name in ("externalMessage", "profitLogReference"))
        raise Refusal(status, text, number if isinstance(number, int) else None, reference)


class SoapGateway:
    """The SOAP form (DOMAIN 3a)."""

    def __init__(self, base: str, token: str) -> None:
        self._url = f"{base}/ProfitServices/AppConnectorCommSvc.asmx"
        self._token = token

    def send(self, parcel: Parcel) -> str:
        fields = {
            "messageType": parcel.message_type,
            "externalMessageId": parcel.external_id,
            "messageContent": base64.b64encode(parcel.content).decode(),
        }
        if parcel.environment:
            fields["environmentId"] = parcel.environment
        return self._answer("UploadMessage", fields)

    def ask(self, message_id: str) -> Progress:
        found = _parse(self._answer("GetMessageStatus", {"messageId": message_id}).encode())
        status = found.findtext("status", "")
        if not status.isdecimal():
            raise NoAnswer("an answer without a status")
        return Progress(int(status), found.findtext("description", ""), found.findtext("logReference", ""))

    def _answer(self, method: str, fields: dict[str, str]) -> str:
        inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in {"token": self._token, **fields}.items())
        body = (
            '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
            f'<soap:Body><{method} xmlns="urn:Afas.Profit.Services">{inner}</{method}></soap:Body></soap:Envelope>'
        )
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"urn:Afas.Profit.Services/{method}"',
        }
        status, raw = _call(self._url, body.encode(), headers)
        if not raw:
            raise Refusal(status)
        envelope = _parse(raw)
        fault = envelope.find(".//{*}Fault")
        if fault is not None:
            number = fault.findtext(".//ErrorNumber", "")
            _before, _separator, reference = fault.findtext(".//Detail", "").rpartition(":")
            known = int(number) if number.lstrip("-").isdecimal() else None
            raise Refusal(status, fault.findtext("faultstring", ""), known, reference.strip())
        found = envelope.findtext(f".//{{*}}{method}Result")
        if not found:
            raise NoAnswer(f"HTTP {status} without a result")
        return found


def _parse(raw: bytes) -> etree._Element:
    try:
        return parse_xml(raw, max_bytes=_MAX_ANSWER)
    except XmlError:
        raise NoAnswer("something that is no XML") from None


def base_of(url: str) -> str:
    """Return the part of an address that both forms begin with, whatever of the rest was given. Raises `ValueError`."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise ValueError
    return f"{parts.scheme}://{parts.netloc}"
