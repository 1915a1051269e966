"""The embedded PostgreSQL: it starts on what it finds, whatever happened before."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from portal.embedded_postgres import EmbeddedPostgres, PostgresError, socket_folder
from tests.portal.stand_in import PROJECT, wait_for


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data folder that the server's user can reach, which pytest's own is not when root runs the tests."""
    with tempfile.TemporaryDirectory(prefix="berichtenpoort-test-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture
def server(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(data_dir, durable=False)
    yield server
    server.stop()


def _ask(server: EmbeddedPostgres, question: str) -> object:
    with psycopg.connect(server.url) as connection:
        row = connection.execute(question.encode()).fetchone()
        assert row
        return row[0]


def _store(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")


def test_data_outlives_a_stop(server: EmbeddedPostgres) -> None:
    server.start()
    _store(server)

    server.stop()
    server.start()

    assert _ask(server, "SELECT answer FROM kept") == 42


def test_a_killed_server_starts_again(server: EmbeddedPostgres) -> None:
    server.start()
    assert server.process
    server.process.kill()
    server.process.wait()

    server.start()

    assert _ask(server, "SELECT current_database()") == "berichtenpoort"


def test_a_pid_file_that_names_another_program_is_no_running_server(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    (server.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{server.cluster}\n")

    server.start()

    assert server.answers()


def test_a_server_that_an_earlier_owner_left_is_ended_first(server: EmbeddedPostgres, data_dir: Path) -> None:
    forgotten = EmbeddedPostgres(data_dir, durable=False)
    forgotten.start()
    assert forgotten.process

    server.start()

    assert forgotten.process.wait(timeout=10) == 0
    assert server.answers()


def test_a_half_made_cluster_is_made_again(server: EmbeddedPostgres) -> None:
    (server.folder / "data.new").mkdir(parents=True)
    (server.folder / "data.new" / "PG_VERSION").write_text("18")

    server.start()

    assert _ask(server, "SELECT 1") == 1


def test_only_the_servers_user_can_enter_the_socket_folder(server: EmbeddedPostgres) -> None:
    server.start()

    assert server.sockets.stat().st_mode & 0o777 == 0o700


def test_the_server_ends_with_the_process_that_started_it(server: EmbeddedPostgres, data_dir: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from portal.embedded_postgres import EmbeddedPostgres; "
        "EmbeddedPostgres(Path(sys.argv[1]), durable=False).start(); print('up', flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", script, str(data_dir)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE) as owner:
        assert owner.stdout
        assert owner.stdout.readline() == b"up\n"

        owner.send_signal(signal.SIGKILL)

    wait_for(lambda: not (server.cluster / "postmaster.pid").exists())


def test_a_long_or_odd_path_gets_a_short_socket_folder() -> None:
    long = socket_folder(Path("/" + "x" * 100))

    assert socket_folder(Path("/srv/data")) == Path("/srv/data/postgres")
    assert len(str(long)) < 80
    assert "," not in str(socket_folder(Path("/a,b")))


def test_a_socket_folder_that_somebody_else_prepared_is_refused(data_dir: Path) -> None:
    nested = data_dir / ("x" * 100)
    elsewhere = socket_folder(nested)
    elsewhere.symlink_to(data_dir)

    try:
        with pytest.raises(PostgresError, match="belongs to another user"):
            EmbeddedPostgres(nested).start()
    finally:
        elsewhere.unlink()


def test_a_server_that_can_not_start_says_why(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    (server.cluster / "PG_VERSION").write_text("9\n")

    with pytest.raises(PostgresError, match="initialized by PostgreSQL version 9"):
        server.start(retry_for=0)
