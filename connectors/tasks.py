"""What the workers do about who may call from time to time: thin bells around actions."""

from __future__ import annotations

from procrastinate.contrib.django import app

from connectors.actions.allowlist_care import announce_expiring, note_use
from connectors.actions.claims import erase_expired_claims
from connectors.actions.expiry import announce_expiring_tokens
from connectors.actions.replacing import close_quiet_tokens
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


@app.periodic(cron="7 * * * *")
@app.task(name="erase_expired_claims", queue=QUEUE, queueing_lock="erase_expired_claims")
def erase_expired(timestamp: int) -> None:
    """Erase the tokens that nobody collected in time."""
    with acting_as():
        erase_expired_claims()


@app.periodic(cron="*/5 * * * *")
@app.task(name="close_replaced_tokens", queue=QUEUE, queueing_lock="close_replaced_tokens")
def close_replaced_tokens(timestamp: int) -> None:
    """Close the old tokens that have been quiet for as long as was asked."""
    with acting_as():
        close_quiet_tokens()


@app.periodic(cron="20 6 * * *")
@app.task(name="announce_expiring_tokens", queue=QUEUE, queueing_lock="announce_expiring_tokens")
def announce_tokens(timestamp: int) -> None:
    """Tell administrators in the morning which tokens are about to expire."""
    with acting_as():
        announce_expiring_tokens()
