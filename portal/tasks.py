"""Sending e-mail: from a worker, so that nobody waits for a mail server and a mail is sent only for what was committed.

A job holds no address: it is looked up when the mail goes out, so whoever was blocked or lost the address in between
gets nothing, and neither the queue nor a log line tells where people get their mail.
"""

from __future__ import annotations

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted

from portal.models import User

# After 4, 16, 64, 256 and 1024 seconds and 1 h 8 m: longer than a mail server is usually away, then no more.
MAX_RETRIES = 6

log = structlog.get_logger(__name__)


class MailNotTaken(Exception):
    """The mail server did not take it. The text has no address, unlike what the server says."""


@app.task(
    name="send_notice",
    queue="mail",
    pass_context=True,
    retry=RetryStrategy(max_attempts=MAX_RETRIES, exponential_wait=4, retry_exceptions={MailNotTaken}),
)
def send_notice(context: JobContext, *, user_id: int, kind: str, subject: str, body: str, page: str) -> None:
    """Send one mail to one person. `page` is where they choose which mail to get."""
    user = User.objects.filter(pk=user_id, is_active=True).exclude(email="").first()
    if user is None:
        return
    headers = {"List-Unsubscribe": f"<{page}>", "Auto-Submitted": "auto-generated"}
    try:
        EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [user.email], headers=headers).send()
    except (OSError, ValueError) as error:
        # What the server says may name the address, so only the kind of fault is told on.
        fault, attempts = type(error).__name__, context.job.attempts
        if attempts >= MAX_RETRIES:
            log.error("notice_not_sent", user=user_id, kind=kind, fault=fault, attempts=attempts + 1)
            raise JobAborted from None
        raise MailNotTaken(fault) from None
