"""A channel at work: hands parcels over, one after another, and keeps its connection open meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Protocol

from django.conf import settings

from connectors.causes import Cause
from messaging.delivery.addresses import UrlError, read_url
from messaging.delivery.connection import Connection
from messaging.delivery.failures import DeliveryFailed, Trace, untold
from messaging.delivery.folder import Place, drop
from messaging.delivery.secrets import SecretError, unseal
from messaging.delivery.webhook import DEADLINE, Answer, Parcel, send
from messaging.models import DeliveryChannel
from portal.network import parse_network


class HandOver(Protocol):
    """Hands one parcel over, and returns what the receiver already thinks of it. Raises `DeliveryFailed`."""

    def __call__(self, parcel: Parcel, /) -> Answer | None: ...


@contextmanager
def carrier(channel: DeliveryChannel, *, seconds: float = DEADLINE, trace: Trace = untold) -> Iterator[HandOver]:
    """Open a channel for a number of parcels. Raises `DeliveryFailed` when it cannot work at all."""
    if channel.kind == DeliveryChannel.Kind.FOLDER:
        place = place_of(channel)
        yield lambda parcel: drop(parcel, place, trace=trace)
        return
    secret = secret_of(channel)
    try:
        url = read_url(channel.url)
    except UrlError as error:
        raise DeliveryFailed(Cause.DELIVERY_UNREACHABLE, error.code) from None
    allowed = [parse_network(network) for network in settings.DELIVERY_ALLOW_PRIVATE]
    with closing(Connection(url, allowed=allowed)) as connection:
        yield partial(send, connection=connection, secret=secret, seconds=seconds, trace=trace)


def place_of(channel: DeliveryChannel) -> Place:
    """Return where a folder channel writes and reads."""
    return Place(settings.DELIVERY_ROOT, channel.environment.code, channel.folder)


def secret_of(channel: DeliveryChannel) -> str:
    """Return the secret of a webhook. Raises `DeliveryFailed` when this installation cannot read it."""
    try:
        return unseal(channel.sealed_secret, key=settings.SECRET_KEY)
    except SecretError:
        raise DeliveryFailed(Cause.DELIVERY_SECRET_UNREADABLE) from None
