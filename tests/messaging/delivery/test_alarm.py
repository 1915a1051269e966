from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from connectors.models import Environment
from messaging.delivery.alarm import REPEATEDLY, tell_of_failures
from messaging.models import DeliveryChannel
from portal.models import User
from tests.factories import DeliveryChannelFactory


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
