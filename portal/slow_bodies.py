"""Bounds on how long a request's body may take to arrive: a thread that waits for one is a thread less for others.

The web server bounds the time for headers only, and a read from it waits until all that was asked for has come. So
whoever announces a body and then keeps silent holds a thread for ever, and a dozen of them hold the whole portal.
A thread cannot be called back from such a read; but when its connection is shut for reading, the read ends, the
request counts as cut off and the thread is free. A watchman looks once a second for reads that last too long and
shuts as many connections: those from the same address, at the same port, that have been silent longest, in both
directions and for as long as the bound says. That an idle connection is shut among them, every client expects.

How long a connection has been silent is known on Linux only; elsewhere nothing is bounded here, and a proxy that
takes requests in whole has to stand in front.
"""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Environ = MutableMapping[str, Any]
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

_LOOK_EVERY = 1.0  # seconds
_FILES = Path("/proc/self/fd")
_TCP_INFO = getattr(socket, "TCP_INFO", None)
# In struct tcp_info, in milliseconds: since we sent something, and since we received something.
_SENT_AGO, _RECEIVED_AGO = 44, 52


@dataclass(frozen=True)
class Bounds:
    """In seconds: how long a body may take, and how long its sender may keep silent meanwhile."""

    whole: float
    silence: float


@dataclass(frozen=True)
class Read:
    """A read under way: since when (monotonic clock), and between which address and which port of ours."""

    since: float
    address: str
    port: int


class Watchman:
    """Knows the reads of this process that are under way, and ends those that last too long.

    While `crowd` or more of them last longer than a moment, threads are about to run out, and the tight bounds hold.
    """

    def __init__(self, *, usual: Bounds, tight: Bounds, crowd: int) -> None:
        self.usual, self.tight, self.crowd = usual, tight, crowd
        self._reads: dict[int, Read] = {}
        # Sockets by their number in the kernel. One that nobody reads from yet stays open until somebody does.
        self._shut: set[int] = set()
        self._start = threading.Lock()
        self._started = False

    def watch(self, application: Application) -> Application:
        """Return the application with a watched body."""

        def watched(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            environ["wsgi.input"] = _WatchedBody(environ, self)
            return application(environ, start_response)

        return watched if _TCP_INFO is not None and _FILES.is_dir() else application

    def enter(self, address: str, port: int) -> None:
        """Note that this thread begins to wait for a body."""
        if not self._started:
            self._begin()
        self._reads[threading.get_ident()] = Read(time.monotonic(), address, port)

    def leave(self) -> None:
        """Note that this thread's wait is over."""
        self._reads.pop(threading.get_ident(), None)

    def look(self) -> None:
        """Shut the connections that overdue reads are waiting for."""
        now = time.monotonic()
        slow = [read for read in list(self._reads.values()) if now - read.since >= _LOOK_EVERY]
        bounds = self.tight if len(slow) >= self.crowd else self.usual
        if not slow:
            self._shut.clear()
        for address, port in {(read.address, read.port) for read in slow}:
            ages = [now - read.since for read in slow if (read.address, read.port) == (address, port)]
            with ExitStack() as handles:
                found = [handles.enter_context(connection) for connection in _accepted(address, port)]
                left = [connection for connection in found if _number(connection) not in self._shut]
                shut = _longest(left, _silence, bounds.silence, most=sum(age >= bounds.silence for age in ages))
                shut += _longest(left, _unanswered, bounds.whole, most=sum(age >= bounds.whole for age in ages))
                for connection in shut:
                    self._shut.add(_number(connection))
                    with suppress(OSError):
                        # For reading only: the answer that the request was cut off can still be given.
                        connection.shutdown(socket.SHUT_RD)

    def _begin(self) -> None:
        with self._start:
            if not self._started:
                self._started = True
                threading.Thread(target=self._look_for_ever, name="slow-bodies", daemon=True).start()

    def _look_for_ever(self) -> None:
        while True:
            time.sleep(_LOOK_EVERY)
            self.look()


class _WatchedBody:
    """`wsgi.input` whose reads the watchman knows of."""

    def __init__(self, environ: Environ, watchman: Watchman) -> None:
        self._body = environ["wsgi.input"]
        self._peer = environ.get("REMOTE_ADDR", ""), int(environ.get("SERVER_PORT") or 0)
        self._watchman = watchman

    def read(self, *size: int) -> bytes:
        return self._watched(self._body.read, *size)

    def readline(self, *size: int) -> bytes:
        return self._watched(self._body.readline, *size)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _watched(self, read: Callable[..., bytes], *size: int) -> bytes:
        self._watchman.enter(*self._peer)
        try:
            return read(*size)
        finally:
            self._watchman.leave()


def _longest(
    connections: list[socket.socket], measure: Callable[[socket.socket], float], bound: float, *, most: int
) -> list[socket.socket]:
    """Return the connections with the greatest measure, at or over the bound, `most` of them.

    As many as there are reads to end: who waits for a thread is silent as well, but not for so long.
    """
    measured = sorted(((measure(connection), number) for number, connection in enumerate(connections)), reverse=True)
    return [connections[number] for seconds, number in measured[:most] if seconds >= bound]


def _number(connection: socket.socket) -> int:
    return os.fstat(connection.fileno()).st_ino


def _silence(connection: socket.socket) -> float:
    """Return for how many seconds nothing has gone either way."""
    return min(_seconds(connection, _SENT_AGO), _seconds(connection, _RECEIVED_AGO))


def _unanswered(connection: socket.socket) -> float:
    """Return for how many seconds we have sent nothing."""
    return _seconds(connection, _SENT_AGO)


def _seconds(connection: socket.socket, at: int) -> float:
    try:
        info = connection.getsockopt(socket.IPPROTO_TCP, _TCP_INFO or 0, 104)
    except OSError:
        return 0.0
    (milliseconds,) = struct.unpack_from("I", info, at)
    return float(milliseconds) / 1000


def _accepted(address: str, port: int) -> Iterator[socket.socket]:
    """Return this process's connections from `address` to our own `port`, each as a handle for the caller to close."""
    for name in os.listdir(_FILES):
        with suppress(OSError, ValueError):
            connection = socket.socket(fileno=os.dup(int(name)))
            if _is_between(connection, address, port):
                yield connection
            else:
                connection.close()


def _is_between(connection: socket.socket, address: str, port: int) -> bool:
    with suppress(OSError):
        by_ip = connection.family in (socket.AF_INET, socket.AF_INET6)
        return by_ip and connection.getsockname()[1] == port and connection.getpeername()[0] == address
    return False
