"""A client program that knows nothing but the WSDL."""

from __future__ import annotations

from typing import Any

import pytest
import zeep
from django.test import Client
from lxml import etree
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from zeep.exceptions import Fault
from zeep.transports import Transport

from connectors import tokens
from messaging.models import Message
from messaging.statuses import Status, change_status
from tests.factories import MessageFactory
from tests.messaging.gateway.conftest import GENERIC, RETURN, SOAP_PATH, Program

pytestmark = pytest.mark.django_db
URL = "http://testserver" + SOAP_PATH


class DjangoAdapter(BaseAdapter):
    """Hand zeep's requests to Django's test client, which answers in this test's transaction."""

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        headers: dict[str, Any] = {name: value for name, value in request.headers.items() if name != "Content-Length"}
        answer = Client().generic(
            request.method or "GET",
            request.path_url,
            request.body or b"",
            content_type=headers.pop("Content-Type", ""),
            headers={"Host": "testserver", **headers},
        )
        response = Response()
        response.status_code, response._content = answer.status_code, answer.content
        response.headers.update(answer.headers)
        return response

    def close(self) -> None:
        pass


def _service(binding: str) -> Any:
    transport = Transport()
    transport.session.mount("http://", DjangoAdapter())
    client = zeep.Client(URL + "?WSDL", transport=transport)
    return client.bind("AppConnectorCommSvc", binding)


@pytest.mark.parametrize("binding", ["AppConnectorCommSvcSoap", "AppConnectorCommSvcSoap12"])
def test_zeep_sends_a_message_and_follows_it(program: Program, binding: str) -> None:
    service = _service(binding)
    token = tokens.wrap(program.data)

    message_id = service.UploadMessage(
        token=token, messageType="BTW", externalMessageId="Z-1", messageContent=RETURN.decode()
    )
    document = service.GetMessageStatus(token=token, messageId=message_id)

    assert message_id == Message.objects.get().public_id
    assert etree.fromstring(document).findtext("status") == "10"


@pytest.mark.parametrize("binding", ["AppConnectorCommSvcSoap", "AppConnectorCommSvcSoap12"])
def test_zeep_hears_what_changed(program: Program, binding: str) -> None:
    message = MessageFactory(token=program.token)
    change_status([message.pk], before=Status.REGISTERED, after=Status.PROCESSING)

    document = _service(binding).GetUpdatedMessages(token=tokens.wrap(program.data), messageStatusFilter="20")

    assert etree.fromstring(document).findtext("message/messageId") == message.public_id


@pytest.mark.parametrize("binding", ["AppConnectorCommSvcSoap", "AppConnectorCommSvcSoap12"])
def test_zeep_reads_a_fault(program: Program, binding: str) -> None:
    with pytest.raises(Fault) as caught:
        _service(binding).UploadMessage(token=tokens.wrap(tokens.generate()), messageType="BTW")

    assert caught.value.message == GENERIC
    assert len(etree.tostring(caught.value.detail)) > 100


def test_the_address_in_the_wsdl_is_the_one_that_was_asked() -> None:
    response = Client().get("/profitservices/commsvcconnector.asmx?wsdl", headers={"host": 'gate.example:8443"><x'})

    wsdl = etree.fromstring(response.content)
    assert (
        wsdl.xpath("//*[local-name()='address']/@location")
        == ['http://gate.example:8443"><x/ProfitServices/CommSvcConnector.asmx'] * 2
    )


def test_without_a_query_there_is_a_page_for_people() -> None:
    response = Client().get(SOAP_PATH)

    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert "?WSDL" in response.content.decode()
