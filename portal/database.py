"""Where the data lives: the PostgreSQL that `DATABASE_URL` names, or the embedded one in the data folder.

Django gets plain connection parameters from here. The URL is parsed with libpq's own rules, so every form
that psql takes (`?host=/socket/folder`, several hosts, `sslmode`) works.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from portal.embedded_postgres import server_url

# libpq's names for what Django keeps in keys of its own.
_DJANGO_KEYS = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def database_settings(url: str, *, pool_size: int, prepare: bool = True) -> dict[str, Any]:
    """Return Django's `DATABASES` entry for a libpq URL or connection string.

    `pool_size` is the largest number of connections that one process opens; 0 is for commands: one
    connection, no pool, and an unreachable database is reported at once. `prepare`: whether the server keeps
    the plans of the gateway's own statements, which a pooler in transaction mode may not allow. Raises
    `psycopg.ProgrammingError` when the URL cannot be read.
    """
    parameters = conninfo_to_dict(url)
    settings: dict[str, Any] = {
        "ENGINE": "portal.postgresql",
        "CONN_MAX_AGE": 0,
        # With a pool our backend sees to it, at less cost than a question per request.
        "CONN_HEALTH_CHECKS": not pool_size,
    }
    for libpq_name, django_name in _DJANGO_KEYS.items():
        settings[django_name] = parameters.pop(libpq_name, "")
    options: dict[str, Any] = {"pool": {"min_size": 1, "max_size": pool_size, "timeout": 10}} if pool_size else {}
    if prepare and pool_size:
        options["prepare_threshold"] = 2  # the times that a statement is planned anew before its plan is kept
    settings["OPTIONS"] = {**parameters, **options}
    return settings


def database_url(environ: Mapping[str, str], data_dir: Path) -> str:
    """Return `DATABASE_URL`, or the address of the embedded server in the data folder."""
    return environ.get("DATABASE_URL") or server_url(data_dir)
