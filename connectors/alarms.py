"""What happens here that the floors above want to know: the communication log stands on top of this app."""

from __future__ import annotations

from django.dispatch import Signal

# A claim link was opened a second time, or with many wrong codes. Sent inside the transaction that notes it, with
# `claim` (a TokenClaim whose alarm has just been raised) and `client` (the program that was used).
claim_alarm = Signal()

# The alarm of `claim` was settled by `acting_user`: looked into, or (`token_deleted`) without an object any more.
claim_alarm_settled = Signal()
