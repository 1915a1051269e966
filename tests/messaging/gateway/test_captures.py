"""Requests of real client programs, byte for byte, against the real web server; and what no test client can send."""

from __future__ import annotations

import base64
import gzip
import http.client
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from connectors import tokens
from connectors.causes import Cause
from connectors.explanations import GENERIC_TEXT
from connectors.models import AppConnector
from messaging.models import LogEntry, Message
from tests.factories import TokenFactory
from tests.messaging.gateway.conftest import REST_PATH, RETURN, SOAP_PATH
from tests.served import PROJECT, served

pytestmark = pytest.mark.django_db(transaction=True)

SAMPLES = PROJECT.parent / "shared" / "samples" / "client-captures"
CAPTURES = sorted(SAMPLES.glob("*.txt"))
_REQUEST = re.compile(rb"^(?=(?:GET|POST) /\S* HTTP/1\.1\r?$)", re.MULTILINE)
_DATA = re.compile(rb"[0-9A-F]{64}")

DATA = "0123456789ABCDEF" * 4
_TOKEN = tokens.wrap(DATA)
_HEADER = base64.b64encode(_TOKEN.encode()).decode()


@dataclass(frozen=True)
class Answer:
    """What came back on the connection."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


@pytest.fixture(scope="module")
def port(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    with django_db_blocker.unblock(), served() as port:
        yield port


def exchange(port: int, request: bytes, *, then: bytes = b"") -> Answer:
    """Send bytes and read one answer; `then` is sent when the server says to go on."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        if then:
            assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
            connection.sendall(then)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return Answer(answer.status, answer.msg, answer.read())


def requests_in(capture: bytes) -> list[bytes]:
    """Cut a recording into its requests; headers there end in line feeds only, and bodies by their length."""
    found = []
    for part in _REQUEST.split(capture)[1:]:
        head, _separator, body = part.partition(b"\n\n")
        length = re.search(rb"(?im)^content-length: *(\d+)", head)
        head = head.replace(b"\r", b"").replace(b"\n", b"\r\n")
        found.append(head + b"\r\n\r\n" + body[: int(length[1]) if length else 0])
    return found


def text_of(answer: Answer, name: str) -> str:
    return str(etree.fromstring(answer.body).xpath(f"string(//*[local-name()='{name}'])"))


def expected(request: bytes, answer: Answer) -> bool:
    """Tell whether an answer is the proper one to a recorded request, by what it asks for."""
    line, known = request.partition(b"\r\n")[0].lower(), _has_token(request)
    if b"?wsdl" in line:
        return answer.status == 200 and b"<wsdl:definitions" in answer.body
    if b"/profitservices/" in line:
        return _expected_of_soap(request, answer, known=known)
    if not known:
        return answer.status == 401
    if b"/metainfo" in line or b"/profitversion" in line:
        return answer.status == 200 and answer.body.startswith(b"{")
    return answer.status == 500 and Cause.CONNECTOR_UNKNOWN.value.caller.encode() in answer.body


def _expected_of_soap(request: bytes, answer: Answer, *, known: bool) -> bool:
    for method, refused in (
        ("UploadMessage", None),
        ("GetUpdatedMessages", None),
        ("GetMessageStatus", Cause.MESSAGE_NOT_FOUND),
    ):
        if f":{method}".encode() in request or f"<{method} ".encode() in request:
            if not known:
                return text_of(answer, "faultstring") == GENERIC_TEXT
            if refused:
                return text_of(answer, "faultstring") == refused.value.caller
            return answer.status == 200 and text_of(answer, f"{method}Result") != ""
    return text_of(answer, "faultstring") == Cause.METHOD_UNKNOWN.value.caller


def _has_token(request: bytes) -> bool:
    encoded = re.search(rb"AfasToken ([A-Za-z0-9+/=]+)", request)
    return bool(_DATA.search(base64.b64decode(encoded[1]) if encoded else request))


def _tokens_in(capture: bytes) -> set[str]:
    headers = b"".join(base64.b64decode(found) for found in re.findall(rb"AfasToken ([A-Za-z0-9+/=]+)", capture))
    return {found.decode() for found in _DATA.findall(capture + headers)}


@pytest.mark.skipif(not CAPTURES, reason="the recordings are not part of the project")
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem.split("-")[0])
def test_recorded_programs_work_unmodified(connector: AppConnector, port: int, path: Path) -> None:
    capture = path.read_bytes()
    for data in _tokens_in(capture):
        TokenFactory(app_connector=connector, data=data, customer_environment="")
    requests = requests_in(capture)

    answers = [exchange(port, request) for request in requests]

    wrong = [request[:60] for request, answer in zip(requests, answers, strict=True) if not expected(request, answer)]
    closed = [b"connection: close" in request.lower() for request in requests]
    uploads = sum(b"<" in request and b'UploadMessage"' in request and _has_token(request) for request in requests)
    assert requests
    assert wrong == []
    assert [answer.headers.get("Connection", "") == "close" for answer in answers] == closed
    assert Message.objects.count() == uploads


# Our own recordings, of the same shapes -------------------------------------------------------------------------------


def envelope(prefix: str, method: str, fields: dict[str, str], *, token: str = _TOKEN) -> bytes:
    """Write an envelope as the client with this prefix does: on the method or on every element."""
    of_method = "" if prefix == "soap" else "ns1:"
    declared = 'xmlns:ns1="urn:Afas.Profit.Services"' if of_method else 'xmlns="urn:Afas.Profit.Services"'
    inner = "".join(
        f"<{of_method}{name}>{value.replace('<', '&lt;').replace('>', '&gt;')}</{of_method}{name}>"
        for name, value in {**fields, "token": token}.items()
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<{prefix}:Envelope '
        f'xmlns:{prefix}="http://schemas.xmlsoap.org/soap/envelope/"><{prefix}:Body>'
        f"<{of_method}{method} {declared}>{inner}</{of_method}{method}></{prefix}:Body></{prefix}:Envelope>"
    ).encode()


