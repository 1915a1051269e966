"""Whether the port is free, and if not, who has it."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from pathlib import Path

from portal.supervisor.configuration import SupervisorError

_LISTEN = "0A"  # the state's code in /proc/net/tcp


def check_port(host: str, port: int) -> None:
    """Raise `SupervisorError` when nothing can listen on this address, naming who does.

    The web server itself would not notice: it shares its port with whoever listens there already.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            candidate.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            owner = _listener(port) or "another program"
            advice = f"stop it, or choose another port: PORT={_next_port(port)} make run"
            raise SupervisorError(f"Port {port} is taken by {owner}: {advice}") from error
        raise SupervisorError(f"Can not listen on {host}, port {port}: {error.strerror}") from error


def _next_port(port: int) -> int:
    return port + 1 if port < 65535 else 8000


def _listener(port: int) -> str | None:
    """Return the process that listens on a port of this machine, where Linux lets us see it."""
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if any(os.readlink(file) in sockets for file in (process / "fd").iterdir()):
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                return f"process {process.name} ({command.strip()[:100]})"
    return None


def _listening_inodes(port: int) -> set[str]:
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                    inodes.add(fields[9])
    return inodes
