"""Two presses of *Voltooien* at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from connectors.models import AppConnector, Token
from portal.models import User


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_make_one(login: Callable[[User], Client], beheerder: User) -> None:
    client = login(beheerder)
    answers = {"description": "SnelStart", "automatic_token": "on", "group": "new"}
    run = str(client.post("/O12345AB/beheer/app-connectors/nieuw/", answers)["Location"])
    address, session, start = run.replace("controleren", "voltooien"), client.cookies, Barrier(2)

    def press() -> tuple[int, bool]:
        browser = Client()
        browser.cookies = session
        start.wait()
        try:
            answer = browser.post(address)
            return answer.status_code, b"&lt;token&gt;" in answer.content
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as presses:
        seen = [press_.result() for press_ in [presses.submit(press) for _press in range(2)]]

    assert sorted(seen) == [(200, True), (303, False)]
    assert (AppConnector.objects.count(), Token.objects.count()) == (1, 1)
