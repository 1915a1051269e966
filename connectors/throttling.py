"""Slowing down an address from which one call after another fails to authenticate.

More than `GATEWAY_FAILURES_PER_MINUTE` such calls within a minute (which begins with the first of them), and further
ones are put off until the minute is over, without a word into the database. All processes count together, in an
unlogged table that costs no wait for the disk; a process remembers by itself until when an address has to wait. Only
calls that fail come by here: whoever shows a valid token is never touched, from whatever address.
"""

from __future__ import annotations

import math
import time
import zlib
from collections import Counter

from django.conf import settings

from portal.group_commit import GroupCommit
from portal.network import Address
from portal.postgresql.raw import execute_each

# Addresses share so many counters, so that no number of addresses can fill the table. Of two that share one, each
# has the other's failures to bear, which only matters while both fail.
_COUNTERS = 65_536
_IPV6_PREFIX = 8  # bytes: the network that one subscriber has; the rest of an address costs nothing to change

_COUNT = """
    INSERT INTO connectors_failedcalls AS seen (counter, since, failures) VALUES (%s, statement_timestamp(), %s)
    ON CONFLICT (counter) DO UPDATE SET (since, failures) = (
        SELECT CASE WHEN recent THEN seen.since ELSE statement_timestamp() END,
               CASE WHEN recent THEN seen.failures ELSE 0 END + EXCLUDED.failures
        FROM (SELECT seen.since > statement_timestamp() - INTERVAL '1 minute' AS recent) AS age
    )
    RETURNING failures, extract(epoch FROM since + INTERVAL '1 minute' - statement_timestamp())::float
"""

_slowed: dict[int, float] = {}


class SlowDown(Exception):
    """The address has to wait for `retry_after` seconds. `first`: nobody has been told so in this minute."""

    def __init__(self, retry_after: int, *, first: bool = False) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after
        self.first = first


def origin_of(address: Address) -> bytes:
    """Return what tells callers apart: an IPv4 address, or the /64 network of an IPv6 address."""
    return address.packed if address.version == 4 else address.packed[:_IPV6_PREFIX]


def note_failure(address: Address) -> None:
    """Count a call that failed to authenticate. Raises `SlowDown` when it was one too many."""
    most = settings.GATEWAY_FAILURES_PER_MINUTE
    if not most:
        return
    counter, now = zlib.crc32(origin_of(address)) % _COUNTERS, time.monotonic()
    if now < _slowed.get(counter, now):
        raise SlowDown(math.ceil(_slowed[counter] - now))
    failures, left = _together.add(counter)
    if failures > most:
        _slowed[counter] = now + left
        raise SlowDown(max(1, math.ceil(left)), first=failures == most + 1)


def _count(counters: list[int]) -> list[tuple[int, float]]:
    """Count failures in one commit; return of each the how-manieth it is, and for how long its minute lasts."""
    times = Counter(counters)
    # In one order in every process, so that no two wait for each other crosswise.
    in_order = sorted(times)
    counted = dict(zip(in_order, execute_each(_COUNT, [(one, times[one]) for one in in_order]), strict=True))
    answers = []
    for counter in counters:
        failures, left = counted[counter]
        times[counter] -= 1
        answers.append((failures - times[counter], left))
    return answers


_together = GroupCommit(_count)


def forget_slowed() -> None:
    """Forget what this process remembers; the counters stay."""
    _slowed.clear()
