"""The pages of delivery channels: who may, what is shown once, and what a test says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from pytest_django import Settings

from connectors.models import Environment
from messaging.models import DeliveryChannel
from portal.models import User
from tests.factories import DeliveryChannelFactory
from tests.messaging.delivery.receiver import answer, receiving

Login = Callable[[User], Client]
NAMES = ["channel_detail", "channel_save", "channel_test", "channel_secret", "channel_delete"]


@pytest.fixture(autouse=True)
def root(settings: Settings, tmp_path: Path) -> Path:
    settings.DELIVERY_ROOT = tmp_path / "delivery"
    settings.DELIVERY_ALLOW_PRIVATE = ["127.0.0.0/8"]
    return tmp_path / "delivery"


def url(name: str, environment: Environment, channel: DeliveryChannel | None = None) -> str:
    return reverse(f"messaging:{name}", args=[environment.code, *([channel.pk] if channel else [])])


def test_the_loops_know_every_address() -> None:
    names = get_resolver().namespace_dict["messaging"][1].reverse_dict
    assert {name for name in names if str(name).startswith("channel_")} == {"channel_list", "channel_add", *NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_another_environments_channel_is_not_found(
    login: Login, beheerder: User, environment: Environment, name: str
) -> None:
    foreign = DeliveryChannelFactory()
    client = login(beheerder)

    answers = {
        client.get(url(name, environment, foreign)).status_code,
        client.post(url(name, environment, foreign)).status_code,
    }

    assert answers <= {404, 405}
    assert DeliveryChannel.objects.filter(pk=foreign.pk).exists()


@pytest.mark.parametrize("name", [*NAMES[1:], "channel_add"])
def test_who_does_not_manage_changes_nothing(
    login: Login, auditor: User, behandelaar: User, environment: Environment, name: str
) -> None:
    channel = None if name == "channel_add" else DeliveryChannelFactory(environment=environment)

    answers = [login(user).post(url(name, environment, channel)).status_code for user in (auditor, behandelaar)]

    assert answers == [403, 403]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_number_of_queries_however_long(
    login: Login,
    auditor: User,
    environment: Environment,
    django_assert_num_queries: Any,
    count: int,
) -> None:
    for _ in range(count):
        DeliveryChannelFactory(environment=environment)
    client = login(auditor)
    client.get(url("channel_list", environment))

    with django_assert_num_queries(8):
        answer = client.get(url("channel_list", environment))

    assert len(answer.context["channels"]) == count


def test_the_secret_of_a_webhook_is_shown_once(login: Login, beheerder: User, environment: Environment) -> None:
    client = login(beheerder)
    data = {"name": "Hook", "kind": "webhook", "url": "https://ontvanger.example/hook", "message_types": []}

    made = client.post(url("channel_add", environment), data)

    channel = DeliveryChannel.objects.get()
    secret = re.search(r"whs_[0-9a-f]{64}", made.content.decode())
    later = client.get(url("channel_detail", environment, channel)).content.decode()
    assert secret is not None
    assert "no-store" in made["Cache-Control"]
    assert "whs_" not in later
    replaced = client.post(url("channel_secret", environment, channel)).content.decode()
    assert secret[0] not in replaced
    assert "whs_" in replaced


def test_what_a_rule_says_no_to_stands_beside_the_field(
    login: Login, beheerder: User, environment: Environment
) -> None:
    channel = DeliveryChannelFactory(environment=environment)

    added = login(beheerder).post(url("channel_add", environment), {"name": "X", "kind": "folder", "folder": ".."})
    saved = login(beheerder).post(url("channel_save", environment, channel), {"name": "X", "folder": "/"})

    assert (added.status_code, [*added.context["form"].errors]) == (422, ["folder"])
    assert (saved.status_code, [*saved.context["form"].errors]) == (422, ["folder"])


def test_saving_and_deleting(login: Login, beheerder: User, environment: Environment) -> None:
    channel = DeliveryChannelFactory(environment=environment)
    icp = environment.message_types.get(code="ICP")
    client = login(beheerder)

    data = {"name": "Nieuw", "folder": "nieuw", "blocked": "on", "message_types": [icp.pk]}
    saved = client.post(url("channel_save", environment, channel), data)
    channel.refresh_from_db()
    state = (channel.name, channel.blocked, [route.message_type for route in channel.routes.all()])
    client.post(url("channel_delete", environment, channel))

    assert (saved.status_code, state) == (303, ("Nieuw", True, [icp]))
    assert not DeliveryChannel.objects.exists()


def test_a_test_of_a_folder_writes_a_marked_file(
    login: Login, beheerder: User, environment: Environment, root: Path
) -> None:
    channel = DeliveryChannelFactory(environment=environment, folder="bd")

    trial = login(beheerder).post(url("channel_test", environment, channel)).context["trial"]

    assert (trial.fault, len(trial.steps)) == ("", 3)
    assert sorted(path.name[:5] for path in (root / "O12345AB/bd/uit").iterdir()) == ["TEST-", "TEST-"]


def test_a_test_of_a_webhook_is_marked_and_says_what_went_wrong(
    login: Login, beheerder: User, environment: Environment
) -> None:
    with receiving(answer("200 OK"), answer("404 Nergens")) as receiver:
        channel = DeliveryChannelFactory(environment=environment, url=receiver.url)
        client = login(beheerder)
        good, bad = (client.post(url("channel_test", environment, channel)).context["trial"] for _ in range(2))

    assert [call.headers["berichtenpoort-test"] for call in receiver.calls] == ["1", "1"]
    assert (good.fault, len(good.steps)) == ("", 4)
    assert (bad.observed, len(bad.steps)) == ("HTTP 404", 3)
    assert bad.fault
    channel.refresh_from_db()
    assert channel.failures == 0
