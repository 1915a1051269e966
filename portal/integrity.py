"""Migration operations for rules that Django's models cannot say."""

from __future__ import annotations

from django.db import migrations


def composite_key(
    *,
    name: str,
    table: str,
    columns: tuple[str, str],
    target: str,
    target_columns: tuple[str, str],
    cascade: bool = False,
) -> migrations.RunSQL:
    """Make a foreign key over two columns: it holds a row to the environment of what it refers to.

    With `cascade` the row goes when its target goes; otherwise the check waits for the end of the transaction.
    """
    on_delete = "ON DELETE CASCADE" if cascade else "DEFERRABLE INITIALLY DEFERRED"
    return migrations.RunSQL(
        sql=f"""
            ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({", ".join(columns)})
            REFERENCES {target} ({", ".join(target_columns)}) {on_delete}
        """,
        reverse_sql=f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )
