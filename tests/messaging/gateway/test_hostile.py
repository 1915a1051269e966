"""What nobody should send: each gets a short answer and a log entry, and leaves nothing behind."""

from __future__ import annotations

import gzip
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from connectors.causes import Cause
from messaging.models import LogEntry, Message
from tests.messaging.gateway.conftest import REST_PATH, RETURN, SOAP_PATH, Program, soap_fault, soap_result

pytestmark = pytest.mark.django_db

ENVELOPE = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY a{n} "{"&a" + str(n - 1 or "") + ";"}{"&a" + str(n - 1 or "") + ";"}">' for n in range(1, 30))
    + "]>"
    + ENVELOPE.format("<x>&a29;</x>")
)
EXTERNAL = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
EXTERNAL += ENVELOPE.format("<UploadMessage>&e;</UploadMessage>")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        b"<",
        b"not xml",
        b"\xff\xfe\xfd",
        b"<a/>",
        ENVELOPE.format("").encode(),
        ENVELOPE.format("<UploadMessage>").encode(),
        BOMB.encode(),
        EXTERNAL.encode(),
        ENVELOPE.format("<a>" * 500 + "</a>" * 500).encode(),
        ENVELOPE.format("<a" + "".join(f' b{n}=""' for n in range(50_000)) + "/>").encode(),
        b'<?xml version="1.0" encoding="utf-8"?>' + ENVELOPE.format("<x>\udcff</x>").encode(errors="surrogateescape"),
        b'<?xml version="1.0" encoding="UTF-7"?><a/>',
    ],
)
def test_an_unreadable_envelope_is_answered_with_one_clear_fault(program: Program, body: bytes) -> None:
    response = program.post(SOAP_PATH, body, "text/xml; charset=utf-8")

    entry = LogEntry.objects.get()
    assert response.status_code == 500
    assert soap_fault(response) == (Cause.REQUEST_UNREADABLE.value.caller, entry.public_reference)
    assert b"passwd" not in response.content
    assert len(response.content) < 1000
    assert not Message.objects.exists()


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"a": ' * 5000, b'"x"', b"\xff{"])
def test_json_that_is_no_message_is_refused(program: Program, body: bytes) -> None:
    response = program.post(REST_PATH, body, "application/json", authorization=program.authorization)

    assert LogEntry.objects.get().explained is Cause.REQUEST_UNREADABLE
    assert response.json()["externalMessage"] == Cause.REQUEST_UNREADABLE.value.caller


def test_a_method_that_does_not_exist_is_named_in_the_log_only(program: Program) -> None:
    response = program.post(SOAP_PATH, ENVELOPE.format("<DeleteEverything/>").encode(), "text/xml")

    assert soap_fault(response)[0] == Cause.METHOD_UNKNOWN.value.caller
    assert b"DeleteEverything" not in response.content
    assert LogEntry.objects.get().evidence["observed"] == "DeleteEverything"


def test_another_service_of_the_vendor_answers_with_a_fault(program: Program) -> None:
    response = program.soap(path="/ProfitServices/appconnectorget.asmx")

    assert soap_fault(response)[0] == Cause.METHOD_UNKNOWN.value.caller


@pytest.mark.parametrize("path", [SOAP_PATH, REST_PATH])
def test_a_body_over_the_bound_is_refused_unread(program: Program, settings: Settings, path: str) -> None:
    settings.GATEWAY_MAX_BODY = 1000

    response = program.post(path, b"x" * 1001, "text/xml", authorization=program.authorization)

    assert response.status_code == (413 if path == REST_PATH else 500)
    assert LogEntry.objects.get().explained is Cause.REQUEST_TOO_LARGE


def _post_packed(program: Program, packed: bytes, encoding: str = "gzip") -> int:
    headers = {"authorization": program.authorization, "content-encoding": encoding}
    response = program.post(REST_PATH + "?messageType=BTW&externalMessageId=1", packed, "application/xml", **headers)
    return int(response.status_code)


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
def test_a_body_may_come_compressed(program: Program, encoding: str) -> None:
    assert _post_packed(program, gzip.compress(RETURN), encoding) == 201
    assert bytes(Message.objects.get().content.content) == RETURN


def test_a_body_compressed_in_several_parts_is_taken_whole(program: Program) -> None:
    assert _post_packed(program, gzip.compress(RETURN[:500]) + gzip.compress(RETURN[500:])) == 201
    assert bytes(Message.objects.get().content.content) == RETURN


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"no gzip",
        gzip.compress(RETURN)[:-1],
        gzip.compress(RETURN) + b"more",
        gzip.compress(RETURN) + gzip.compress(b"more")[:-1],
        gzip.compress(RETURN) + gzip.compress(b"") * 100,
    ],
)
def test_a_compressed_body_that_is_not_whole_is_refused(program: Program, packed: bytes) -> None:
    assert _post_packed(program, packed) == 500
    assert LogEntry.objects.get().explained is Cause.REQUEST_UNREADABLE


