"""What the workers do for the allowlist from time to time."""

from __future__ import annotations

from procrastinate.contrib.django import app

from connectors.actions.allowlist_care import announce_expiring, note_use
from portal.audit import acting_as

QUEUE = "care"


@app.periodic(cron="*/5 * * * *")
@app.task(name="note_allowlist_use", queue=QUEUE, queueing_lock="note_allowlist_use")
def note_allowlist_use(timestamp: int) -> None:
    """Note which addresses were used: no call pays for it."""
    note_use()


@app.periodic(cron="15 6 * * *")
@app.task(name="announce_expiring_addresses", queue=QUEUE, queueing_lock="announce_expiring_addresses")
def announce_expiring_addresses(timestamp: int) -> None:
    """Tell people in the morning which addresses are about to end."""
    with acting_as():
        announce_expiring()
