"""What PostgreSQL itself does with the same inserts: prepared, from 16 clients, without web or Python."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import psycopg

from portal.embedded_postgres import binaries
from tests.bench.wrk import CONNECTIONS, LoadError

# Shape, indexes and checks of the gateway's tables; its triggers and foreign keys are its own business.
_TABLES = """
    CREATE SCHEMA bench;
    CREATE TABLE bench.message (LIKE messaging_message INCLUDING ALL);
    CREATE TABLE bench.content (LIKE messaging_messagecontent INCLUDING ALL);
    CREATE TABLE bench.event (LIKE messaging_messageevent INCLUDING ALL);
"""
# One statement, as the gateway's (messaging/actions/receive.py); the content goes over the wire as a parameter.
_SCRIPT = """
WITH message AS (
    INSERT INTO bench.message
        (id, environment_id, token_id, message_type_id, external_message_id, sender_environment, source_address,
         content_digest, content_size, received_at, status, status_changed_at, attempts)
    VALUES
        (uuidv7(), 1, :client_id, 1, uuidv4()::text, 'O67890AA', '127.0.0.1', '0123456789abcdef0123456789abcdef',
         4096, CURRENT_TIMESTAMP, 10, CURRENT_TIMESTAMP, 0)
    RETURNING id
), content AS (
    INSERT INTO bench.content (message_id, content) SELECT id, :content FROM message
), event AS (
    INSERT INTO bench.event (message_id, kind, to_status, at, actor_name, note)
    SELECT id, 'status', 10, CURRENT_TIMESTAMP, 'pgbench', '' FROM message
)
SELECT id FROM message;
"""


def prepare_pgbench(database_url: str) -> None:
    """Make its tables, beside the gateway's."""
    with psycopg.connect(database_url) as connection:
        connection.execute(_TABLES)


def run_pgbench(database_url: str, *, content: str, seconds: float, folder: Path) -> float:
    """Return how many messages a second it stores. Raises `LoadError`."""
    script = folder / "pgbench.sql"
    script.write_text(_SCRIPT)
    command: list[str | Path] = [binaries() / "pgbench", "--no-vacuum", "--client", str(CONNECTIONS), "--jobs", "2"]
    command += ["--protocol", "prepared", "--time", str(int(seconds)), "--file", script]
    command += ["--define", f"content={content}", database_url]
    before = _stored(database_url)
    done = subprocess.run(command, capture_output=True, text=True)
    speed = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    count = re.search(r"actually processed: (\d+)", done.stdout)
    if done.returncode or not speed or not count:
        raise LoadError(f"pgbench failed: {done.stderr or done.stdout}")
    if _stored(database_url) - before != int(count[1]):
        raise LoadError("pgbench stored another number of messages than it says")
    return float(speed[1])


def _stored(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT count(*) FROM bench.content").fetchone()
    return int(row[0]) if row else 0