def soap_request(method: str, body: bytes, *headers: str, path: str = SOAP_PATH) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: text/xml; charset=utf-8",
        f'SOAPAction: "urn:Afas.Profit.Services/{method}"',
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


UPLOAD = {"messageType": "BTW", "externalMessageId": "R-1", "messageContent": "<a>é</a>", "messagePdf": ""}


@pytest.fixture
def known(connector: AppConnector) -> Any:
    return TokenFactory(app_connector=connector, data=DATA, customer_environment="")


@pytest.mark.parametrize("prefix", ["soap", "soap-env", "SOAP-ENV"])
@pytest.mark.parametrize("path", [SOAP_PATH, "/ProfitServices/CommSvcConnector.asmx"])
def test_every_shape_of_envelope_gets_its_message_in(known: Any, port: int, prefix: str, path: str) -> None:
    body = envelope(prefix, "UploadMessage", UPLOAD | {"environmentId": "O67890AA", "userId": "67890.OUD"})

    answer = exchange(port, soap_request("UploadMessage", body, f"Content-length: {len(body)}", path=path))

    message = Message.objects.select_related("content").get()
    assert text_of(answer, "UploadMessageResult") == message.public_id
    assert bytes(message.content.content) == "<a>é</a>".encode()
    assert message.sender_environment == "O67890AA"


@pytest.mark.parametrize("method", ["GetMessageStatus", "GetUpdatedMessages"])
def test_every_method_answers(known: Any, port: int, method: str) -> None:
    upload = envelope("soap", "UploadMessage", UPLOAD)
    sent = exchange(port, soap_request("UploadMessage", upload, f"Content-Length: {len(upload)}"))
    body = envelope("soap", method, {"messageId": text_of(sent, "UploadMessageResult")})

    answer = exchange(port, soap_request(method, body, f"Content-Length: {len(body)}"))

    assert etree.fromstring(text_of(answer, f"{method}Result").encode()).tag in {"messageStatus", "messages"}


def test_metainfo_answers_as_the_rest_programs_ask_it(known: Any, port: int) -> None:
    for path in ("/ProfitRestServices/metainfo", "/profitrestservices/profitversion"):
        request = (
            f"GET {path} HTTP/1.1\r\nHost: 12345.example\r\nAccept: */*\r\nAuthorization: AfasToken {_HEADER}\r\n\r\n"
        )

        assert exchange(port, request.encode()).status == 200


# What the server does on the way --------------------------------------------------------------------------------------


def rest_request(*headers: str, external_id: str = "R-1") -> bytes:
    lines = [f"POST {REST_PATH}?messageType=BTW&externalMessageId={external_id} HTTP/1.1", "Host: 127.0.0.1"]
    lines += ["Content-Type: application/xml", f"Authorization: AfasToken {_HEADER}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def stored() -> bytes:
    return bytes(Message.objects.select_related("content").get().content.content)


def test_a_client_that_waits_to_be_told_to_go_on_is_told(known: Any, port: int) -> None:
    head = rest_request(f"Content-Length: {len(RETURN)}", "Expect: 100-continue")

    answer = exchange(port, head, then=RETURN)

    assert answer.status == 201
    assert stored() == RETURN


def test_a_body_in_chunks_is_put_together(known: Any, port: int) -> None:
    pieces = [RETURN[:7], RETURN[7:2000], RETURN[2000:]]
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"

    answer = exchange(port, rest_request("Transfer-Encoding: chunked") + body)

    assert answer.status == 201
    assert stored() == RETURN


@pytest.mark.parametrize("chunked", [False, True])
def test_a_compressed_body_is_unpacked(known: Any, port: int, chunked: bool) -> None:
    packed = gzip.compress(RETURN)
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(packed)}"
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed) if chunked else packed

    answer = exchange(port, rest_request(length, "Content-Encoding: gzip") + body)

    assert answer.status == 201
    assert stored() == RETURN


def test_a_body_announced_too_large_is_refused_before_it_comes(known: Any, port: int) -> None:
    answer = exchange(port, rest_request(f"Content-Length: {100 * 1024 * 1024}") + b"<")

    assert (answer.status, answer.body) == (413, b"")
    assert LogEntry.objects.get().explained is Cause.REQUEST_TOO_LARGE


def test_a_wish_to_close_the_connection_is_echoed_and_met(known: Any, port: int) -> None:
    request = f"GET {SOAP_PATH}?WSDL HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()

    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        whole = connection.makefile("rb").read()

    assert b"\r\nconnection: close\r\n" in whole.lower()
    assert whole.endswith(b"</wsdl:definitions>\n")


def test_silent_senders_do_not_keep_others_out(known: Any, port: int) -> None:
    silent = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(10)]
    for connection in silent:
        connection.sendall(soap_request("UploadMessage", b"<s:Envelope" + b" " * 189, "Content-Length: 600"))

    # Who has been silent longest is shut, so they have to differ from the sender that only waits for its turn.
    time.sleep(1)
    body = envelope("soap", "UploadMessage", UPLOAD)
    answer = exchange(port, soap_request("UploadMessage", body, f"Content-Length: {len(body)}"))
    for connection in silent:
        connection.close()

    assert text_of(answer, "UploadMessageResult") == Message.objects.get().public_id
