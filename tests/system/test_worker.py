"""Workers as real processes: killed, frozen, stopped and cut off, with messages in every state that they can hold.

Where a worker is, is settled by a table that the test locks; that minutes pass, by setting back what they are compared
with. Nothing depends on who is quicker.
"""

from __future__ import annotations

import signal
import socket
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from pytest_django import Settings

from connectors.causes import Cause
from connectors.models import Token
from messaging.delivery.worker import deliver_batch
from messaging.models import Delivery, DeliveryChannel, LogEntry, Message, MessageContent, MessageReading
from messaging.statuses import Status
from messaging.wakeup import ring, ring_delivery
from tests.factories import DeliveryChannelFactory, TokenFactory
from tests.messaging.delivery.receiver import answer, receiving
from tests.messaging.gateway.conftest import DOCUMENTS, open_types
from tests.portal.stand_in import wait_for
from tests.system.workers import (
    Workers,
    all_in,
    approve,
    kill,
    let_time_pass,
    locked,
    query,
    register,
    transitions,
    wait_until_nobody_waits,
    wait_until_one_job_is_left,
    wait_until_somebody_waits,
    wear_out_jobs,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="kills processes as Linux does"),
]

RETURN = (DOCUMENTS / "btw-2026-q1-nil.xbrl").read_bytes()
SOME = 7
REGISTERED, PROCESSING, IN_WORKFLOW = (None, 10), (10, 20), (20, 30)
RETURNED = (20, 10)
in_workflow = partial(all_in, Status.IN_WORKFLOW)


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    started = Workers(tmp_path)
    yield started
    started.end()


@pytest.fixture
def token(settings: Settings) -> Token:
    settings.DELIVERY_ALLOW_PRIVATE = ["127.0.0.0/8"]
    made: Token = TokenFactory()
    open_types(made.environment)
    return made


def test_a_thousand_messages_go_through_two_workers_once_each(workers: Workers, token: Token) -> None:
    register(token, *[RETURN] * 1000)
    workers.start()
    workers.start()

    ring()
    wait_for(in_workflow)

    assert transitions() == {REGISTERED: 1000, PROCESSING: 1000, IN_WORKFLOW: 1000}
    assert MessageReading.objects.count() == 1000


def test_a_worker_that_is_killed_while_it_claims_has_claimed_nothing(workers: Workers, token: Token) -> None:
    register(token, *[RETURN] * SOME)
    with locked("messaging_messageevent"):
        victim = workers.start()
        ring()
        wait_until_somebody_waits()
        kill(victim)
    wait_until_nobody_waits()
    left = transitions()

    workers.start()
    ring()
    wait_for(in_workflow)

    assert left == {REGISTERED: SOME}
    assert transitions() == {REGISTERED: SOME, PROCESSING: SOME, IN_WORKFLOW: SOME}


@pytest.mark.parametrize(
    ("table", "mode"),
    [
        pytest.param("messaging_messagecontent", "ACCESS EXCLUSIVE", id="before it reads"),
        pytest.param("messaging_messagereading", "SHARE", id="while it writes what it read"),
    ],
)
def test_messages_in_the_hands_of_a_killed_worker_are_done_by_another(
    workers: Workers, token: Token, table: str, mode: str
) -> None:
    register(token, *[RETURN] * SOME)
    with locked(table, mode):
        victim = workers.start()
        ring()
        wait_until_somebody_waits()
        kill(victim)
        held = transitions()
    wait_until_nobody_waits()

    let_time_pass()
    workers.start()
    wait_for(in_workflow)

    assert held == {REGISTERED: SOME, PROCESSING: SOME}
    assert transitions() == {REGISTERED: SOME, PROCESSING: 2 * SOME, RETURNED: SOME, IN_WORKFLOW: SOME}
    assert MessageReading.objects.count() == SOME


def test_a_worker_that_wakes_up_after_its_lease_commits_nothing(workers: Workers, token: Token) -> None:
    register(token, *[RETURN] * SOME)
    with locked("messaging_messagecontent", "ACCESS EXCLUSIVE"):
        sleeper = workers.start()
        ring()
        wait_until_somebody_waits()
        wait_until_one_job_is_left()
        sleeper.send_signal(signal.SIGSTOP)

    let_time_pass()
    other = workers.start()
    wait_for(in_workflow)
    done = transitions()
    sleeper.send_signal(signal.SIGCONT)
    for worker in (sleeper, other):
        worker.terminate()  # in order: what it has in hand is finished first
        worker.wait(timeout=30)

    assert done == {REGISTERED: SOME, PROCESSING: 2 * SOME, RETURNED: SOME, IN_WORKFLOW: SOME}
    assert transitions() == done
    assert MessageReading.objects.count() == SOME


