"""Who calls, at the whole gateway: mapped addresses, chains of proxies, and what strangers say about themselves."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from pytest_django import Settings

from connectors.authentication import forget_grants
from messaging.models import LogEntry
from tests.factories import AllowlistEntryFactory
from tests.messaging.gateway.conftest import Program

pytestmark = pytest.mark.django_db
SENDER = "203.0.113.7"


@pytest.fixture
def allowed(program: Program) -> Program:
    """A program that may call from 203.0.113.7 and from nowhere else."""
    program.token.environment.refresh_from_db()
    AllowlistEntryFactory(
        participant_number=program.token.environment.participant_number, network=ip_network(f"{SENDER}/32")
    )
    forget_grants()
    return program


def _send(program: Program, address: str, forwarded_for: str = "") -> tuple[int, list[tuple[str | None, str]]]:
    """Send a message; return the status, and address and proxies of what was refused."""
    program.address = address
    headers = {"x-forwarded-for": forwarded_for} if forwarded_for else {}
    answer = program.client.post(
        "/ProfitRestServices/connectors/CommSvcConnector",
        b'{"messageType": "BTW", "externalMessageId": "X-1", "messageContent": "<xbrl/>"}',
        content_type="application/json",
        headers={"authorization": program.authorization, **headers},
        REMOTE_ADDR=address,
    )
    return answer.status_code, [*LogEntry.objects.values_list("address", "proxies")]


@pytest.mark.parametrize("address", [SENDER, f"::ffff:{SENDER}", "::ffff:cb00:7107"])
def test_an_address_mapped_into_ipv6_is_the_same_sender(allowed: Program, address: str) -> None:
    assert _send(allowed, address) == (201, [])


@pytest.mark.parametrize("address", ["203.0.113.8", "::ffff:203.0.113.8", "::203.0.113.7", "2002:cb00:7107::1"])
def test_no_other_way_of_writing_it_is(allowed: Program, address: str) -> None:
    status, entries = _send(allowed, address)

    assert (status, len(entries)) == (403, 1)


@pytest.mark.parametrize(
    ("remote", "forwarded_for", "status"),
    [
        ("10.0.0.1", SENDER, 201),
        ("10.0.0.1", f"{SENDER}, 10.0.0.2", 201),
        ("::ffff:10.0.0.1", f"::ffff:{SENDER}", 201),
        ("10.0.0.1", f"{SENDER}:51234", 201),
        # What the sender wrote itself stands on the left of what our own proxy saw.
        ("10.0.0.1", f"{SENDER}, 198.51.100.9", 403),
        ("10.0.0.1", f"{SENDER}, 198.51.100.9, 10.0.0.2", 403),
        ("198.51.100.9", SENDER, 403),
        ("198.51.100.9", f"{SENDER}, 10.0.0.1", 403),
        ("10.0.0.1", f"{SENDER}/24", 403),
        ("10.0.0.1", f"{SENDER}, nonsense", 403),
        ("10.0.0.1", "", 403),
    ],
)
def test_a_chain_of_proxies_is_read_from_the_right(
    allowed: Program, settings: Settings, remote: str, forwarded_for: str, status: int
) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]

    assert _send(allowed, remote, forwarded_for)[0] == status
