#!/usr/bin/env python3
"""Django's command line for this project. Without `DATABASE_URL` it uses the embedded PostgreSQL."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here: run `make run` or `make venv` first, then .venv/bin/python manage.py")
    from portal.embedded_postgres import PostgresError
    from portal.supervisor.for_command import database_for

    try:
        with database_for(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except PostgresError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
