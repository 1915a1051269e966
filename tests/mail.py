"""The worker of the tests: sends what waits to be sent."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from django.db import connection
from procrastinate import JobContext
from procrastinate.contrib.django.models import ProcrastinateJob

from portal.tasks import send_notice


def send_waiting_notices() -> int:
    """Send every notice that waits, oldest first, into the outbox of the test (`mailoutbox`); return how many."""
    jobs = list(ProcrastinateJob.objects.filter(task_name="send_notice", status="todo").order_by("id"))
    for job in jobs:
        send_notice(cast("JobContext", SimpleNamespace(job=SimpleNamespace(attempts=0))), **job.args)
    with connection.cursor() as cursor:  # procrastinate's models are for reading only
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'send_notice'")
    return len(jobs)
