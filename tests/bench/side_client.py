"""A second caller during the load: what has to be refused is refused, also by a busy gateway."""

from __future__ import annotations

import http.client
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

_PAUSE = 0.1  # seconds between two calls
# The whole loopback network is this machine; only 127.0.0.1 is on the allowlist.
FOREIGN_ADDRESS = "127.0.0.2"


@dataclass(frozen=True)
class Trial:
    """A call that has to be refused, and the answers that refuse it."""

    name: str
    path: str
    headers: Mapping[str, str]
    body: str
    statuses: frozenset[int]
    address: str = "127.0.0.1"


@contextmanager
def side_client(trials: list[Trial], *, port: int) -> Iterator[Counter[tuple[str, int]]]:
    """Make these calls in turn until the block ends; the counter holds how often which got which status."""
    answers: Counter[tuple[str, int]] = Counter()
    ended = threading.Event()

    def call_in_turn() -> None:
        while not ended.is_set():
            for trial in trials:
                answers[trial.name, _call(trial, port)] += 1
                ended.wait(_PAUSE)

    thread = threading.Thread(target=call_in_turn)
    thread.start()
    try:
        yield answers
    finally:
        ended.set()
        thread.join()


def faults(trials: list[Trial], answers: Counter[tuple[str, int]]) -> list[str]:
    """Return what was not refused as it should be, one line each; a trial that was never made is a fault too."""
    found = [f"{trial.name}: never tried" for trial in trials if not any(name == trial.name for name, _ in answers)]
    allowed = {trial.name: trial.statuses for trial in trials}
    found += [
        f"{name}: answered {status}, {count} times"
        for (name, status), count in answers.items()
        if status not in allowed[name]
    ]
    return found


def _call(trial: Trial, port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10, source_address=(trial.address, 0))
    try:
        connection.request("POST", trial.path, trial.body.encode(), dict(trial.headers))
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
