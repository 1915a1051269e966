"""To which addresses a webhook may send. Pure but for looking up names.

What counts is the address that is connected to, not how it was written: names, octal numbers and IPv6 forms of IPv4
addresses all come down to the addresses checked here, and the connection goes to the checked address itself.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any
from urllib.parse import SplitResult, urlsplit

from portal.network import Address, Network, covers

# IPv6 networks whose addresses carry an IPv4 address to which a translator or tunnel sends on.
_CARRIERS = (ip_network("64:ff9b::/96"), ip_network("::/96"))
_LOCAL_NAT64 = ip_network("64:ff9b:1::/48")  # where in it the IPv4 address stands, only its network knows
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)


class UrlError(ValueError):
    """An address that no webhook can have; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_url(text: str) -> SplitResult:
    """Read the address of a webhook. Raises `UrlError`: "unreadable", "scheme", "userinfo" or "fragment"."""
    if not text.isascii() or any(sign.isspace() or not sign.isprintable() or sign == "\\" for sign in text):
        raise UrlError("unreadable")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise UrlError("unreadable") from error
    if parts.scheme not in ("http", "https"):
        raise UrlError("scheme")
    if "@" in parts.netloc:
        raise UrlError("userinfo")
    if "#" in text:
        raise UrlError("fragment")
    if port == 0 or not _is_host(host):
        raise UrlError("unreadable")
    return parts


def _is_host(host: str) -> bool:
    if ":" in host:
        try:
            return isinstance(ip_address(host), IPv6Address) and "%" not in host
        except ValueError:
            return False
    return len(host) <= 253 and all(_LABEL.fullmatch(label) for label in host.removesuffix(".").split("."))


def resolve(host: str, port: int, *, seconds: float) -> list[Address]:
    """Return the addresses of a name, in the order in which to try them. Raises `OSError`, `TimeoutError` when late.

    The system's resolver takes as long as it likes and cannot be interrupted. So it is asked in a thread, which is left
    behind when the time is over and ends when the resolver does.
    """
    answers: SimpleQueue[list[Any] | OSError | UnicodeError] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    Thread(target=ask, name="resolve", daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if isinstance(found, Exception):
        raise found
    texts = dict.fromkeys(str(address[0]).partition("%")[0] for *_rest, address in found)
    return [ip_address(text) for text in texts]


def is_public(address: Address) -> bool:
    """Tell whether an address lies in the public internet, with the IPv4 address that it may stand for."""
    if address.is_multicast or not address.is_global:
        return False
    if isinstance(address, IPv4Address):
        return True
    if address.is_site_local or address in _LOCAL_NAT64:
        return False
    return all(inner.is_global and not inner.is_multicast for inner in _inside(address))


def may_connect(address: Address, allowed: Sequence[Network]) -> bool:
    """Tell whether a webhook may send to an address: a public one, or one in an allowed network."""
    return is_allowed_private(address, allowed) or is_public(address)


def is_allowed_private(address: Address, allowed: Sequence[Network]) -> bool:
    """Tell whether the operator of this installation allowed the network of an address."""
    plain = address.ipv4_mapped if isinstance(address, IPv6Address) and address.ipv4_mapped else address
    return any(covers(network, plain) for network in allowed)


def _inside(address: IPv6Address) -> list[IPv4Address]:
    """Return the IPv4 addresses in an IPv6 address."""
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    low = IPv4Address(int(address) & 0xFFFFFFFF)
    if any(address in network for network in _CARRIERS):
        found.append(low)
    return [inner for inner in found if inner is not None]
