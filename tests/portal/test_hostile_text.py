"""What strangers write stays text, on every page that can be reached from the menu by any of the people."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from connectors import tokens
from messaging.processing import process_batch
from portal.models import User
from tests.factories import AllowlistRequestFactory, MembershipFactory, OrganisationFactory
from tests.messaging.gateway.conftest import SOAP_PATH, Program, connector, program

pytestmark = pytest.mark.django_db
__all__ = ["connector", "program"]
Login = Callable[[User], Client]

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"
RAW = re.compile(r"<script>alert|<img src=x", re.IGNORECASE)
LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)"')
# Files, signing out, and what belongs to frameworks.
_SKIPPED = re.compile(r"^/(static|account|i18n|admin/(jsi18n|logout|password))|/(csv|json|downloaden|pdf)/")
_MOST = 150


def _write_everywhere(program: Program) -> None:
    """Let a client program fill each field that it has a say in, in what is taken in and in what is refused."""
    agent = {"user-agent": HOSTILE, "x-forwarded-for": HOSTILE}
    content = b"<xbrl/>".decode()

    def upload(**fields: str) -> None:
        told = {"messageType": "BTW", "externalMessageId": HOSTILE, "messageContent": content} | fields
        inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in told.items())
        program.post(
            SOAP_PATH,
            f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
            f'<UploadMessage xmlns="urn:Afas.Profit.Services">{inner}</UploadMessage></s:Body></s:Envelope>'.encode(),
            "text/xml; charset=utf-8",
            **agent,
        )

    token = tokens.wrap(program.data)
    upload(token=token)
    upload(token=token, externalMessageId=f"2{HOSTILE}", environmentId=HOSTILE)
    upload(token=token, externalMessageId=f"3{HOSTILE}", messageType=HOSTILE)
    upload(token=HOSTILE)
    program.address = "203.0.113.7"
    upload(token=token, externalMessageId=f"4{HOSTILE}")
    program.post(f"/ProfitRestServices/{HOSTILE}", b"{}", "application/json", authorization=program.authorization)


def _crawl(client: Client, start: str) -> dict[str, str]:
    """Follow every link, and return the pages by their address."""
    waiting: list[str] = [start]
    pages: dict[str, str] = {}
    while waiting and len(pages) < _MOST:
        path = waiting.pop(0)
        if path in pages or _SKIPPED.search(path):
            continue
        answer = client.get(path, follow=True)
        is_page = answer.status_code == 200 and "html" in answer.get("Content-Type", "")
        pages[path] = answer.content.decode() if is_page else ""
        waiting += [unescape(link) for link in LINK.findall(pages[path])]
    return pages


@pytest.mark.parametrize("who", ["beheerder", "support", "superuser"])
def test_no_page_carries_it_as_markup(program: Program, login: Login, request: pytest.FixtureRequest, who: str) -> None:
    environment = program.token.environment
    reader: User = request.getfixturevalue(who)
    if who == "superuser":
        MembershipFactory(user=reader, environment=environment)
    _write_everywhere(program)
    process_batch()
    OrganisationFactory(environment=environment, name=HOSTILE)
    AllowlistRequestFactory(environment=environment, explanation=HOSTILE)
    type(environment).objects.filter(pk=environment.pk).update(name=HOSTILE)
    program.token.app_connector.description = HOSTILE[:80]
    program.token.app_connector.save(update_fields=["description"])

    start = {"beheerder": f"/{environment.code}/", "support": "/support/incidenten/", "superuser": "/admin/"}[who]
    pages = _crawl(login(reader), start)

    assert [path for path, page in pages.items() if RAW.search(page)] == []
    assert [path for path, page in pages.items() if "onerror=alert(2)>49" in unescape(page)] == []
    assert sum("&lt;script&gt;alert(1)" in page for page in pages.values()) > 5
    assert len(pages) > 20
