"""The data folder: everything that this installation writes. One process at a time owns it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


class InUseError(Exception):
    """Another process owns the data folder; the text says which."""


def data_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder that `DATA_DIR` names, or `var` in the project."""
    return Path(environ.get("DATA_DIR") or BASE_DIR / "var").resolve()


def remember_url(folder: Path, url: str) -> None:
    """Keep the address at which this installation is served, for commands that run beside it."""
    (folder / "url").write_text(url)


def portal_url(environ: Mapping[str, str], folder: Path) -> str:
    """Return the address by which people and client programs reach the portal, without a slash at the end.

    `PORTAL_URL` says it; else `PORT`, on this machine; else it is where the portal was last served from this folder.
    """
    if url := environ.get("PORTAL_URL"):
        return url.rstrip("/")
    kept = folder / "url"
    if "PORT" not in environ and kept.exists():
        return kept.read_text()
    return f"http://127.0.0.1:{environ.get('PORT') or 8000}"


@contextmanager
def owned(folder: Path, *, as_what: str) -> Iterator[None]:
    """Own the data folder: the kernel gives it free when the process ends, however it ends.

    `as_what` tells others who owns it. Raises `InUseError`.
    """
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    with os.fdopen(os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InUseError(file.read().strip() or "another process") from error
        file.truncate(0)
        file.write(f"{as_what}, process {os.getpid()}")
        file.flush()
        yield
