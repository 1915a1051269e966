"""Where a webhook may send to, however the address is written."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from messaging.delivery.addresses import UrlError, is_public, may_connect, read_url, resolve


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:400e::1", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_public_addresses_may_be_sent_to(address: str) -> None:
    assert may_connect(ip_address(address), [])


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",  # noqa: S104  an address, not a binding
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::1",
        "2002:c0a8:101::1",
        "2001:0:7f00:1::1",
    ],
)
def test_no_private_loopback_link_local_or_reserved_address_is_sent_to(address: str) -> None:
    assert not is_public(ip_address(address))


def test_an_allowed_network_lets_its_addresses_in_also_in_their_ipv6_form() -> None:
    allowed = [ip_network("10.1.0.0/16")]

    answers = [may_connect(ip_address(text), allowed) for text in ("10.1.2.3", "::ffff:10.1.2.3", "10.2.0.1")]

    assert answers == [True, True, False]


@pytest.mark.parametrize("host", ["0177.0.0.1", "0x7f.1", "2130706433", "127.1"])
def test_other_ways_of_writing_an_address_come_down_to_the_same_address(host: str) -> None:
    assert [is_public(address) for address in resolve(host, 80, seconds=5)] == [False]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://example.nl/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("example.nl", "scheme"),
        ("https://naam:wachtwoord@example.nl/", "userinfo"),
        ("https://@example.nl/", "userinfo"),
        ("https://example.nl/#hier", "fragment"),
        ("https:///pad", "unreadable"),
        ("https://example.nl:0/", "unreadable"),
        ("https://example.nl:99999/", "unreadable"),
        ("https://[fe80::1%25eth0]/", "unreadable"),
        ("https://[nee]/", "unreadable"),
        ("https://exa mple.nl/", "unreadable"),
        ("https://example.nl\\@127.0.0.1/", "unreadable"),
        ("https://example.nl/\r\nX: 1", "unreadable"),
        ("https://bücher.nl/", "unreadable"),
    ],
)
def test_what_no_webhook_can_have_as_its_address(url: str, code: str) -> None:
    with pytest.raises(UrlError) as refusal:
        read_url(url)

    assert refusal.value.code == code


@pytest.mark.parametrize("url", ["https://example.nl/hook?a=1", "https://[2a00::1]:8443/", "http://10.0.0.1"])
def test_ordinary_addresses_are_read(url: str) -> None:
    assert read_url(url).geturl() == url
