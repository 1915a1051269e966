"""What a worker that was frozen, or whose machine is gone, may keep from the others: nothing longer than its lease."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection


def let_go_after(lease: timedelta) -> None:
    """Have the database end this transaction once nothing has come from the worker for as long as the lease.

    A frozen process keeps its connection, and with it the rows that it locked: its lease runs out, but nobody could
    take its messages. The setting is of the transaction only, as a pooler in transaction mode asks for.
    """
    with connection.cursor() as cursor:
        milliseconds = f"{lease.total_seconds() * 1000:.0f}"
        cursor.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [milliseconds])
