"""Waking a worker when messages have come in: seldom, and never on the sender's time.

Storing a message only sets a flag. One thread per web process rings the queue for whatever was stored since, at most
once in `_PAUSE` seconds: a job per message would cost more than storing it (DESIGN 2). The flag is raised before the
bell is rung, never after, so no message is overlooked; and if a process dies in between, the periodic task comes by.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress

import structlog
from django.conf import settings
from django.db import connection, transaction
from procrastinate.exceptions import AlreadyEnqueued

_PAUSE = 0.25  # seconds

_stored = threading.Event()
_start = threading.Lock()
_ringer: threading.Thread | None = None
log = structlog.get_logger(__name__)


def wake_workers() -> None:
    """Say that a message has been stored."""
    global _ringer
    if not _stored.is_set():
        _stored.set()
    if _ringer is None and settings.WAKE_WORKERS:
        with _start:
            if _ringer is None:
                _ringer = threading.Thread(target=_ring_forever, name="wake-workers", daemon=True)
                _ringer.start()


def ring() -> None:
    """Put one processing job on the queue, unless one is waiting there already."""
    from messaging.tasks import process_registered_messages  # tasks load with the apps, after this module

    with suppress(AlreadyEnqueued):
        process_registered_messages.defer()


def wake_delivery() -> None:
    """Say, in the transaction that makes messages ready to be sent, that there will be some once it is committed."""
    if settings.WAKE_WORKERS:
        transaction.on_commit(ring_delivery, robust=True)


def ring_delivery() -> None:
    """Have somebody look which channels have something to send, unless that job is waiting already."""
    from messaging.tasks import find_deliveries  # as above

    with suppress(AlreadyEnqueued):
        find_deliveries.defer()


def ring_channel(channel_id: int) -> None:
    """Put a job for one channel on the queue; one at a time works on a channel, and one more may wait."""
    from messaging.tasks import deliver_channel  # as above

    name = f"channel-{channel_id}"
    with suppress(AlreadyEnqueued):
        deliver_channel.configure(lock=name, queueing_lock=name).defer(channel_id=channel_id)


def ring_run_on_commit(run_id: int) -> None:
    """Have a run of sending again begin once it is committed."""
    if settings.WAKE_WORKERS:
        transaction.on_commit(lambda: ring_run(run_id), robust=True)


def ring_run(run_id: int) -> None:
    """Put a job for the next step of a run on the queue; one at a time, and one more may wait."""
    from messaging.tasks import resend_step  # as above

    name = f"resend-{run_id}"
    with suppress(AlreadyEnqueued):
        resend_step.configure(lock=name, queueing_lock=name).defer(run_id=run_id)


def _ring_forever() -> None:
    while True:
        _stored.wait()
        _stored.clear()
        try:
            ring()
        except Exception:
            # The messages are safe and the periodic task finds them; the bell must survive a database restart.
            log.exception("wake_workers_failed")
        finally:
            connection.close()
        time.sleep(_PAUSE)
