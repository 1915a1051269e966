"""A database for one `manage.py` command: the one that runs, or the embedded one for as long as the command takes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from portal.data_folder import InUseError, data_folder, owned
from portal.embedded_postgres import EmbeddedPostgres, PostgresError
from portal.supervisor.launch import wait_until

# These only read code and files.
_WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "makemigrations",
    "startapp",
    "version",
}
# These keep many connections; every other command has one, and says at once when there is no database.
_WITH_POOL = {"procrastinate", "runserver"}
_START = 60.0  # seconds that `make run` may still need to start its database


@contextmanager
def database_for(arguments: Sequence[str]) -> Iterator[None]:
    """See to it that this command has a database. Raises `PostgresError`."""
    command = arguments[0] if arguments else "help"
    if command not in _WITH_POOL:
        os.environ.setdefault("DATABASE_POOL", "0")
    is_help = command.startswith("-") or "--help" in arguments or "-h" in arguments
    if os.environ.get("DATABASE_URL") or command in _WITHOUT_DATABASE or is_help:
        yield
        return
    server = EmbeddedPostgres(data_folder(os.environ))
    try:
        with owned(data_folder(os.environ), as_what=f"manage.py {command}"):
            print("Starting the embedded PostgreSQL for this command.", file=sys.stderr)  # noqa: T201 - a command
            server.start()
            os.environ["DATABASE_URL"] = server.url  # for the processes that the command starts
            try:
                yield
            finally:
                # Another command may have joined in.
                server.stop(wait_for_clients=10)
    except InUseError as owner:
        if not wait_until(server.answers, patience=_START):
            raise PostgresError(f"The database of {owner} does not answer") from owner
        yield
