"""A tiny project in place of the portal: the supervisor's tests start, kill and count its processes quickly.

Its `manage.py` and web application write down what they are asked to do, and really use the database.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

_MANAGE = """
import json, os, signal, sys, threading
from pathlib import Path
command = sys.argv[1]
data = Path(os.environ["DATA_DIR"])
with (data / "commands").open("a") as file:
    file.write(command + "\\n")
if command == os.environ.get("STAND_IN_FAILS"):
    sys.exit("no such table")
if command == "seed_demo":
    print(json.dumps({
        "url": os.environ["PORTAL_URL"],
        "users": [{"role": "beheerder", "username": "bea", "password": "voor-de-demo"}],
        "tokens": [{"environment": "T54321XY", "customer_environment": "", "value": "<token>no</token>"},
                   {"environment": "O12345AB", "customer_environment": "", "value": "<token>yes</token>"}],
    }))
if command == "procrastinate":
    stop = threading.Event()
    stubborn = os.environ.get("STAND_IN_WORKER") == "stubborn"
    signal.signal(signal.SIGTERM, signal.SIG_IGN if stubborn else lambda *_: stop.set())
    stop.wait()
"""

_WSGI = """
import os
import psycopg
def application(environ, start_response):
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5) as connection:
            body = b"%d" % connection.execute("SELECT 40 + 2").fetchone()[0]
        start_response("200 OK", [("Content-Type", "text/plain")])
    except psycopg.OperationalError:
        start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
        body = b"no database"
    return [body]
"""


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        port: int = candidate.getsockname()[1]
        return port


def wait_for(condition: Callable[[], bool], *, seconds: float = 60) -> None:
    """Poll until a condition holds; fail the test when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


class Run:
    """One supervisor over the stand-in project, with its own data folder and port."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.project = folder / "project"
        self.data = folder / "data"
        self.port = free_port()
        self.log = folder / "screen"
        self._environ = environ
        for name, text in (
            ("manage.py", _MANAGE),
            ("portal/__init__.py", ""),
            ("portal/wsgi.py", _WSGI),
            ("requirements/run.txt", ""),
        ):
            path = self.project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def start(self) -> None:
        """Start it; its screen goes to a file."""
        script = (
            "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; "
            "from portal.supervisor.__main__ import main; main(project=Path(sys.argv[2]))"
        )
        environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        environ |= {"DATA_DIR": str(self.data), "PORT": str(self.port), **self._environ}
        with self.log.open("wb") as screen:
            self.process = subprocess.Popen(
                [sys.executable, "-c", script, str(PROJECT), str(self.project)],
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def start_and_wait(self) -> None:
        """Start it and wait until it says that it is ready."""
        self.start()
        wait_for(lambda: "Ctrl-C stops everything" in self.screen() or self.process.poll() is not None)
        assert self.process.poll() is None, self.screen()

    def stop(self) -> int:
        """Ask it to stop, as Ctrl-C does, and return its exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)

    def kill(self) -> None:
        """Kill the supervisor alone, as the kernel does when memory runs out."""
        self.process.kill()
        self.process.wait()

    def screen(self) -> str:
        """Return what the user sees."""
        return self.log.read_text(errors="replace")

    def commands(self) -> list[str]:
        """Return the management commands that were run so far, in order."""
        return (self.data / "commands").read_text().split()

    def answer(self) -> str:
        """Return what the web server answers, or how it fails."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=10) as answer:
                text: str = answer.read().decode()
                return text
        except OSError as error:
            return str(error)

    def processes(self) -> dict[int, str]:
        """Return the processes that belong to this run, with their command lines."""
        marks = (os.fsencode(f"BERICHTENPOORT_RUN={self.data}"), os.fsencode(self.data / "postgres" / "data"))
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                command = (process / "cmdline").read_bytes()
                if marks[0] in (process / "environ").read_bytes().split(b"\0") or marks[1] in command:
                    found[int(process.name)] = command.replace(b"\0", b" ").decode()
        return found

    def part(self, words: str) -> int:
        """Return the main process of the part whose command line has these words: the leader of its session."""
        return next(pid for pid, command in self.processes().items() if words in command and os.getsid(pid) == pid)

    def is_replaced(self, victim: int, words: str) -> bool:
        """Whether another process does the work of a killed one."""
        processes = self.processes()
        return victim not in processes and any(words in command for command in processes.values())

    def demo(self) -> dict[str, object]:
        """Return what the supervisor remembers of the demo."""
        remembered: dict[str, object] = json.loads((self.data / "demo.json").read_text())
        return remembered