def test_many_small_parts_are_bounded_together(program: Program, settings: Settings) -> None:
    settings.GATEWAY_MAX_BODY = len(RETURN)

    assert _post_packed(program, gzip.compress(RETURN) + gzip.compress(b" ")) == 413


def test_a_body_may_come_in_chunks(program: Program, settings: Settings) -> None:
    def post(body: bytes, external_id: str) -> int:
        chunked: dict[str, Any] = {
            "wsgi.input": BytesIO(body),
            "HTTP_TRANSFER_ENCODING": "chunked",
            "CONTENT_LENGTH": "",
        }
        path = f"{REST_PATH}?messageType=BTW&externalMessageId={external_id}"
        headers = {"authorization": program.authorization}
        return Client().post(path, body, content_type="application/xml", headers=headers, **chunked).status_code

    settings.GATEWAY_MAX_BODY = len(RETURN)

    assert (post(RETURN, "1"), post(RETURN + b" ", "2")) == (201, 413)
    assert bytes(Message.objects.get().content.content) == RETURN


def test_a_compressed_body_is_bounded_after_unpacking(program: Program, settings: Settings) -> None:
    settings.GATEWAY_MAX_BODY = 100_000
    bomb = gzip.compress(b"<" * 10_000_000)

    response = Client().post(
        REST_PATH,
        bomb,
        content_type="application/xml",
        headers={"authorization": program.authorization, "content-encoding": "gzip"},
    )

    assert response.status_code == 413
    assert LogEntry.objects.get().explained is Cause.REQUEST_TOO_LARGE


def test_half_a_request_is_refused(program: Program) -> None:
    cut_off: dict[str, Any] = {"wsgi.input": BytesIO(b"<half"), "CONTENT_LENGTH": "5000"}

    response = program.client.post(SOAP_PATH, b"<half", content_type="text/xml", **cut_off)

    assert response.status_code == 500
    assert LogEntry.objects.get().explained is Cause.REQUEST_UNREADABLE


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_other_http_methods_are_told_which_ones_exist(method: str, db: None) -> None:
    soap, rest = (getattr(Client(), method)(path) for path in (SOAP_PATH, REST_PATH))

    assert (soap.status_code, soap["Allow"], soap.content) == (405, "GET, POST", b"")
    assert (rest.status_code, rest.content) == (405, b"")
    entries = LogEntry.objects.filter(cause=Cause.HTTP_METHOD_UNKNOWN.code)
    assert sum(entry.repeats for entry in entries) == 2


def test_head_tells_what_get_would(db: None) -> None:
    for path in (SOAP_PATH, SOAP_PATH + "?wsdl"):
        told, whole = Client().head(path), Client().get(path)

        assert (told.status_code, told.content) == (200, b"")
        assert told["Content-Length"] == str(len(whole.content))


def test_what_does_not_exist_is_not_found(db: None) -> None:
    for path in ("/ProfitServices/Other.asmx", "/ProfitRestServices/", "/ProfitRestServices/connectors/a/b"):
        response = Client().get(path)

        assert (response.status_code, response.content) == (404, b"")

    assert {entry.explained for entry in LogEntry.objects.all()} == {Cause.PATH_UNKNOWN}


def test_a_document_full_of_markup_stays_text(program: Program) -> None:
    text = '<a><![CDATA[<script>alert("x")</script>]]>&amp;</a>'

    program.soap(messageContent=text)

    assert bytes(Message.objects.get().content.content) == text.encode()


def test_a_client_that_closes_its_connection_gets_that_echoed(program: Program) -> None:
    closing = program.client.get(SOAP_PATH + "?WSDL", headers={"connection": "close"})
    keeping = program.client.get(SOAP_PATH + "?WSDL", headers={"connection": "keep-alive"})

    assert closing["Connection"] == "close"
    assert "Connection" not in keeping


def test_the_answer_to_an_upload_has_no_attributes_on_its_response_element(program: Program) -> None:
    response = program.soap()

    assert b"<UploadMessageResponse><UploadMessageResult>" in response.content
    assert soap_result(response)


def test_a_defect_of_ours_is_a_refusal_with_a_log_reference(program: Program, settings: Settings) -> None:
    settings.GATEWAY_MAX_BODY = "a setting that nobody can compute with"

    soap, rest = program.soap(), program.rest()

    causes = {entry.public_reference: entry.explained for entry in LogEntry.objects.all()}
    assert soap_fault(soap)[0] == rest.json()["externalMessage"] == Cause.UNEXPECTED.value.caller
    assert causes[soap_fault(soap)[1]] is causes[rest.json()["profitLogReference"]] is Cause.UNEXPECTED
    assert (soap.status_code, rest.status_code) == (500, 500)
