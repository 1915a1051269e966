"""Counters of calls that failed to authenticate (connectors.throttling).

No model and no record: they say something for a minute, are changed by that module only, and are empty again after a
crash of the server.
"""

from django.db import migrations

FAILED_CALLS = """
    CREATE UNLOGGED TABLE connectors_failedcalls (
        counter integer PRIMARY KEY,
        since timestamp with time zone NOT NULL,
        failures integer NOT NULL
    ) WITH (fillfactor = 50)
"""


class Migration(migrations.Migration):
    dependencies = [("connectors", "0002_inside_one_environment")]

    operations = [migrations.RunSQL(FAILED_CALLS, "DROP TABLE connectors_failedcalls")]
