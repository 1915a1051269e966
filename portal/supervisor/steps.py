"""What has to be done before the parts can run: migrate, collect static files, make the demo."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from portal.supervisor.configuration import Configuration, SupervisorError
from portal.supervisor.launch import end_group, spawn
from portal.supervisor.stopping import StopRequests
from portal.supervisor.terminal import step

_NEVER_MIND = 20  # lines of a failed command that are shown


class Steps:
    """Runs management commands one after the other, each in a process of its own."""

    def __init__(self, configuration: Configuration, env: Mapping[str, str], requests: StopRequests) -> None:
        self._configuration, self._env, self._requests = configuration, env, requests

    def migrate(self) -> None:
        """Bring the tables up to date. Raises `SupervisorError`."""
        with step("Updating the tables") as tick:
            self.manage(["migrate", "--no-input", "--verbosity", "0"], tick)

    def collect_static(self) -> None:
        """Collect and compress scripts, styles and pictures when one of them changed. Raises `SupervisorError`."""
        stamp = self._configuration.data_dir / "static.stamp"
        fingerprint = _fingerprint(self._configuration.project, self._configuration.data_dir)
        if stamp.exists() and stamp.read_text() == fingerprint:
            return
        with step("Collecting static files") as tick:
            self.manage(["collectstatic", "--no-input", "--clear", "--verbosity", "0"], tick)
        stamp.write_text(fingerprint)

    def manage(self, arguments: Sequence[str], tick: Callable[[], None]) -> str:
        """Run `manage.py` and return what it printed. Raises `SupervisorError` with its last lines."""
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            process = spawn(
                [sys.executable, "manage.py", *arguments],
                env=self._env,
                cwd=self._configuration.project,
                stdout=output,
                stderr=errors,
            )
            self._wait(process, tick)
            output.seek(0)
            errors.seek(0)
            printed = output.read().decode()
            if process.returncode:
                lines = (errors.read().decode(errors="replace").strip() or printed).splitlines()
                raise SupervisorError("\n".join([f"manage.py {arguments[0]} failed:", *lines[-_NEVER_MIND:]]))
            return printed

    def _wait(self, process: subprocess.Popen[bytes], tick: Callable[[], None]) -> None:
        while process.poll() is None:
            if self._requests.any():
                end_group(process, patience=10, hurry=self._requests.forced)
                self._requests.raise_if_any()
            tick()
            time.sleep(0.1)


def _fingerprint(project: Path, data_dir: Path) -> str:
    """Return a value that changes with our static files and with the packages that bring theirs.

    What was collected is no source, though the data folder may lie inside the project.
    """
    digest = hashlib.sha256((project / "requirements" / "run.txt").read_bytes())
    for path in sorted(project.glob("*/static/**/*")):
        if path.is_relative_to(data_dir):
            continue
        status = path.stat()
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
