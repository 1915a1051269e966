"""What a caller writes into the log is read by people: never run, never believed, whatever field it came in by."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from messaging.models import LogEntry
from portal.models import User
from tests.messaging.entries import SUPPORT, Login
from tests.messaging.gateway.conftest import SOAP_PATH, Program

pytestmark = pytest.mark.django_db
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


def _pages(client: Any, entry: LogEntry, code: str = "") -> str:
    log = reverse("messaging:log_list", args=[code]) if code else SUPPORT
    paths = (log, f"{log}?q={entry.address}", f"{log}{entry.public_reference}/", f"{log}{entry.public_reference}/nu/")
    return "".join(client.get(path).content.decode() for path in paths)


@pytest.mark.parametrize("field", ["externalMessageId", "environmentId", "messageType"])
def test_a_field_is_text_on_every_page(
    field: str, program: Program, beheerder: User, support: User, login: Login
) -> None:
    program.client.defaults["HTTP_USER_AGENT"] = HOSTILE
    program.soap(**{"messageContent": "", field: HOSTILE})
    entry = LogEntry.objects.get()

    pages = _pages(login(beheerder), entry, "O12345AB") + _pages(login(support), entry)

    assert "<script>alert" not in pages
    assert "<img src=x" not in pages
    assert "&lt;script&gt;" in pages


def test_an_action_and_a_method_are_text_on_every_page(program: Program, support: User, login: Login) -> None:
    body = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>'
    program.post(SOAP_PATH, body, "text/xml", soapaction=f'"urn:Afas.Profit.Services/{HOSTILE}"')

    pages = _pages(login(support), LogEntry.objects.get())

    assert "<script>alert" not in pages


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address", "proxies"),
    [
        ([], f"{HOSTILE}, 198.51.100.1", "127.0.0.1", ""),
        (["127.0.0.0/8"], HOSTILE, "127.0.0.1", ""),
        (["127.0.0.0/8"], f"{HOSTILE}, 198.51.100.1", "198.51.100.1", "127.0.0.1"),
        (["127.0.0.0/8"], "::ffff:203.0.113.9", "203.0.113.9", "127.0.0.1"),
        (["127.0.0.0/8", "10.0.0.0/8"], "203.0.113.9, 10.0.0.4", "203.0.113.9", "10.0.0.4, 127.0.0.1"),
    ],
)
def test_a_chain_of_proxies_is_believed_as_far_as_it_is_trusted(
    trusted: list[str],
    forwarded: str,
    address: str,
    proxies: str,
    program: Program,
    support: User,
    login: Login,
    settings: Any,
) -> None:
    settings.TRUSTED_PROXIES = trusted
    program.post(SOAP_PATH, b"<broken", "text/xml", **{"x-forwarded-for": forwarded})
    entry = LogEntry.objects.get()

    page = login(support).get(f"{SUPPORT}{entry.public_reference}/").content.decode()

    assert (entry.address, entry.proxies) == (address, proxies)
    assert "<script>alert" not in page
