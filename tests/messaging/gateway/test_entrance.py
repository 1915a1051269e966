"""The entrance as a web server calls it: before Django, and never with a stack trace."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from connectors.authentication import find_grant
from connectors.causes import Cause
from messaging.gateway.entrance import gateway_before
from messaging.models import LogEntry, Message
from tests.messaging.gateway.conftest import REST_PATH, RETURN, Program
from tests.portal.stand_in import wait_for


class Server:
    """What a web server makes of an answer; behind the entrance stands an application that only says so."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: dict[str, str] = {}
        self._application = gateway_before(self._behind)

    def _behind(self, _environ: dict[str, Any], _start_response: Any) -> Iterable[bytes]:
        return [b"behind"]

    def _start_response(self, status: str, headers: list[tuple[str, str]]) -> None:
        self.status, self.headers = status, dict(headers)

    def ask(self, path: str, body: bytes = b"", **environ: str) -> bytes:
        length = {"CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body), "wsgi.url_scheme": "http"}
        method = {"REQUEST_METHOD": "POST" if body else "GET", "REMOTE_ADDR": "127.0.0.1"}
        return b"".join(self._application({"PATH_INFO": path, **method, **length, **environ}, self._start_response))


def test_what_is_not_for_the_gateway_goes_on() -> None:
    server = Server()

    assert server.ask("/") == server.ask("/ProfitService/") == server.ask("/profitrest\xe9") == b"behind"


@pytest.mark.django_db(transaction=True)
def test_a_message_gets_in_and_the_connection_goes_back(program: Program) -> None:
    server = Server()

    body = server.ask(
        REST_PATH.upper(),
        RETURN,
        CONTENT_TYPE="application/xml",
        QUERY_STRING="messageType=BTW&externalMessageId=X-1",
        HTTP_AUTHORIZATION=program.authorization,
    )

    assert connection.connection is None
    assert (server.status, server.headers["Cache-Control"]) == ("201 Created", "no-store")
    assert Message.objects.get().public_id in body.decode()


@pytest.mark.django_db(transaction=True)
def test_a_refusal_comes_with_its_status_and_its_entry(program: Program) -> None:
    server = Server()

    assert server.ask(REST_PATH, b"{}") == b""
    assert server.status == "401 Unauthorized"
    assert LogEntry.objects.get().explained is Cause.TOKEN_MISSING


@pytest.mark.django_db(transaction=True)
def test_a_defect_of_ours_is_an_empty_answer(program: Program) -> None:
    server = Server()

    assert server.ask(REST_PATH, b"{}", REMOTE_ADDR="no address") == b""
    assert (server.status, server.headers["Content-Length"]) == ("500 Internal Server Error", "0")
    assert connection.connection is None


@pytest.mark.django_db(transaction=True)
def test_while_one_caller_looks_a_busy_token_up_again_the_others_need_not_wait(
    program: Program, settings: Settings
) -> None:
    settings.GATEWAY_GRANT_SECONDS = 1_000
    known = find_grant(program.data)
    settings.GATEWAY_GRANT_SECONDS = 4_000  # now more than half of the time is over

    def renew() -> object:
        try:
            return find_grant(program.data)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE connectors_token IN ACCESS EXCLUSIVE MODE")
            first = threads.submit(renew)
            wait_for(lambda: _waits_for_a_lock(cursor))

            assert find_grant(program.data) is known
        assert first.result() is not known
        assert find_grant(program.data) is first.result()


def _waits_for_a_lock(cursor: Any) -> bool:
    cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'connectors_token'::regclass")
    return bool(cursor.fetchone()[0])
