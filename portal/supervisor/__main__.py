"""The command behind `make run`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from portal.data_folder import BASE_DIR
from portal.embedded_postgres import PostgresError
from portal.supervisor.configuration import Configuration, SupervisorError
from portal.supervisor.run import Supervisor
from portal.supervisor.stopping import StopRequests


def main(project: Path = BASE_DIR) -> None:
    """Run until asked to stop; exit with one clear message when that can not be."""
    requests = StopRequests()
    requests.listen()
    try:
        Supervisor(Configuration.from_environ(os.environ, project=project), requests).run()
    except (SupervisorError, PostgresError) as error:
        sys.exit(f"\n{error}")


if __name__ == "__main__":
    main()
