"""What `make run` reads from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.data_folder import BASE_DIR, data_folder

_FALSE = ("", "0", "false", "no", "off")
# In the environment of every child: by it the next start finds what an earlier one left behind.
MARKER = "BERICHTENPOORT_RUN"


class SupervisorError(Exception):
    """`make run` can not go on; the text is the one line (or the few) that the user reads."""


@dataclass(frozen=True)
class Configuration:
    """One run: where the code and the data are, where to listen, whether to fill in a demo."""

    project: Path
    data_dir: Path
    host: str
    port: int
    database_url: str  # empty: the embedded server
    demo: bool
    environ: Mapping[str, str]

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], *, project: Path = BASE_DIR) -> Configuration:
        """Read `DATA_DIR`, `HOST`, `PORT`, `DATABASE_URL`, `DEMO`. Raises `SupervisorError`."""
        port = environ.get("PORT") or "8000"
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise SupervisorError(f"PORT={port} is not a port: give a number from 1 to 65535, such as PORT=8080")
        production = environ.get("PRODUCTION", "").lower() not in _FALSE
        return cls(
            project=project,
            data_dir=data_folder(environ),
            host=environ.get("HOST") or "127.0.0.1",
            port=int(port),
            database_url=environ.get("DATABASE_URL", ""),
            demo=environ.get("DEMO", "1").lower() not in _FALSE and not production,
            environ=environ,
        )

    @property
    def local_host(self) -> str:
        """The address by which this machine itself reaches the portal."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - a comparison

    @property
    def url(self) -> str:
        """The address by which people reach the portal."""
        host = f"[{self.local_host}]" if ":" in self.local_host else self.local_host
        return (self.environ.get("PORTAL_URL") or f"http://{host}:{self.port}").rstrip("/")

    def child_environ(self, database_url: str) -> dict[str, str]:
        """Return the environment of web, worker and management commands."""
        return {
            **self.environ,
            MARKER: str(self.data_dir),
            "DATABASE_URL": database_url,
            "DATA_DIR": str(self.data_dir),
            "PORT": str(self.port),
            "PORTAL_URL": self.url,
            "PYTHONUNBUFFERED": "1",
            "STATIC_MANIFEST": "1",
        }
