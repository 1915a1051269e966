"""An environment that is set up completely, and a client program that speaks to it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from django.test import Client
from lxml import etree

from connectors import tokens
from connectors.models import AppConnector, Connector, Environment
from tests.factories import AllowlistEntryFactory, AppConnectorFactory, TokenFactory

DOCUMENTS = Path(__file__).parents[2] / "fixtures" / "documents"
RETURN = (DOCUMENTS / "btw-2025-03-all-rubrieken.xbrl").read_bytes()
SOAP_PATH = "/ProfitServices/AppConnectorCommSvc.asmx"
REST_PATH = "/ProfitRestServices/connectors/CommSvcConnector"
GENERIC = "Er is een fout opgetreden bij het verzenden en ontvangen van berichten."


def open_types(environment: Environment) -> None:
    """Unblock every message type, with the delivered workflow."""
    environment.message_types.update(blocked=False, workflow=environment.workflows.get(name="Accorderen"))


@pytest.fixture
def connector(environment: Environment) -> AppConnector:
    """An app connector that may call, from loopback, in an environment with open message types."""
    open_types(environment)
    AllowlistEntryFactory(network=ip_network("127.0.0.1/32"))
    connector: AppConnector = AppConnectorFactory(environment=environment)
    connector.grants.create(connector=Connector.COMM_SVC)
    return connector


@dataclass
class Program:
    """A client program: one token, SOAP or REST, from an address of its own."""

    data: str
    token: Any = None  # the Token, unless the portal does not know it
    address: str = "127.0.0.1"
    client: Client = field(default_factory=Client)

    @property
    def authorization(self) -> str:
        return "AfasToken " + base64.b64encode(tokens.wrap(self.data).encode()).decode()

    def soap(self, method: str = "UploadMessage", *, path: str = SOAP_PATH, **fields: str) -> Any:
        if method == "UploadMessage":
            upload = {"messageType": "BTW", "externalMessageId": "X-1", "messageContent": RETURN.decode()}
            fields = upload | fields
        fields = {"token": tokens.wrap(self.data)} | fields
        inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
        return self.post(
            path,
            f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
            f'<{method} xmlns="urn:Afas.Profit.Services">{inner}</{method}></s:Body></s:Envelope>'.encode(),
            "text/xml; charset=utf-8",
        )

    def rest(self, **fields: str) -> Any:
        upload = {"messageType": "BTW", "externalMessageId": "X-1", "messageContent": RETURN.decode()} | fields
        return self.post(REST_PATH, json.dumps(upload).encode(), "application/json", authorization=self.authorization)

    def post(self, path: str, body: bytes, content_type: str, **headers: str) -> Any:
        return self.client.post(path, body, content_type=content_type, headers=headers, REMOTE_ADDR=self.address)

    def get(self, path: str) -> Any:
        return self.client.get(path, headers={"authorization": self.authorization}, REMOTE_ADDR=self.address)


@pytest.fixture
def program(connector: AppConnector) -> Program:
    """A program whose set-up is complete: its first message gets in."""
    data = tokens.generate()
    return Program(data, TokenFactory(app_connector=connector, data=data, customer_environment="O67890AA"))


def soap_result(response: Any) -> str:
    """Return the text of the one result element."""
    assert response.status_code == 200, response.content
    methods = ("UploadMessage", "GetMessageStatus", "GetUpdatedMessages")
    result = " or ".join(f"local-name()='{method}Result'" for method in methods)
    return str(etree.fromstring(response.content).xpath(f"string(//*[{result}])"))


def soap_fault(response: Any) -> tuple[str, str]:
    """Return the fault's text and its log reference."""
    envelope = etree.fromstring(response.content)
    detail = str(envelope.xpath("string(//Detail)"))
    text = str(envelope.xpath("string(//faultstring | //*[local-name()='Reason']/*)"))
    return text, detail.rpartition(":")[2].strip()
