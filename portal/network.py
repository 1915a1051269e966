"""Addresses and networks: reading them, and deciding which rule covers an address. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


_NAT64 = IPv6Network("64:ff9b::/96")


class NetworkError(ValueError):
    """Text that is no address or network; `code` says how: "unreadable" or "host_bits"."""

    def __init__(self, code: str, *, suggestion: Network | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.suggestion = suggestion


@lru_cache(maxsize=4096)  # the same few callers come again and again
def parse_address(text: str) -> Address:
    """Read one address; an IPv4-mapped IPv6 address becomes the IPv4 address that it stands for.

    Raises `NetworkError`.
    """
    try:
        address = ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError as error:
        raise NetworkError("unreadable") from error
    return _unmapped(address)


def parse_network(text: str) -> Network:
    """Read a single address or a range in CIDR notation (`203.0.113.0/28`).

    Bits set behind the prefix are an error with a `suggestion`: people who write them mean either the address or
    the whole range, and only they know which. Raises `NetworkError`.
    """
    text = text.strip()
    if "/" not in text:
        address = parse_address(text)
        return ip_network(f"{address}/{address.max_prefixlen}")
    try:
        network = ip_network(text, strict=False)
    except ValueError as error:
        raise NetworkError("unreadable") from error
    if str(network.network_address) != str(ip_address(text.partition("/")[0])):
        raise NetworkError("host_bits", suggestion=network)
    return _unmapped_network(network)


def behind_nat64(network: Network) -> Network | None:
    """Return the IPv4 network that a NAT64 address (64:ff9b::/96, RFC 6052) stands for; None for any other."""
    if network.version == 4 or not network.subnet_of(_NAT64):
        return None
    return ip_network((int(network.network_address) & 0xFFFFFFFF, network.prefixlen - 96))


def covers(network: Network, address: Address) -> bool:
    """Tell whether `address` lies in `network`; the two IP versions never cover each other."""
    return network.version == address.version and address in network


def permitted(address: Address, *, allowed: Sequence[Network], excluded: Iterable[Network]) -> bool:
    """Decide an app connector's IP restrictions (DOMAIN 1b): one allow rule blocks every other address."""
    if any(covers(network, address) for network in excluded):
        return False
    return not allowed or any(covers(network, address) for network in allowed)


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> tuple[Address, tuple[Address, ...]]:
    """Return the address that a request really comes from, and the trusted proxies that it passed.

    `peer` is the other end of the connection, `forwarded_for` the X-Forwarded-For header. The header is read from
    the right, only as long as the hop that added it is trusted: what a stranger wrote in it is never believed. An
    unreadable hop ends the search at the hop behind it. Raises `NetworkError` when `peer` itself is unreadable.
    """
    address, proxies = parse_address(peer), []
    for hop in reversed([part for part in forwarded_for.split(",") if part.strip()]):
        if not any(covers(network, address) for network in trusted):
            break
        try:
            behind = parse_address(_without_port(hop))
        except NetworkError:
            break
        proxies.append(address)
        address = behind
    return address, tuple(reversed(proxies))


def _without_port(hop: str) -> str:
    """Drop the port that some proxies add: `192.0.2.1:443`, `[2001:db8::1]:443`."""
    hop = hop.strip().strip('"')
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _unmapped(address: Address) -> Address:
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _unmapped_network(network: Network) -> Network:
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped and network.prefixlen >= 96:
        return ip_network(f"{network.network_address.ipv4_mapped}/{network.prefixlen - 96}")
    return network
