"""`make run` with real processes over a stand-in project: what dies comes back, what stops leaves nothing."""

from __future__ import annotations

import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from portal.data_folder import portal_url
from tests.portal.stand_in import Run, wait_for

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="berichtenpoort-test-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def run(folder: Path) -> Iterator[Run]:
    run = Run(folder)
    yield run
    _end(run)


def _end(run: Run) -> None:
    if run.process.poll() is None:
        run.kill()
    wait_for(lambda: not run.processes())


def test_the_first_start_prepares_everything_and_says_how_to_begin(run: Run) -> None:
    run.start_and_wait()

    wait_for(lambda: len(run.commands()) == 4)
    assert run.commands() == ["migrate", "collectstatic", "seed_demo", "procrastinate"]
    assert run.answer() == "42"
    assert f"http://127.0.0.1:{run.port}" in run.screen()
    assert "bea  voor-de-demo  (beheerder)" in run.screen()
    # base64 of the token of the environment that is set up completely
    assert "AfasToken PHRva2VuPnllczwvdG9rZW4+" in run.screen()


def test_commands_beside_it_know_the_address(run: Run) -> None:
    run.start_and_wait()

    assert portal_url({}, run.data) == f"http://127.0.0.1:{run.port}"
    assert portal_url({"PORT": "9000"}, run.data) == "http://127.0.0.1:9000"
    assert portal_url({"PORT": "9000", "PORTAL_URL": "https://poort.example/"}, run.data) == "https://poort.example"
    assert portal_url({}, run.data / "elsewhere") == "http://127.0.0.1:8000"


def test_the_second_start_makes_no_new_demo_and_keeps_no_token(run: Run) -> None:
    run.start_and_wait()
    assert run.stop() == 0
    run.start_and_wait()

    assert run.commands().count("seed_demo") == 1
    assert run.commands().count("collectstatic") == 1
    assert "bea  voor-de-demo  (beheerder)" in run.screen()
    assert "make token" in run.screen()
    assert list(run.demo()) == ["database", "users"]


def test_a_part_that_is_killed_comes_back(run: Run) -> None:
    run.start_and_wait()
    wait_for(lambda: len(run.commands()) == 4)

    for words in ("granian", "procrastinate", "postgres -D"):
        victim = run.part(words)
        os.kill(victim, signal.SIGKILL)
        wait_for(partial(run.is_replaced, victim, words))

    wait_for(lambda: run.answer() == "42")
    wait_for(lambda: run.commands().count("procrastinate") == 2)


def test_a_web_process_that_is_killed_is_replaced(run: Run) -> None:
    run.start_and_wait()
    main = run.part("granian")
    victim = next(pid for pid in run.processes() if os.getsid(pid) == main != pid)

    os.kill(victim, signal.SIGKILL)

    wait_for(lambda: [os.getsid(pid) for pid in run.processes() if pid != victim].count(main) == 3)
    assert run.answer() == "42"


def test_an_orderly_stop_leaves_nothing_behind(run: Run) -> None:
    run.start_and_wait()

    assert run.stop() == 0
    assert run.processes() == {}


@pytest.mark.parametrize("worker", ["willing", "stubborn"])
def test_a_killed_supervisor_leaves_nothing_behind(folder: Path, worker: str) -> None:
    run = Run(folder, STAND_IN_WORKER=worker)
    run.start_and_wait()

    run.kill()

    wait_for(lambda: not run.processes())


def test_the_next_start_repairs_what_a_kill_of_everything_left(run: Run) -> None:
    run.start_and_wait()
    for pid in [run.process.pid, run.part("granian"), run.part("postgres -D")]:
        os.kill(pid, signal.SIGKILL)
    run.process.wait()

    run.start_and_wait()

    assert run.answer() == "42"


def test_a_taken_port_is_named_with_its_owner(run: Run) -> None:
    with socket.create_server(("127.0.0.1", run.port)):
        run.start()

        assert run.process.wait(timeout=30) == 1
        assert f"Port {run.port} is taken by process {os.getpid()}" in run.screen()


def test_a_data_folder_in_use_is_named_with_its_owner(run: Run, folder: Path) -> None:
    run.start_and_wait()
    second = Run(folder)
    second.log = folder / "second"
    second.start()

    assert second.process.wait(timeout=30) == 1
    assert f"is in use by make run, process {run.process.pid}" in second.screen()
    assert run.answer() == "42"


def test_a_step_that_fails_is_told_and_stops_everything(folder: Path) -> None:
    run = Run(folder, STAND_IN_FAILS="migrate")
    run.start()

    assert run.process.wait(timeout=60) == 1
    assert "manage.py migrate failed:\nno such table" in run.screen()
    assert run.processes() == {}


def test_a_port_that_is_no_port_is_told(folder: Path) -> None:
    run = Run(folder, PORT="http")
    run.start()

    assert run.process.wait(timeout=30) == 1
    assert "PORT=http is not a port" in run.screen()


def test_without_a_demo_nothing_is_seeded(folder: Path) -> None:
    run = Run(folder, DEMO="0")
    run.start_and_wait()

    try:
        assert "seed_demo" not in run.commands()
        assert "demo users" not in run.screen()
    finally:
        _end(run)
