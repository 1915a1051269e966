"""From where a request really comes, given the proxies that we trust (setting `TRUSTED_PROXIES`)."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

from portal.network import Address, Network, client_address, parse_address, parse_network


@lru_cache(maxsize=8)
def _trusted(networks: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(parse_network(text) for text in networks)


def client_hops(request: HttpRequest) -> tuple[Address, tuple[Address, ...]]:
    """Return the address of the client, and of the trusted proxies between it and us."""
    peer = request.META.get("REMOTE_ADDR", "")
    forwarded_for = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if not forwarded_for:
        return parse_address(peer), ()
    return client_address(peer, forwarded_for, _trusted(tuple(settings.TRUSTED_PROXIES)))


def client_address_of(request: HttpRequest) -> Address:
    """Return the address of the client."""
    return client_hops(request)[0]
