"""Whoever announces a body and keeps silent does not hold a thread for ever."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest

from portal.slow_bodies import Bounds, Watchman

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the watchman works on Linux only")

SILENT = Bounds(whole=60, silence=0.2)
PATIENT = Bounds(whole=60, silence=60)
HURRIED = Bounds(whole=0.2, silence=60)


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Reader:
    """A server with one thread that reads a body as the gateway does; `size` is what it got, when it got it."""

    def __init__(self, watchman: Watchman) -> None:
        self.watchman = watchman
        self.done = threading.Event()
        self.size = -1
        self.server = WSGIServer(("127.0.0.1", 0), _Quiet)
        self.server.set_app(watchman.watch(self._answer))
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.size = len(environ["wsgi.input"].read(600))
        self.done.set()
        start_response("200 OK", [])
        return [b"taken"]

    def send(self, body: bytes) -> socket.socket:
        connection = socket.create_connection(self.server.server_address[:2], timeout=30)  # type: ignore[arg-type]
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 600\r\n\r\n" + body)
        return connection

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def servers() -> Iterator[list[Reader]]:
    servers: list[Reader] = []
    yield servers
    for server in servers:
        server.close()


def test_a_body_that_stops_coming_ends_as_half_a_body(servers: list[Reader]) -> None:
    servers.append(server := Reader(Watchman(usual=SILENT, tight=SILENT, crowd=99)))

    with server.send(b"a" * 200) as connection:
        assert server.done.wait(30)
        answer = connection.makefile("rb").read()

    assert server.size == 200
    assert answer.endswith(b"taken")


def test_a_body_that_dribbles_in_ends_when_its_time_is_over(servers: list[Reader]) -> None:
    servers.append(server := Reader(Watchman(usual=HURRIED, tight=HURRIED, crowd=99)))

    with server.send(b"") as connection:
        sent = 0
        while not server.done.is_set() and sent < 600:
            connection.sendall(b"a")
            sent += 1
            time.sleep(0.05)

    assert 0 < server.size < 600


def test_when_threads_run_out_the_patience_ends(servers: list[Reader]) -> None:
    servers.append(server := Reader(Watchman(usual=PATIENT, tight=SILENT, crowd=1)))

    with server.send(b"a"):
        assert server.done.wait(30)

    assert server.size == 1


def test_a_whole_body_is_left_alone(servers: list[Reader]) -> None:
    servers.append(server := Reader(Watchman(usual=SILENT, tight=SILENT, crowd=1)))

    with server.send(b"a" * 600) as connection:
        answer = connection.makefile("rb").read()

    assert server.size == 600
    assert answer.endswith(b"taken")


def test_lines_of_a_watched_body_can_be_read() -> None:
    seen: list[bytes] = []

    def application(environ: dict[str, Any], _start_response: Any) -> Iterable[bytes]:
        seen.extend(environ["wsgi.input"])
        return []

    watched = Watchman(usual=SILENT, tight=SILENT, crowd=1).watch(application)
    with Path(__file__).open("rb") as file:
        watched({"wsgi.input": file}, None)

    assert b"".join(seen) == Path(__file__).read_bytes()
