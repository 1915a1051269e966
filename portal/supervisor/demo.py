"""The demo: made at the first start, shown at every start; and the command that sends a first message.

`manage.py seed_demo` reports tokens once and never again, so the command with a token in it is shown after
the first start or `make token` only. Users and their demo passwords are kept beside the data, for the next
start's screen; tokens are not.
"""

from __future__ import annotations

import base64
import json
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from portal.supervisor.configuration import Configuration

SAMPLE = Path("portal") / "demo" / "btw-aangifte.xbrl"
# The environment that is set up completely, so that the first message arrives.
READY_ENVIRONMENT = "O12345AB"
CONNECTOR = "/ProfitRestServices/connectors/CommSvcConnector"


class Demo:
    """What this installation knows of its demo."""

    def __init__(self, configuration: Configuration, database_url: str) -> None:
        self._project = configuration.project
        self._file = configuration.data_dir / "demo.json"
        self._database = _identity(configuration.data_dir, database_url)

    def users(self) -> list[Mapping[str, str]] | None:
        """Return the demo's users when this database has them, None when the demo still has to be made."""
        try:
            known = json.loads(self._file.read_text())
        except (FileNotFoundError, ValueError):
            return None
        return known["users"] if known.get("database") == self._database else None

    def remember(self, report: Mapping[str, Any]) -> None:
        """Keep the users of a report of seed_demo, readable for this user only."""
        self._file.unlink(missing_ok=True)
        with open(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({"database": self._database, "users": report["users"]}, file)

    def send_command(self, report: Mapping[str, Any]) -> str:
        """Return a shell command that sends our sample VAT return with a token of this report."""
        token = next(token for token in report["tokens"] if token["environment"] == READY_ENVIRONMENT)
        credentials = base64.b64encode(token["value"].encode()).decode()
        url = f"{report['url']}{CONNECTOR}?messageType=BTW&externalMessageId=demo-$(date +%s)"
        sample = self._project / SAMPLE
        if not shutil.which("curl"):
            sender = [sys.executable, str(sample.with_name("send.py")), credentials, str(sample)]
            return f'{shlex.join(sender)} "{url}"'
        return (
            f'curl -sS -H "Authorization: AfasToken {credentials}" -H "Content-Type: application/xml" '
            f'--data-binary {shlex.quote(f"@{sample}")} "{url}"'
        )


def logins(users: list[Mapping[str, str]]) -> str:
    """Return the table of demo logins."""
    width = max(len(user["username"]) for user in users)
    return "\n".join(f"  {user['username']:<{width}}  {user['password']}  ({user['role']})" for user in users)


def make_report(manage: Callable[[list[str]], str]) -> Mapping[str, Any]:
    """Run seed_demo and return its report."""
    report: Mapping[str, Any] = json.loads(manage(["seed_demo", "--format", "json"]))
    return report


def _identity(data_dir: Path, database_url: str) -> list[str | int]:
    """Tell one database from the next: a cluster that was thrown away and made again is another one."""
    version = data_dir / "postgres" / "data" / "PG_VERSION"
    return [database_url, version.stat().st_mtime_ns if version.exists() else 0]