def test_a_poison_message_is_rejected_in_the_end_and_the_others_flow_on(workers: Workers, token: Token) -> None:
    register(token, *[RETURN] * SOME)
    poison = Message.objects.order_by("id")[SOME // 2]
    MessageContent.objects.filter(message=poison).delete()

    workers.start()
    ring()
    wait_for(partial(all_in, Status.IN_WORKFLOW, Status.REJECTED))

    assert [*poison.events.order_by("id").values_list("from_status", "to_status")] == [
        REGISTERED,
        *[PROCESSING, RETURNED] * 2,
        PROCESSING,
        (20, 40),
    ]
    assert transitions()[IN_WORKFLOW] == SOME - 1
    assert LogEntry.objects.get().explained is Cause.PROCESSING_GAVE_UP


def test_a_worker_that_is_asked_to_stop_finishes_what_it_has_in_hand(workers: Workers, token: Token) -> None:
    register(token, *[RETURN] * SOME)
    with locked("messaging_messagereading"):
        worker = workers.start()
        ring()
        wait_until_somebody_waits()
        worker.terminate()
        with pytest.raises(subprocess.TimeoutExpired):
            worker.wait(timeout=1)

    assert worker.wait(timeout=30) == 0
    assert transitions() == {REGISTERED: SOME, PROCESSING: SOME, IN_WORKFLOW: SOME}
    assert query("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'") == 0


def test_messages_wait_for_the_queue_and_are_done_when_it_works_again(workers: Workers, token: Token) -> None:
    workers.start()
    with locked("procrastinate_jobs", "ACCESS EXCLUSIVE"):
        # Storing needs no queue; that the bell cannot be rung, nobody who sends notices.
        register(token, *[RETURN] * SOME)
        stored = transitions()
    cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
    query(cut + "current_database() AND backend_type = 'client backend'")

    def kept_running_and_done() -> bool:
        if not workers.running():
            workers.start()  # as the supervisor does
        return in_workflow()

    ring()
    wait_for(kept_running_and_done)

    assert stored == {REGISTERED: SOME}
    assert transitions() == {REGISTERED: SOME, PROCESSING: SOME, IN_WORKFLOW: SOME}


@pytest.mark.parametrize("failed_before", [False, True])
def test_a_message_that_was_being_sent_by_a_killed_worker_is_sent_by_another(
    workers: Workers, token: Token, failed_before: bool
) -> None:
    message = approve(token)
    channel = _webhook(token)
    if failed_before:
        with receiving(answer("422 Unfit")) as receiver:
            DeliveryChannel.objects.update(url=receiver.url)
            deliver_batch(channel.pk)
        Delivery.objects.update(due_at="2026-01-01T00:00Z")
    before = transitions()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        DeliveryChannel.objects.update(url=f"http://127.0.0.1:{silent.getsockname()[1]}/")
        victim = workers.start()
        ring_delivery()
        call, _peer = silent.accept()
        with call:
            call.recv(10)
            kill(victim)
    held = (transitions(), Delivery.objects.get().held)

    with receiving() as receiver:
        DeliveryChannel.objects.update(url=receiver.url)
        # As if it had killed so many workers that its job is given up: the message is not.
        wear_out_jobs()
        let_time_pass()
        workers.start()
        wait_for(partial(all_in, Status.SENT))

    assert held == (before, True)
    assert transitions() == before + Counter({(70 if failed_before else 50, 60): 1})
    assert [call.headers["idempotency-key"] for call in receiver.calls] == [message.public_id]


def test_what_the_receiver_took_from_the_folder_is_not_written_again_after_a_kill(
    workers: Workers, token: Token
) -> None:
    approve(token)
    DeliveryChannelFactory(environment=token.environment, folder="bd", codes=["BTW"])
    out = workers.folder / "delivery" / token.environment.code / "bd" / "uit"
    with locked("messaging_messageevent"):
        victim = workers.start()
        ring_delivery()
        wait_until_somebody_waits()
        kill(victim)
        taken = [*out.iterdir()]
        for path in taken:
            path.unlink()
    wait_until_nobody_waits()

    let_time_pass()
    workers.start()
    wait_for(partial(all_in, Status.SENT))

    assert (len(taken), [*out.iterdir()]) == (2, [])
    assert transitions() == {(None, 50): 1, (50, 60): 1}


def _webhook(token: Token) -> DeliveryChannel:
    channel: DeliveryChannel = DeliveryChannelFactory(
        environment=token.environment, url="http://127.0.0.1:1/", codes=["BTW"]
    )
    return channel
