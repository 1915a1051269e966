"""A webhook receiver on this machine that answers what a test tells it to: also slowly, brokenly, or not at all."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    """Write an answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@dataclass
class Call:
    """A request as it came in."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers each call with the next of `answers`, and the last one from then on. `b""` hangs up."""

    port: int = 0
    answers: list[bytes] = field(default_factory=lambda: [OK])
    dribble: bool = False
    hangs_up: bool = False
    calls: list[Call] = field(default_factory=list)
    connections: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?soort=1"

    def serve(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _peer = listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=[connection], daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError), connection.makefile("rb") as reading:
            while line := reading.readline().decode().strip():
                headers = {}
                while header := reading.readline().decode().strip():
                    name, _colon, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                self.calls.append(Call(line, headers, reading.read(int(headers.get("content-length", "0")))))
                told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if not told:
                    return
                self._say(connection, told)
                if self.hangs_up:
                    return

    def _say(self, connection: socket.socket, told: bytes) -> None:
        if not self.dribble:
            connection.sendall(told)
            return
        for byte in told:
            connection.sendall(bytes([byte]))
            if self.over.wait(0.05):
                return


@contextmanager
def receiving(*answers: bytes, dribble: bool = False, hangs_up: bool = False) -> Iterator[Receiver]:
    """Run a receiver."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        receiver = Receiver(listening.getsockname()[1], list(answers) or [OK], dribble, hangs_up)
        thread = threading.Thread(target=receiver.serve, args=[listening], daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.over.set()
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()
