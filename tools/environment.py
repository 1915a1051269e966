"""Make a virtual environment: `python3 tools/environment.py run|dev|bench`. Needs Python's standard library only.

The packages come from the hash-locked requirements. An environment that already holds them is left alone, so that
this takes no time at the second start; a broken or half-made one is made again.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
# The benchmark's baseline is kept apart: it is no part of the portal.
VENV = PROJECT / (".venv-bench" if sys.argv[1:] == ["bench"] else ".venv")
STAMP = VENV / "installed"
# `dev` holds `run`.
SETS = {"run": ["run"], "dev": ["run", "dev"], "bench": ["bench"]}
OLDEST = (3, 11)


def main(wanted: str) -> None:
    """Make `.venv` hold the wanted set of packages, or exit with one line that says what is missing."""
    if sys.version_info < OLDEST:
        found = f"{sys.version_info[0]}.{sys.version_info[1]}"
        sys.exit(
            f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed, this is {found}: say which, make PYTHON=python3.11"
        )
    if _fingerprint(wanted) in _installed():
        return
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        sys.exit("Python's venv module is missing: on Debian, apt-get install python3-venv")
    if not _installed():
        _make()
    _install(wanted)
    # So that every program in the environment finds the project's packages: pytest reads its plugins before its paths.
    next(VENV.glob("lib/python*/site-packages")).joinpath("project.pth").write_text(f"{PROJECT}\n")
    STAMP.write_text("\n".join([str(VENV), *(_fingerprint(name) for name in SETS[wanted])]))


def _lock(name: str) -> Path:
    return PROJECT / "requirements" / f"{name}.txt"


def _fingerprint(name: str) -> str:
    return f"{name} {hashlib.sha256(_lock(name).read_bytes()).hexdigest()}"


def _installed() -> list[str]:
    """Return what the environment holds; nothing when it is broken, or was moved here from another folder."""
    lines = STAMP.read_text().splitlines() if STAMP.exists() and _works() else []
    return lines if str(VENV) in lines else []


def _works() -> bool:
    """Whether there is an environment whose Python and pip run: a copied or half-made one does not."""
    python = VENV / "bin" / "python"
    return python.exists() and subprocess.run([python, "-c", "import pip"], capture_output=True).returncode == 0


def _make() -> None:
    started = time.monotonic()
    print("Making the virtual environment ... ", end="", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"failed: {(made.stdout + made.stderr).strip()}")
    print(f"{time.monotonic() - started:.1f} s", flush=True)


def _install(wanted: str) -> None:
    """Run pip, counting the packages that go by; its complaints go to the terminal as they are."""
    STAMP.unlink(missing_ok=True)
    started = time.monotonic()
    lock = _lock(wanted)
    label = f"Installing {sum('==' in line for line in lock.read_text().splitlines())} packages"
    options = ["--require-hashes", "--no-deps", "--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", *options, "-r", str(lock)]
    print(f"{label} ... ", end="", flush=True)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as pip:
        assert pip.stdout
        seen = 0
        for line in pip.stdout:
            seen += line.startswith(("Collecting", "Requirement already satisfied"))
            if sys.stdout.isatty():
                what = "unpacking" if line.startswith("Installing") else f"{seen} fetched"
                print(f"\r{label} ... {what}   ", end="", flush=True)
    if pip.returncode:
        sys.exit("\nThe packages could not be installed: is the package index reachable? (See the lines above.)")
    print(
        f"{chr(13) + label + ' ... ' if sys.stdout.isatty() else ''}{time.monotonic() - started:.1f} s    ", flush=True
    )


if __name__ == "__main__":
    if sys.argv[1:] not in (["run"], ["dev"], ["bench"]):
        sys.exit("usage: environment.py run|dev|bench")
    main(sys.argv[1])
