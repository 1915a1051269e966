"""From where a request really comes, given the proxies that we trust (setting `TRUSTED_PROXIES`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal.network import Address, Network, client_address, parse_address, parse_network


@lru_cache(maxsize=8)
def _trusted(networks: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(parse_network(text) for text in networks)


def client_hops(environ: Mapping[str, Any]) -> tuple[Address, tuple[Address, ...]]:
    """Return the address of the client, and of the trusted proxies between it and us."""
    peer = environ.get("REMOTE_ADDR", "")
    forwarded_for = environ.get("HTTP_X_FORWARDED_FOR", "")
    if not forwarded_for:
        return parse_address(peer), ()
    return client_address(peer, forwarded_for, _trusted(tuple(settings.TRUSTED_PROXIES)))


def client_address_of(request: HttpRequest) -> Address:
    """Return the address of the client."""
    return client_hops(request.META)[0]


def scheme_of(environ: Mapping[str, Any]) -> str:
    """Return "https" or "http", as the client sees it; a proxy's word counts when we have proxies that we trust."""
    header, secure = settings.SECURE_PROXY_SSL_HEADER or ("", "")
    if header and header in environ:
        return "https" if environ[header].split(",", 1)[0].strip() == secure else "http"
    return str(environ["wsgi.url_scheme"])
