"""The call to a webhook: what goes out, and receivers that are slow, broken, redirecting or lying."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import closing
from ipaddress import ip_network
from uuid import UUID

import pytest

from connectors.causes import Cause
from messaging.delivery.addresses import read_url
from messaging.delivery.connection import MAX_ANSWER, Connection
from messaging.delivery.failures import DeliveryFailed
from messaging.delivery.signature import is_signed
from messaging.delivery.webhook import Answer, Parcel, read_answer, send
from tests.messaging.delivery.receiver import answer, receiving

LOOPBACK = [ip_network("127.0.0.0/8")]
PARCEL = Parcel("0" * 31 + "A", "BTW.xbrl", b"<xbrl>\xe2\x82\xac</xbrl>", {"messageType": "BTW", "sha256": "AB"})


def _send(url: str, *, seconds: float = 5, parcels: int = 1) -> list[Answer | None]:
    with closing(Connection(read_url(url), allowed=LOOPBACK)) as connection:
        return [send(PARCEL, connection, secret="geheim", seconds=seconds) for _ in range(parcels)]


def _failure(url: str, *, seconds: float = 5) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failure:
        _send(url, seconds=seconds)
    return failure.value


def _found(*addresses: str) -> list[object]:
    """Return addresses as the resolver does."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]


def test_the_exact_bytes_go_out_signed_and_with_the_message_id_as_idempotency_key() -> None:
    with receiving() as receiver:
        answers = _send(receiver.url)

    (call,) = receiver.calls
    assert answers == [None]
    assert (call.line, call.body) == ("POST /hook?soort=1 HTTP/1.1", PARCEL.content)
    assert call.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert call.headers["idempotency-key"] == call.headers["berichtenpoort-message-id"] == PARCEL.message_id
    assert is_signed(call.headers["berichtenpoort-signature"], call.body, secret="geheim", now=time.time())


