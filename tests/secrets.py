"""Looking for a secret in the whole database."""

from __future__ import annotations

from django.db import connection


def places_with(secret: str) -> list[str]:
    """Return every table that holds the text, in either letter case, in any column of any type."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = []
        for table in tables:
            cursor.execute(
                f'SELECT EXISTS (SELECT FROM "{table}" AS row WHERE row::text ILIKE %s OR row::text ILIKE %s)',  # noqa: S608  names from the catalogue
                [f"%{secret}%", f"%{secret.encode().hex()}%"],
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found
