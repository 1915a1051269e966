"""The buttons on entries of the log about sending on: try the channel, another secret, a response put right."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from connectors.causes import Cause
from connectors.explanations import Fix
from connectors.models import Environment
from messaging.models import LogEntry
from portal.models import User
from tests.factories import DeliveryChannelFactory
from tests.messaging.entries import entry_of, page_of

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]
CHECKED = [cause for cause in Cause if cause.value.fix is Fix.CHECK_CHANNEL]


@pytest.fixture
def manager(login: Login, beheerder: User) -> Client:
    client = login(beheerder)
    client.cookies["django_language"] = "en"
    return client


def _entry(environment: Environment, cause: Cause, channel: object) -> LogEntry:
    evidence = {"channel": str(channel)}
    return entry_of(environment, cause=cause.code, door="sender", address=None, evidence=evidence)


def _form(page: str) -> tuple[str, dict[str, str]]:
    """Return the one form of the solution: where it goes, and what it says."""
    (form,) = re.findall(r'<form class="row-of" method="post" action="([^"]*)">(.*?)</form>', page, re.DOTALL)
    return form[0], dict(re.findall(r'name="(fix)" value="(\w+)"', form[1]))


@pytest.mark.parametrize("cause", CHECKED, ids=lambda cause: cause.code)
def test_one_press_tries_the_channel(
    environment: Environment, manager: Client, settings: Settings, tmp_path: Path, cause: Cause
) -> None:
    settings.DELIVERY_ROOT = tmp_path
    channel = DeliveryChannelFactory(environment=environment, name="Map")
    address, _told = _form(manager.get(page_of(environment, _entry(environment, cause, "Map"))).content.decode())

    tried = manager.post(address)

    assert address == reverse("messaging:channel_test", args=[environment.code, channel.pk])
    assert tried.context["trial"] is not None


def test_a_channel_that_is_gone_leaves_the_list(environment: Environment, manager: Client) -> None:
    page = manager.get(page_of(environment, _entry(environment, Cause.DELIVERY_UNREACHABLE, "Weg")))

    assert page.context["remedy"].press == ""
    assert page.context["remedy"].link.url == reverse("messaging:channel_list", args=[environment.code])


def test_a_secret_that_cannot_be_read_leads_to_the_page_that_makes_another(
    environment: Environment, manager: Client
) -> None:
    channel = DeliveryChannelFactory(environment=environment, name="Haak", url="https://ontvanger.example/in")
    page = manager.get(page_of(environment, _entry(environment, Cause.DELIVERY_SECRET_UNREADABLE, "Haak")))
    link = page.context["remedy"].link.url

    made = manager.post(link)

    assert f'href="{link}"' in page.content.decode()
    assert link == reverse("messaging:channel_secret", args=[environment.code, channel.pk])
    assert made.context["secret"]


def test_a_response_that_was_put_right_is_marked_by_who_did_it(
    environment: Environment, manager: Client, beheerder: User
) -> None:
    entry, other = (_entry(environment, Cause.RESPONSE_UNREADABLE, "Map") for _n in range(2))
    address, told = _form(manager.get(page_of(environment, entry)).content.decode())

    manager.post(address, told)

    entry.refresh_from_db()
    other.refresh_from_db()
    after = manager.get(page_of(environment, entry))
    assert (entry.resolved_by, entry.resolution, other.resolved_at) == (beheerder, "mend_response", None)
    assert (after.context["solution"].by, after.context["remedy"]) == (str(beheerder), None)


def test_an_auditor_gets_none_of_these_buttons(environment: Environment, login: Login, auditor: User) -> None:
    DeliveryChannelFactory(environment=environment, name="Map")
    for cause in (Cause.DELIVERY_UNREACHABLE, Cause.RESPONSE_UNREADABLE):
        entry = _entry(environment, cause, "Map")
        page = login(auditor).get(page_of(environment, entry)).content.decode()
        assert 'class="row-of" method="post"' not in page
        assert login(auditor).post(f"{page_of(environment, entry)}oplossen/", {"fix": "mend_response"}).status_code in {
            403,
            404,
        }