def test_the_body_does_not_wait_until_the_headers_have_arrived(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[socket.socket] = []
    connect = socket.create_connection

    def noted(address: tuple[str, int], seconds: float) -> socket.socket:
        made.append(connect(address, seconds))
        return made[-1]

    monkeypatch.setattr(socket, "create_connection", noted)
    with receiving() as receiver, closing(Connection(read_url(receiver.url), allowed=LOOPBACK)) as connection:
        send(PARCEL, connection, secret="geheim", seconds=5)
        without_delay = made[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    assert without_delay == 1


def test_one_connection_serves_a_batch_until_the_receiver_closes_it() -> None:
    closing_answer = answer("200 OK", b"", "Connection: close")
    with receiving(answer("200 OK"), answer("202 Accepted", b"dank u"), closing_answer, answer("200 OK")) as receiver:
        _send(receiver.url, parcels=4)

    assert (len(receiver.calls), receiver.connections) == (4, 2)


def test_the_answer_may_say_at_once_what_the_receiver_thinks() -> None:
    refused = b'{"status": "refused", "reason": "Dubbel\\u0000 ontvangen"}'
    with receiving(answer("200 OK", b'{"status":"accepted"}'), answer("200 OK", refused)) as receiver:
        answers = _send(receiver.url, parcels=2)

    assert answers == [Answer(True), Answer(False, "Dubbel  ontvangen")]


@pytest.mark.parametrize(
    "body", [b"", b"ok", b"[1]", b'{"status": "ja"}', b"{", b"\xff", b"[" * 5000, b'{"status":[]}']
)
def test_any_other_answer_says_nothing_about_the_message(body: bytes) -> None:
    assert read_answer(body) is None


@pytest.mark.parametrize("named", ["0" * 31 + "B", "", 5])
def test_an_answer_about_another_message_says_nothing_about_this_one(named: object) -> None:
    told = json.dumps({"messageId": named, "status": "accepted"}).encode()
    with receiving(answer("200 OK", told)) as receiver:
        assert _send(receiver.url) == [None]


@pytest.mark.parametrize("named", [PARCEL.message_id, PARCEL.message_id.lower(), str(UUID(PARCEL.message_id))])
def test_an_answer_may_name_its_message(named: str) -> None:
    told = json.dumps({"messageId": named, "status": "accepted"}).encode()
    with receiving(answer("200 OK", told)) as receiver:
        assert _send(receiver.url) == [Answer(True)]


def test_a_redirect_is_not_followed() -> None:
    with receiving() as elsewhere, receiving(answer("302 Found", b"", f"Location: {elsewhere.url}")) as receiver:
        failure = _failure(receiver.url)

    assert (failure.cause, elsewhere.calls) == (Cause.DELIVERY_REDIRECTED, [])


@pytest.mark.parametrize(
    ("status", "of_channel"), [("500 Oops", True), ("429 Slow", True), ("403 No", True), ("422 Unfit", False)]
)
def test_an_answer_that_is_no_success_is_a_failure_of_the_channel_or_of_the_message(
    status: str, of_channel: bool
) -> None:
    with receiving(answer(status)) as receiver:
        failure = _failure(receiver.url)

    assert (failure.cause, failure.of_channel) == (Cause.DELIVERY_TURNED_AWAY, of_channel)
    assert failure.observed == f"HTTP {status[:3]}"


@pytest.mark.parametrize(
    "told", [b"", b"SSH-2.0-nee\r\n\r\n", b"HTTP/1.1 ja\r\n\r\n", b"HTTP/1.1 200 OK\r\nA: " + b"x" * 70_000]
)
def test_what_is_no_answer_is_a_failure(told: bytes) -> None:
    with receiving(told) as receiver:
        failure = _failure(receiver.url)

    assert failure.cause is Cause.DELIVERY_ANSWER_BROKEN


@pytest.mark.parametrize("part", [b"", b'{"status": "refus'])
def test_a_success_whose_answer_breaks_off_is_a_failure_because_it_may_have_been_a_refusal(part: bytes) -> None:
    with receiving(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + part, hangs_up=True) as receiver:
        failure = _failure(receiver.url)

    assert failure.cause is Cause.DELIVERY_ANSWER_BROKEN


def test_a_receiver_that_dribbles_is_cut_off_when_the_time_is_over() -> None:
    with receiving(answer("200 OK", b"x" * 1000), dribble=True) as receiver:
        failure = _failure(receiver.url, seconds=0.3)

    assert failure.cause is Cause.DELIVERY_TOO_SLOW


def test_no_more_of_an_answer_is_read_than_the_bound() -> None:
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b" " * (MAX_ANSWER * 3)
    with receiving(endless) as receiver:
        assert _send(receiver.url, parcels=2) == [None, None]

    assert receiver.connections == 2


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    assert _failure(f"http://127.0.0.1:{port}/").cause is Cause.DELIVERY_UNREACHABLE


def test_a_private_address_is_not_called_unless_it_is_allowed() -> None:
    with receiving() as receiver, pytest.raises(DeliveryFailed) as failure:
        send(PARCEL, Connection(read_url(receiver.url), allowed=[]), secret="geheim")

    assert (failure.value.cause, receiver.connections) == (Cause.DELIVERY_ADDRESS_FORBIDDEN, 0)


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers a public address first and a private one later is looked up once."""
    looked_up = []
    real = socket.getaddrinfo

    def rebinding(host: str, *rest: object, **how: object) -> object:
        if host != "hook.example":
            return real(host, *rest, **how)  # type: ignore[arg-type]  # as they came
        looked_up.append(host)
        return _found("127.0.0.1" if len(looked_up) == 1 else "127.0.0.99")

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with receiving() as receiver:
        _send(f"http://hook.example:{receiver.port}/")

    assert (looked_up, receiver.calls[0].headers["host"]) == (["hook.example"], f"hook.example:{receiver.port}")


def test_one_forbidden_address_of_a_name_forbids_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: _found("8.8.8.8", "10.0.0.1"))

    assert _failure("https://hook.example/").cause is Cause.DELIVERY_ADDRESS_FORBIDDEN


def test_a_slow_look_up_of_the_name_counts_for_the_deadline_too(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: over.wait(30))

    failure = _failure("https://hook.example/", seconds=0.2)
    still_looking = not over.is_set()
    over.set()

    assert (failure.cause, still_looking) == (Cause.DELIVERY_TOO_SLOW, True)


def test_without_tls_nothing_goes_to_the_public_internet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: _found("8.8.8.8"))

    assert _failure("http://hook.example/").cause is Cause.DELIVERY_NOT_TRUSTED
