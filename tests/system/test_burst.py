"""The whole portal as `make run` serves it, killed in the middle of a burst: what was acknowledged is there, once."""

from __future__ import annotations

import json
import os
import re
import signal
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest

from portal.embedded_postgres import EmbeddedPostgres
from tests.portal.stand_in import PROJECT, Run, wait_for

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")

SENDERS = 4
VICTIMS = ("granian", "procrastinate", "postgres -D")
DOCUMENT = (PROJECT / "portal" / "demo" / "btw-aangifte.xbrl").read_bytes()


class Portal(Run):
    """The real project under the real supervisor, in a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.project = PROJECT

    def authorization(self) -> str:
        """Return the header that the welcome shows."""
        found = re.search(r"AfasToken [A-Za-z0-9+/=]+", self.screen())
        assert found
        return found[0]

    def web_process(self) -> int:
        """Return a process that answers requests: a child of granian's main process."""
        main = self.part("granian")
        return next(pid for pid in self.processes() if pid != main and os.getsid(pid) == main)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        with psycopg.connect(EmbeddedPostgres(self.data).url) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def portal() -> Iterator[Portal]:
    with tempfile.TemporaryDirectory(prefix="berichtenpoort-test-") as name:
        Path(name).chmod(0o711)
        portal = Portal(Path(name))
        portal.start()
        wait_for(lambda: "Ctrl-C stops everything" in portal.screen() or portal.process.poll() is not None, seconds=180)
        yield portal
        if portal.process.poll() is None:
            portal.kill()
        wait_for(lambda: not portal.processes())


class Sender(threading.Thread):
    """A client program that sends message after message, and each again until it is acknowledged."""

    def __init__(self, portal: Portal, name: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.url = f"http://127.0.0.1:{portal.port}/ProfitRestServices/connectors/CommSvcConnector?messageType=BTW"
        self.headers = {"Authorization": portal.authorization(), "Content-Type": "application/xml"}
        self.prefix, self.stop = name, stop
        self.acknowledged: list[str] = []

    def run(self) -> None:
        number = 0
        while not self.stop.is_set():
            url = f"{self.url}&externalMessageId={self.prefix}-{number}"
            request = urllib.request.Request(url, data=DOCUMENT, headers=self.headers)  # noqa: S310  our own server
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  as above
                    message_id = json.load(answer)["results"]["CommSvcConnector"]["messageId"]
            except (OSError, ValueError):
                time.sleep(0.2)  # not acknowledged: the same message again
                continue
            self.acknowledged.append(message_id)
            number += 1
            time.sleep(0.02)  # the test proves safety, not speed: leave the machine some room


def test_nothing_acknowledged_is_lost_or_done_twice_when_parts_are_killed(portal: Portal) -> None:
    before = portal.query("SELECT count(*) FROM messaging_message WHERE external_message_id LIKE 'burst-%'")
    stop = threading.Event()
    senders = [Sender(portal, f"burst-{number}", stop) for number in range(SENDERS)]
    for sender in senders:
        sender.start()

    def sent() -> int:
        return sum(len(sender.acknowledged) for sender in senders)

    def enough(mark: int) -> bool:
        return sent() > mark + 20

    for words in VICTIMS:
        mark = sent()
        wait_for(partial(enough, mark))
        os.kill(portal.web_process() if words == "granian" else portal.part(words), signal.SIGKILL)
    mark = sent()
    wait_for(partial(enough, mark))
    stop.set()
    for sender in senders:
        sender.join(timeout=60)

    acknowledged = [message_id for sender in senders for message_id in sender.acknowledged]
    # A message in the hands of the killed worker comes back when its lease ends.
    wait_for(lambda: _unfinished(portal) == 0, seconds=240)
    stored = portal.query(
        "SELECT upper(replace(m.id::text, '-', '')), m.status, array_agg(e.to_status ORDER BY e.id) "
        "FROM messaging_message m JOIN messaging_messageevent e ON e.message_id = m.id "
        "WHERE m.external_message_id LIKE 'burst-%' GROUP BY m.id"
    )
    assert before == [(0,)]
    assert len(acknowledged) == len(set(acknowledged))
    assert set(acknowledged) <= {message_id for message_id, _status, _way in stored}
    assert {status for _id, status, _way in stored} == {30}
    assert {tuple(way).count(30) for _id, _status, way in stored} == {1}  # type: ignore[arg-type]  # an array
    assert {tuple(way).count(10) - tuple(way).count(20) for _id, _status, way in stored} == {0}  # type: ignore[arg-type]


def _unfinished(portal: Portal) -> object:
    rows = portal.query(
        "SELECT count(*) FROM messaging_message WHERE external_message_id LIKE 'burst-%' AND status <> 30"
    )
    return rows[0][0]
