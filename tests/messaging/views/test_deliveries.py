"""Delivery failures over HTTP: the list, sending again, and recording by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from connectors.causes import Cause
from connectors.models import Environment
from messaging.models import Delivery, DeliveryChannel, Message, ResendRun
from messaging.statuses import Status
from portal.models import User
from tests.factories import DeliveryChannelFactory, MessageFactory
from tests.messaging.delivery.failing import make_failed

Login = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
OF_MESSAGES = ["message_resend", "message_sent", "message_accepted", "message_refused"]


@pytest.fixture
def channel(environment: Environment) -> DeliveryChannel:
    made: DeliveryChannel = DeliveryChannelFactory(environment=environment, codes=["BTW"])
    return made


def url(name: str, environment: Environment, *args: object) -> str:
    return reverse(f"messaging:{name}", args=[environment.code, *args])


def _status(message: Message) -> int:
    return Message.objects.values_list("status", flat=True).get(pk=message.pk)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_number_of_queries_however_long(
    login: Login,
    auditor: User,
    environment: Environment,
    channel: DeliveryChannel,
    django_assert_num_queries: Any,
    count: int,
) -> None:
    for _ in range(count):
        make_failed(environment, channel)
    client = login(auditor)
    client.get(url("delivery_list", environment))

    with django_assert_num_queries(7):
        answer = client.get(url("delivery_list", environment))

    assert len(answer.context["page"].rows) == count
    assert 'rel="next"' not in answer.content.decode()
    assert 'rel="prev"' not in answer.content.decode()
    assert [
        item.count for section in answer.context["frame"].menu for item in section.items if item.icon == "send-failed"
    ] == [str(count)]


def test_the_list_shows_what_the_filter_asks_for(
    login: Login, behandelaar: User, environment: Environment, channel: DeliveryChannel
) -> None:
    dead, slow = make_failed(environment, channel), make_failed(environment, channel, cause=Cause.DELIVERY_TOO_SLOW)
    again = make_failed(environment, channel, given_up=False)
    make_failed(DeliveryChannelFactory().environment, None)
    client = login(behandelaar)

    def shown(query: str) -> list[Delivery]:
        return list(client.get(url("delivery_list", environment) + query).context["page"].rows)

    assert shown("") == [slow, dead]
    assert shown("?cause=delivery_too_slow") == [slow]
    assert shown(f"?channel={channel.pk}&type=BTW") == [slow, dead]
    assert shown("?type=ICP") == []
    assert shown("?state=again") == [again]
    assert shown(f"?after={slow.message.public_id}") == [dead]
    assert shown("?cause=nee&channel=x&before=y") == [slow, dead]


def test_everything_that_matches_is_counted_and_then_sent_again_once(
    login: Login, behandelaar: User, environment: Environment, channel: DeliveryChannel
) -> None:
    make_failed(environment, channel)
    make_failed(environment, channel, cause=Cause.DELIVERY_TOO_SLOW)
    client, address = login(behandelaar), url("resend_all", environment)

    asked = client.get(address + "?cause=delivery_too_slow")
    data = {"key": asked.context["key"], "cause": "delivery_too_slow"}
    first, second = client.post(address, data), client.post(address, data)
    page = client.get(first["Location"])
    stopped = client.post(url("resend_stop", environment, ResendRun.objects.get().pk))

    assert asked.context["count"] == 1
    assert (first["Location"], first.status_code) == (second["Location"], 303)
    assert (page.context["run"].total, page.context["running"]) == (1, True)
    assert (stopped.status_code, ResendRun.objects.get().state) == (303, "stopped")


def test_nothing_to_send_again(login: Login, behandelaar: User, environment: Environment) -> None:
    client = login(behandelaar)

    answer = client.post(url("resend_all", environment), {"key": uuid4()})

    assert answer["Location"] == url("delivery_list", environment)
    assert client.get(url("resend_all", environment)).context["count"] == 0


def test_the_page_of_a_failed_message_sends_it_again(
    login: Login, behandelaar: User, environment: Environment, channel: DeliveryChannel
) -> None:
    delivery = make_failed(environment, channel)
    client, message = login(behandelaar), delivery.message
    page = client.get(url("message_detail", environment, message.public_id)).content.decode()
    assert delivery.log_reference is not None

    answer = client.post(
        url("message_resend", environment, message.public_id), {"reference": delivery.log_reference.hex}, headers=HTMX
    )

    delivery.refresh_from_db()
    assert f'name="reference" value="{delivery.log_reference.hex}"' in page
    assert answer.content.decode().lstrip().startswith('<div id="message"')
    assert (delivery.gave_up_at, delivery.attempts) == (None, 0)


def test_by_hand_without_htmx(login: Login, behandelaar: User, environment: Environment) -> None:
    message = MessageFactory(token__app_connector__environment=environment, status=Status.READY)
    client = login(behandelaar)
    detail = url("message_detail", environment, message.public_id)

    sent = client.post(url("message_sent", environment, message.public_id))
    asked = client.get(url("message_refused", environment, message.public_id))
    empty = client.post(url("message_refused", environment, message.public_id), {"reason": ""})
    refused = client.post(url("message_refused", environment, message.public_id), {"reason": "Te laat"})

    assert (sent["Location"], refused["Location"]) == (detail, detail)
    assert (asked.status_code, empty.status_code, _status(message)) == (200, 422, Status.REFUSED)


def test_accepted_by_hand(login: Login, behandelaar: User, environment: Environment) -> None:
    message = MessageFactory(token__app_connector__environment=environment, status=Status.SENT)

    login(behandelaar).post(url("message_accepted", environment, message.public_id))

    assert _status(message) == Status.ACCEPTED


@pytest.mark.parametrize("name", OF_MESSAGES)
def test_an_auditor_and_another_environment_change_nothing(
    login: Login, auditor: User, beheerder: User, environment: Environment, name: str
) -> None:
    ours = MessageFactory(token__app_connector__environment=environment, status=Status.SENT)
    foreign = MessageFactory(status=Status.SENT)

    answers = (
        login(auditor).post(url(name, environment, ours.public_id), {"reason": "X"}).status_code,
        login(beheerder).post(url(name, environment, foreign.public_id), {"reason": "X"}).status_code,
    )

    assert (answers, _status(ours), _status(foreign)) == ((403, 404), Status.SENT, Status.SENT)


@pytest.mark.parametrize("name", ["resend_run", "resend_stop"])
def test_a_run_of_another_environment_is_not_found(
    login: Login, beheerder: User, environment: Environment, name: str
) -> None:
    foreign = DeliveryChannelFactory().environment
    run = ResendRun.objects.create(environment=foreign, key=uuid4(), total=1)
    client, address = login(beheerder), url(name, environment, run.pk)

    assert {client.get(address).status_code, client.post(address).status_code} <= {404, 405}
    assert ResendRun.objects.get().state == "running"
