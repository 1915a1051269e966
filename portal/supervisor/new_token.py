"""The command behind `make token`: new tokens for the demo, and a command that sends a message with one."""

from __future__ import annotations

import os
import subprocess
import sys

from portal.database import database_url
from portal.supervisor.configuration import Configuration
from portal.supervisor.demo import Demo, logins, make_report
from portal.supervisor.terminal import say


def main() -> None:
    """Make the demo afresh and show what it reports; what seed_demo says goes to the terminal."""
    configuration = Configuration.from_environ(os.environ)
    demo = Demo(configuration, database_url(os.environ, configuration.data_dir))

    def manage(arguments: list[str]) -> str:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=configuration.project, stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S603

    try:
        report = make_report(manage)
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
    demo.remember(report)
    say(f"The demo users:\n{logins(report['users'])}\n")
    say(f"Send a message, while `make run` runs:\n\n{demo.send_command(report)}")


if __name__ == "__main__":
    main()
