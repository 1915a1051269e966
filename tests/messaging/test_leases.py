"""A worker that is frozen in the middle of writing keeps nobody from its messages for longer than its lease."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from connectors.models import Environment
from messaging.leases import let_go_after
from messaging.models import Message
from messaging.processing import LEASE, process_batch
from tests.factories import MessageFactory
from tests.portal.stand_in import wait_for
from tests.system.workers import query_elsewhere


@pytest.mark.django_db(transaction=True)
def test_what_a_frozen_worker_had_locked_can_be_had_after_its_lease(environment: Environment) -> None:
    with transaction.atomic():
        MessageFactory(token__app_connector__environment=environment)
    free = "SELECT count(*) FROM (SELECT id FROM messaging_message FOR UPDATE SKIP LOCKED) AS found"

    with pytest.raises(DatabaseError, match="idle-in-transaction timeout"), transaction.atomic():  # noqa: PT012  # ends by a lost connection
        let_go_after(timedelta(seconds=0.2))
        Message.objects.select_for_update().get()
        while_held = query_elsewhere(free)
        wait_for(lambda: query_elsewhere(free) == 1)
        Message.objects.get()
    connection.close()

    assert while_held == 0


@pytest.mark.django_db
def test_processing_writes_in_such_a_transaction() -> None:
    MessageFactory(status=10)

    process_batch()

    with connection.cursor() as cursor:
        # The test's own transaction is around it, so that the setting is still there.
        cursor.execute("SELECT current_setting('idle_in_transaction_session_timeout')::interval")
        assert cursor.fetchone() == (LEASE,)
