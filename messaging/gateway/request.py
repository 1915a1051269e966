"""A request as the gateway sees it: bounded body, caller's address, and what goes into the log about it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.conf import settings

from connectors.authentication import Call, Refused
from messaging.actions.log import Circumstances, record_refusal
from messaging.models import LogEntry
from portal.addresses import client_hops
from portal.network import Address

# A request as WSGI has it: https://peps.python.org/pep-3333/
Environ = dict[str, Any]

_CHUNK = 64 * 1024
_MOST_MEMBERS = 100  # of a gzip file: what is left is copied once for each


class BodyError(ValueError):
    """The body cannot be taken; `too_large` tells why not."""

    def __init__(self, *, too_large: bool) -> None:
        super().__init__("too large" if too_large else "unreadable")
        self.too_large = too_large


@dataclass
class Exchange:
    """One request under way, and what has become known of it; a refusal is logged with all of that."""

    environ: Environ
    door: LogEntry.Door
    call: Call
    proxies: str
    method: str = ""
    external_id: str = ""
    message_type: str = ""

    def states(self, *, environment: str = "", message_type: str | None = None, external_id: str = "") -> None:
        """Note what the caller states in its fields; codes may come in lower case."""
        self.external_id = external_id
        self.message_type = message_type or ""
        self.call = Call(
            address=self.call.address,
            customer_environment=environment.strip().upper(),
            message_type=None if message_type is None else message_type.strip().upper(),
            client=self.call.client,
        )

    def judge_from(self, address: Address) -> None:
        """Take the call of a test message as one from the address that the test is about: it comes from ourselves."""
        self.call = replace(self.call, address=address)
        self.proxies = ""

    def record(self, refused: Refused) -> UUID:
        """Write the refusal into the communication log and return its log reference."""
        grant = refused.grant
        circumstances = Circumstances(
            door=self.door,
            method=self.method,
            address=str(self.call.address),
            proxies=self.proxies,
            client=self.call.client,
            sender_environment=self.call.customer_environment,
            message_type=self.message_type,
            external_message_id=self.external_id,
            environment_id=grant.environment_id if grant else None,
            app_connector_id=grant.app_connector_id if grant else None,
            token_id=grant.token_id if grant else None,
            token_hint=refused.hint,
        )
        return record_refusal(refused.cause, circumstances, refused.evidence)


def open_exchange(environ: Environ, door: LogEntry.Door) -> Exchange:
    """Begin with a request of which only the address is known."""
    address, proxies = client_hops(environ)
    call = Call(address=address, client=environ.get("HTTP_USER_AGENT", ""))
    return Exchange(environ, door, call, ", ".join(map(str, proxies)))


def read_body(environ: Environ) -> bytes:
    """Read the whole body, at most `GATEWAY_MAX_BODY` bytes of it, also after unpacking. Raises `BodyError`."""
    limit = settings.GATEWAY_MAX_BODY
    wanted = _announced_length(environ, limit)
    if wanted > limit and not _is_chunked(environ):
        raise BodyError(too_large=True)
    stream = environ["wsgi.input"]
    body = bytearray()
    while len(body) < wanted and (chunk := stream.read(min(_CHUNK, wanted - len(body)))):
        body += chunk
    if len(body) > limit:
        raise BodyError(too_large=True)
    if len(body) < wanted and not _is_chunked(environ):
        raise BodyError(too_large=False)
    if environ.get("HTTP_CONTENT_ENCODING", "").lower() in {"gzip", "x-gzip"}:
        return _unpack(bytes(body), limit)
    return bytes(body)


def _announced_length(environ: Environ, limit: int) -> int:
    """Return how many bytes to read: of a chunked body, which does not say, one more than the limit."""
    if _is_chunked(environ):
        return limit + 1
    length = environ.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0


def _is_chunked(environ: Environ) -> bool:
    return "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()


def _unpack(packed: bytes, limit: int) -> bytes:
    """Unpack a gzip file, of one member or several (RFC 1952); half of a document must never count as a whole one."""
    body = bytearray()
    for _member in range(_MOST_MEMBERS):
        unpacker = zlib.decompressobj(wbits=31)
        try:
            body += unpacker.decompress(packed, limit + 1 - len(body))
        except zlib.error:
            break
        if len(body) > limit:
            raise BodyError(too_large=True)
        if not unpacker.eof:
            break
        packed = unpacker.unused_data
        if not packed:
            return bytes(body)
    raise BodyError(too_large=False)
