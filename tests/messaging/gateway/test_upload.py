"""A message gets in, over SOAP and over REST, or is refused for exactly one logged cause."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from connectors import tokens
from connectors.causes import Cause
from connectors.models import AllowlistEntry, Connector, GroupMember, Token
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
    program.soap()

    program.token.refresh_from_db()
    assert program.token.last_used_address == "127.0.0.1"
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


# Refusals -------------------------------------------------------------------------------------------------------------


def _delete_token(program: Program) -> None:
    Token.objects.filter(pk=program.token.pk).update(deleted_at=timezone.now())


def _expire_token(program: Program) -> None:
    ago = timezone.now() - timedelta(days=1)
    data = tokens.generate()
    TokenFactory(
        app_connector=program.token.app_connector, data=data, created_at=ago - timedelta(days=1), expires_at=ago
    )
    program.data = data


def _unknown_token(program: Program) -> None:
    program.data = tokens.generate()


def _block_user(program: Program) -> None:
    program.token.user.is_active = False
    program.token.user.save(update_fields=["is_active"])


def _block_connector(program: Program) -> None:
    program.token.app_connector.blocked = True
    program.token.app_connector.save(update_fields=["blocked"])


def _leave_group(program: Program) -> None:
    GroupMember.objects.all().delete()


def _take_connector_away(program: Program) -> None:
    program.token.app_connector.grants.all().delete()


def _restrict_address(program: Program) -> None:
    program.token.app_connector.ip_rules.create(action="allow", network=ip_network("192.0.2.0/24"))


def _empty_allowlist(program: Program) -> None:
    AllowlistEntry.objects.update(revoked_at=timezone.now())


def _expire_allowlist(program: Program) -> None:
    AllowlistEntry.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def _allowlist_of_another(program: Program) -> None:
    AllowlistEntry.objects.update(participant_number="99999")


def _foreign_address(program: Program) -> None:
    program.address = "203.0.113.7"


def _block_type(program: Program) -> None:
    program.token.environment.message_types.update(blocked=True)


SETUP_FAULTS: list[tuple[Callable[[Program], None], Cause]] = [
    (_unknown_token, Cause.TOKEN_UNKNOWN),
    (_delete_token, Cause.TOKEN_DELETED),
    (_expire_token, Cause.TOKEN_EXPIRED),
    (_block_user, Cause.USER_BLOCKED),
    (_block_connector, Cause.CONNECTOR_BLOCKED),
    (_leave_group, Cause.USER_NOT_IN_GROUP),
    (_take_connector_away, Cause.CONNECTOR_NOT_GRANTED),
    (_restrict_address, Cause.ADDRESS_RESTRICTED),
    (_empty_allowlist, Cause.ADDRESS_NOT_ALLOWLISTED),
    (_expire_allowlist, Cause.ADDRESS_NOT_ALLOWLISTED),
    (_allowlist_of_another, Cause.ADDRESS_NOT_ALLOWLISTED),
    (_foreign_address, Cause.ADDRESS_NOT_ALLOWLISTED),
    (_block_type, Cause.MESSAGE_TYPE_BLOCKED),
]


@pytest.mark.parametrize(("break_it", "cause"), SETUP_FAULTS, ids=lambda value: getattr(value, "__name__", None))
def test_a_fault_in_the_set_up_refuses_over_soap(
    program: Program, break_it: Callable[[Program], None], cause: Cause
) -> None:
    break_it(program)

    response = program.soap(externalMessageId="EXT-9")

    entry = LogEntry.objects.get()
    assert response.status_code == 500
    assert soap_fault(response) == (cause.value.caller, entry.public_reference)
    assert (entry.explained, entry.door, entry.method) == (cause, "soap", "UploadMessage")
    assert (entry.address, entry.token_hint) == (program.address, program.data[-4:])
    assert (entry.external_message_id, entry.message_type) == ("EXT-9", "BTW")
    assert not Message.objects.exists()


@pytest.mark.parametrize(("break_it", "cause"), SETUP_FAULTS, ids=lambda value: getattr(value, "__name__", None))
def test_a_fault_in_the_set_up_refuses_over_rest(
    program: Program, break_it: Callable[[Program], None], cause: Cause
) -> None:
    break_it(program)

    response = program.rest()

    entry = LogEntry.objects.get()
    assert (entry.explained, entry.door) == (cause, "rest")
    assert response.status_code == cause.value.answer.value
    if response.status_code in {401, 403}:
        assert response.content == b""
    else:
        assert response.json() == {
            "externalMessage": cause.value.caller,
            "errorNumber": cause.value.error_number,
            "profitLogReference": entry.public_reference,
        }
        assert base64.b64decode(response["X-PROFIT-ERROR"]).decode() == cause.value.caller
    assert not Message.objects.exists()


@pytest.mark.parametrize("break_it", [fault for fault, cause in SETUP_FAULTS if cause.value.answer.value in {401, 403}])
def test_a_stranger_cannot_tell_why_it_is_refused(program: Program, break_it: Callable[[Program], None]) -> None:
    break_it(program)

    response = program.soap()
    nobody = Program(tokens.generate(), address="198.51.100.9").soap()

    assert _without_reference(response) == _without_reference(nobody)
    assert soap_fault(response)[0] == GENERIC


def _without_reference(response: Any) -> str:
    text: str = response.content.decode().replace(soap_fault(response)[1], "")
    return text


SENDER_FAULTS: list[tuple[dict[str, str], Cause]] = [
    ({"token": ""}, Cause.TOKEN_MISSING),
    ({"token": "<token><version>1</version><data>949C</data></token>"}, Cause.TOKEN_MALFORMED),
    ({"token": "x" * 5000}, Cause.TOKEN_MALFORMED),
    ({"messageType": "XYZ"}, Cause.MESSAGE_TYPE_UNKNOWN),
    ({"messageType": ""}, Cause.MESSAGE_TYPE_UNKNOWN),
    ({"externalMessageId": ""}, Cause.EXTERNAL_ID_MISSING),
    ({"externalMessageId": "x" * 201}, Cause.EXTERNAL_ID_MISSING),
    ({"messageContent": ""}, Cause.CONTENT_MISSING),
    ({"messageContent": "  \n"}, Cause.CONTENT_MISSING),
    ({"messageContent": "no XML, no base64!"}, Cause.CONTENT_UNREADABLE),
    ({"messageContent": base64.b64encode(b"MZ executable").decode()}, Cause.CONTENT_UNREADABLE),
    ({"messagePdf": "%%%"}, Cause.CONTENT_UNREADABLE),
    ({"environmentId": "O11111AA"}, Cause.OTHER_CUSTOMER_ENVIRONMENT),
    ({"environmentId": "Kantoor De Vries"}, Cause.ENVIRONMENT_MALFORMED),
]


@pytest.mark.parametrize(("fields", "cause"), SENDER_FAULTS)
def test_a_fault_of_the_sender_is_refused_and_logged(program: Program, fields: dict[str, str], cause: Cause) -> None:
    response = program.soap(**fields)

    entry = LogEntry.objects.get()
    assert soap_fault(response) == (cause.value.caller, entry.public_reference)
    assert entry.explained is cause
    assert not Message.objects.exists()


def test_a_forged_forwarded_address_is_not_believed(program: Program) -> None:
    body = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><x/></s:Body></s:Envelope>'

    Client().post(
        SOAP_PATH, body, content_type="text/xml", REMOTE_ADDR="203.0.113.7", headers={"x-forwarded-for": "127.0.0.1"}
    )

    assert LogEntry.objects.get().address == "203.0.113.7"


def test_equal_refusals_within_a_minute_are_counted_on_one_entry(program: Program) -> None:
    references = {soap_fault(program.soap(token=""))[1] for _ in range(5)}

    entry = LogEntry.objects.latest("repeats")
    assert LogEntry.objects.count() <= 2  # the minute may turn
    assert entry.public_reference in references
    assert sum(LogEntry.objects.values_list("repeats", flat=True)) == 5


def test_the_log_names_what_would_have_passed(program: Program) -> None:
    program.address = "203.0.113.7"

    program.soap()

    entry = LogEntry.objects.get()
    assert entry.evidence == {"observed": "203.0.113.7", "allowed": ["127.0.0.1"]}
    assert (entry.environment, entry.token) == (program.token.environment, program.token)


def test_hostile_text_from_a_caller_is_bounded_in_the_log(program: Program) -> None:
    program.client.defaults["HTTP_USER_AGENT"] = "bad\x1b[31m" + "x" * 5000

    program.soap(messageType="\t<script>" + "y" * 500)

    entry = LogEntry.objects.get()
    assert (len(entry.client), len(entry.message_type)) == (200, 40)
    assert "\x1b" not in entry.client


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
    assert over_rest.status_code == unknown.status_code == 500
    assert over_rest.json()["externalMessage"] == unknown.json()["externalMessage"]


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
