from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from connectors.models import Environment
from messaging.delivery.alarm import REPEATEDLY, tell_of_failures
from messaging.delivery.worker import deliver_batch
from messaging.models import Delivery, DeliveryChannel
from messaging.statuses import Status
from portal.models import User
from tests.factories import ApprovedMessageFactory, DeliveryChannelFactory
from tests.messaging.delivery.receiver import answer, receiving


def _mails() -> list[dict[str, Any]]:
    return [job.args for job in ProcrastinateJob.objects.filter(task_name="send_notice")]


@pytest.mark.parametrize(("failures", "told"), [(REPEATEDLY - 1, 0), (REPEATEDLY, 1)])
def test_administrators_are_told_once_a_day_of_a_channel_that_keeps_failing(
    environment: Environment, beheerder: User, behandelaar: User, failures: int, told: int
) -> None:
    channel = DeliveryChannelFactory(environment=environment, failures=failures)

    counts = [tell_of_failures(channel.pk), tell_of_failures(channel.pk)]
    DeliveryChannel.objects.filter(noticed_on__isnull=False).update(noticed_on=date(2026, 1, 1))
    counts.append(tell_of_failures(channel.pk))

    assert counts == [told, 0, told]
    assert {mail["user_id"] for mail in _mails()} == ({beheerder.pk} if told else set())


def test_the_worker_raises_the_alarm_when_the_receiver_keeps_failing(
    environment: Environment, beheerder: User, settings: Settings
) -> None:
    settings.DELIVERY_ALLOW_PRIVATE = ["127.0.0.0/8"]
    message = ApprovedMessageFactory(token__app_connector__environment=environment)
    told = []
    with receiving(answer("503 Busy")) as receiver:
        channel = DeliveryChannelFactory(environment=environment, url=receiver.url, codes=["BTW"])
        for _ in range(REPEATEDLY + 1):
            deliver_batch(channel.pk)
            told.append([mail["user_id"] for mail in _mails()])
            Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))
            DeliveryChannel.objects.update(rests_until=None)

    assert told == [[], [], [beheerder.pk], [beheerder.pk]]
    assert message.events.filter(to_status=Status.SEND_FAILED).count() == REPEATEDLY + 1
