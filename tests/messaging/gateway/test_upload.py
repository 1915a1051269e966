"""A message gets in, over SOAP and over REST, once, and its sender can follow it."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from connectors import tokens
from connectors.causes import Cause
from connectors.models import Connector
from messaging.models import LogEntry, Message
from messaging.statuses import Status
from tests.factories import AppConnectorFactory, EnvironmentFactory, TokenFactory
from tests.messaging.gateway.conftest import (
    GENERIC,
    REST_PATH,
    RETURN,
    SOAP_PATH,
    Program,
    open_types,
    soap_fault,
    soap_result,
)
from tests.secrets import places_with

pytestmark = pytest.mark.django_db


def test_a_message_is_stored_with_its_content_and_its_event(program: Program) -> None:
    response = program.soap(externalMessageId="EXT-7", environmentId="O67890AA")

    message = Message.objects.select_related("content").get()
    event = message.events.get()
    assert soap_result(response) == message.public_id
    assert (message.token, message.environment, message.status) == (program.token, program.token.environment, 10)
    assert (message.external_message_id, message.sender_environment) == ("EXT-7", "O67890AA")
    assert bytes(message.content.content) == RETURN
    assert bytes(message.content_digest) == hashlib.sha256(RETURN).digest()
    assert (event.from_status, event.to_status, event.at) == (None, Status.REGISTERED, message.received_at)
    assert event.actor_name == program.token.user.username


@pytest.mark.parametrize(
    "path", [SOAP_PATH, "/ProfitServices/CommSvcConnector.asmx", "/profitservices/APPCONNECTORCOMMSVC.asmx"]
)
def test_every_soap_address_takes_messages(program: Program, path: str) -> None:
    response = program.soap(path=path)

    assert soap_result(response) == Message.objects.get().public_id


def test_rest_takes_json_and_answers_201(program: Program) -> None:
    response = program.rest()

    assert response.status_code == 201
    assert response.json() == {"results": {"CommSvcConnector": {"messageId": Message.objects.get().public_id}}}


def test_rest_takes_the_document_itself(program: Program) -> None:
    response = program.post(
        REST_PATH.lower() + "?messageType=btw&externalMessageId=E-1",
        RETURN,
        "application/xml",
        authorization=program.authorization,
    )

    assert response.status_code == 201
    assert bytes(Message.objects.get().content.content) == RETURN


def test_rest_takes_json_as_plain_text(program: Program) -> None:
    body = json.dumps({"messageType": "BTW", "externalMessageId": "1", "messageContent": RETURN.decode()})

    response = program.post(REST_PATH, body.encode(), "text/plain;charset=UTF-8", authorization=program.authorization)

    assert response.status_code == 201


def test_content_may_come_in_base64_with_a_pdf_beside_it(program: Program) -> None:
    encoded = base64.encodebytes(RETURN).decode()

    program.soap(messageContent=encoded, messagePdf=base64.b64encode(b"%PDF-1.7").decode())

    content = Message.objects.get().content
    assert (bytes(content.content), bytes(content.pdf or b"")) == (RETURN, b"%PDF-1.7")


def test_content_is_kept_in_the_encoding_that_it_declares(program: Program) -> None:
    text = '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'

    program.soap(messageContent=text)

    assert bytes(Message.objects.get().content.content) == text.encode("iso-8859-1")


def test_the_token_in_the_header_wins(program: Program) -> None:
    unknown = tokens.wrap(tokens.generate()).replace("<", "&lt;")

    response = Client().post(
        SOAP_PATH,
        f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><UploadMessage>'
        f"<messageContent>&lt;a/&gt;</messageContent><externalMessageId>1</externalMessageId>"
        f"<token>{unknown}</token><messageType>BTW</messageType>"
        f"</UploadMessage></s:Body></s:Envelope>".encode(),
        content_type="text/xml",
        headers={"authorization": program.authorization},
    )

    assert soap_result(response) == Message.objects.get().public_id


def test_no_answer_is_kept_by_a_cache(program: Program) -> None:
    for response in (program.soap(), program.rest(), program.soap(token=""), program.get("/ProfitRestServices/x")):
        assert response["Cache-Control"] == "no-store"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in response


def test_using_a_token_is_noted(program: Program) -> None:
    program.client.defaults["HTTP_USER_AGENT"] = "PHP-SOAP/8.2\x07"
    program.soap()

    program.token.refresh_from_db()
    assert (program.token.last_used_address, program.token.last_used_client) == ("127.0.0.1", "PHP-SOAP/8.2 ")
    assert timezone.now() - program.token.last_used_at < timedelta(minutes=1)


def test_an_unbound_token_belongs_to_the_first_environment_that_uses_it(program: Program) -> None:
    data = tokens.generate()
    token = TokenFactory(app_connector=program.token.app_connector, data=data, customer_environment="")
    unbound = Program(data)

    unbound.soap(environmentId="O11111AA")
    refused = unbound.soap(environmentId="O22222AA", externalMessageId="2")

    token.refresh_from_db()
    assert token.customer_environment == "O11111AA"
    assert soap_fault(refused)[0] == Cause.OTHER_CUSTOMER_ENVIRONMENT.value.caller
    assert [*Message.objects.values_list("sender_environment", flat=True)] == ["O11111AA"]


# Idempotency ----------------------------------------------------------------------------------------------------------


def test_the_same_message_again_gets_the_same_id_and_is_stored_once(program: Program) -> None:
    first, second = program.soap(), program.rest()

    assert second.json()["results"]["CommSvcConnector"]["messageId"] == soap_result(first)
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"messageContent": "<a/>"},
        {"messageType": "SUP"},
        {"messagePdf": base64.b64encode(b"%PDF").decode()},
    ],
)
def test_the_same_external_id_with_something_else_is_refused(program: Program, other: dict[str, str]) -> None:
    program.soap()

    response = program.soap(**other)

    text, reference = soap_fault(response)
    entry = LogEntry.objects.get()
    assert (text, reference) == (Cause.EXTERNAL_ID_CONFLICT.value.caller, entry.public_reference)
    assert Message.objects.count() == 1


def test_two_tokens_may_use_the_same_external_id(program: Program) -> None:
    data = tokens.generate()
    TokenFactory(app_connector=program.token.app_connector, data=data)

    program.soap()
    Program(data).soap()

    assert Message.objects.count() == 2


# The status of a message ----------------------------------------------------------------------------------------------


def test_a_sender_follows_its_message(program: Program) -> None:
    message_id = soap_result(program.soap(externalMessageId="EXT<1>"))

    document = soap_result(program.soap("GetMessageStatus", messageId=message_id))
    row = program.get(f"{REST_PATH}/messageId/{message_id.lower()}").json()

    assert f"<messageId>{message_id}</messageId><externalMessageId>EXT&lt;1&gt;</externalMessageId>" in document
    assert (row["messageId"], row["status"], row["description"]) == (message_id, 10, "Bericht geregistreerd")
    assert row["changedAt"].endswith(("+01:00", "+02:00"))


def test_a_message_of_another_token_does_not_exist(program: Program) -> None:
    message_id = soap_result(program.soap())
    data = tokens.generate()
    TokenFactory(app_connector=program.token.app_connector, data=data)
    other = Program(data)

    over_soap = other.soap("GetMessageStatus", messageId=message_id)
    over_rest = other.get(f"{REST_PATH}/messageId/{message_id}")
    unknown = other.get(f"{REST_PATH}/messageId/{'0' * 32}")

    assert soap_fault(over_soap)[0] == "Het bericht bestaat niet."
    assert (over_rest.status_code, over_rest.content) == (unknown.status_code, unknown.content) == (404, b"")


def test_a_token_of_another_environment_changes_nothing_here(program: Program) -> None:
    elsewhere = EnvironmentFactory(code="O88888XX")
    open_types(elsewhere)
    connector = AppConnectorFactory(environment=elsewhere)
    connector.grants.create(connector=Connector.COMM_SVC)
    data = tokens.generate()
    TokenFactory(app_connector=connector, data=data)

    response = Program(data).soap()

    assert soap_fault(response)[0] == GENERIC
    assert LogEntry.objects.get().environment == elsewhere


# Secrets --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fields", [{}, {"messageType": "XYZ"}, {"environmentId": "O11111AA"}])
def test_a_token_is_nowhere_but_in_its_digest(program: Program, fields: dict[str, str], caplog: Any) -> None:
    program.soap(**fields)
    program.rest(**fields)

    assert places_with(program.data) == []
    assert program.data not in caplog.text
