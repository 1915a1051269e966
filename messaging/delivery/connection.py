"""One HTTP connection to an address that was checked, with a deadline for the whole of each call.

The standard library's client does the talking. What is ours: the socket goes to the checked address and to no other
(a second look-up of the name could answer something else), and a call ends when its time is over, however slowly the
other side dribbles: a time-out per read would let it go on for ever.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from urllib.parse import SplitResult

from django.utils.translation import gettext_lazy as _

from connectors.causes import Cause
from messaging.delivery.addresses import is_allowed_private, may_connect, resolve
from messaging.delivery.failures import DeliveryFailed, Trace, untold
from portal.network import Address, Network

MAX_ANSWER = 64 * 1024  # bytes that are read of an answer
_CONNECT = 5.0  # seconds for each address of a name


class Deadline:
    """Ends a socket when the time of a call is over: from another thread, so that nothing holds it up."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.passed = False
        self._socket: socket.socket | None = None
        self._ends = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def watch(self, watched: socket.socket) -> None:
        """Let the deadline end this socket."""
        self._socket = watched
        if self.passed:
            self._end()

    @property
    def left(self) -> float:
        return max(0.05, self._ends - time.monotonic())

    def _end(self) -> None:
        self.passed = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


class Connection:
    """A connection to the host of a webhook, kept open for further calls until `close`."""

    def __init__(self, url: SplitResult, *, allowed: Sequence[Network], context: ssl.SSLContext | None = None) -> None:
        self.url = url
        self.host = url.hostname or ""
        self.is_secure = url.scheme == "https"
        self.port = url.port or (443 if self.is_secure else 80)
        self._allowed = allowed
        self._context = context
        self._open: http.client.HTTPConnection | None = None

    def post(
        self, body: bytes, headers: dict[str, str], *, seconds: float, trace: Trace = untold
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        """Send one request and return status, body (bounded) and headers of its answer. Raises `DeliveryFailed`."""
        deadline = Deadline(seconds)
        try:
            with deadline:
                return self._post(body, headers, deadline, trace)
        except DeliveryFailed:
            self.close()
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            if deadline.passed or isinstance(error, TimeoutError):
                raise DeliveryFailed(Cause.DELIVERY_TOO_SLOW, f"{seconds:.0f} s") from None
            raise DeliveryFailed(Cause.DELIVERY_ANSWER_BROKEN, type(error).__name__) from None

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _post(
        self, body: bytes, headers: dict[str, str], deadline: Deadline, trace: Trace
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        # What was kept open may have been closed by the other side meanwhile; then nothing was sent yet.
        if self._open is None or self._open.sock is None or _has_ended(self._open.sock):
            self.close()
            self._open = self._connect(deadline, trace)
        deadline.watch(self._open.sock)
        self._open.sock.settimeout(deadline.left)
        path = (self.url.path or "/") + (f"?{self.url.query}" if self.url.query else "")
        self._open.request("POST", path, body=body, headers={"Accept-Encoding": "identity", **headers})
        trace(_("The request was sent."))
        answer = self._open.getresponse()
        read = answer.read(MAX_ANSWER + 1)
        if deadline.passed:
            raise TimeoutError
        if answer.length and len(read) <= MAX_ANSWER and 200 <= answer.status < 300:
            # What is missing may have been a refusal. Sent again, with the same key, it is told again.
            raise http.client.IncompleteRead(read, answer.length)
        if len(read) > MAX_ANSWER or answer.will_close or not answer.isclosed():
            self.close()
        return answer.status, read[:MAX_ANSWER], answer.headers

    def _connect(self, deadline: Deadline, trace: Trace) -> http.client.HTTPConnection:
        address, plain = self._connected(deadline, trace)
        deadline.watch(plain)
        trace(_("Connected to %(address)s.") % {"address": address})
        connection = http.client.HTTPConnection(self.host, self.port, timeout=deadline.left)
        connection.sock = self._secured(plain, trace) if self.is_secure else plain
        return connection

    def _connected(self, deadline: Deadline, trace: Trace) -> tuple[Address, socket.socket]:
        refused = ""
        for address in self._addresses(deadline, trace):
            try:
                found = socket.create_connection((str(address), self.port), min(_CONNECT, deadline.left))
            except OSError as error:
                refused = f"{address} port {self.port}: {error.strerror or type(error).__name__}"
            else:
                # Headers and body go out one after the other: the body need not wait until the headers have arrived.
                found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return address, found
            if deadline.passed:
                break
        raise DeliveryFailed(Cause.DELIVERY_UNREACHABLE, refused)

    def _addresses(self, deadline: Deadline, trace: Trace) -> list[Address]:
        """Return the addresses of the host; none of them may be a forbidden one, so that no name can mix them."""
        try:
            found = resolve(self.host, self.port, seconds=deadline.left)
        except TimeoutError:
            raise  # the time of the call is over
        except (OSError, UnicodeError):
            raise DeliveryFailed(Cause.DELIVERY_UNREACHABLE, f"{self.host}: no address") from None
        trace(_("%(host)s was found: %(addresses)s.") % {"host": self.host, "addresses": ", ".join(map(str, found))})
        for address in found:
            if not may_connect(address, self._allowed):
                raise DeliveryFailed(Cause.DELIVERY_ADDRESS_FORBIDDEN, f"{self.host}: {address}")
            if not self.is_secure and not is_allowed_private(address, self._allowed):
                raise DeliveryFailed(Cause.DELIVERY_NOT_TRUSTED, f"{self.host}: http, {address}")
        return found

    def _secured(self, plain: socket.socket, trace: Trace) -> socket.socket:
        context = self._context or ssl.create_default_context()
        try:
            secured = context.wrap_socket(plain, server_hostname=self.host)
        except ssl.SSLCertVerificationError as error:
            plain.close()
            raise DeliveryFailed(Cause.DELIVERY_NOT_TRUSTED, error.verify_message) from None
        except BaseException:
            plain.close()
            raise
        trace(_("The certificate belongs to %(host)s.") % {"host": self.host})
        return secured


def _has_ended(kept: socket.socket) -> bool:
    """Tell whether the other side closed a connection that was kept open (or said something unasked)."""
    kept.setblocking(False)
    try:
        kept.recv(1) if isinstance(kept, ssl.SSLSocket) else kept.recv(1, socket.MSG_PEEK)
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    except OSError:
        return True
    return True
