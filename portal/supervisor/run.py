"""One run, from the first check to the orderly stop."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from portal.data_folder import InUseError, owned, remember_url
from portal.embedded_postgres import EmbeddedPostgres
from portal.supervisor import parts
from portal.supervisor.configuration import Configuration, SupervisorError
from portal.supervisor.demo import Demo, logins, make_report
from portal.supervisor.leftovers import end_leftovers
from portal.supervisor.parts import Keeper
from portal.supervisor.ports import check_port
from portal.supervisor.steps import Steps
from portal.supervisor.stopping import StopRequestedError, StopRequests
from portal.supervisor.terminal import say, step

_FIRST_ANSWER = 60.0  # seconds that the web server may take at the start


class Supervisor:
    """Everything that `make run` started, in the order in which it was started."""

    def __init__(self, configuration: Configuration, requests: StopRequests) -> None:
        self._configuration, self._requests = configuration, requests
        self._keepers: list[Keeper] = []

    def run(self) -> None:
        """Start all, keep all running, and stop all when asked. Raises `SupervisorError`, `PostgresError`."""
        try:
            with self._own_data_folder():
                try:
                    self._start()
                    self._keep()
                finally:
                    self._stop()
        except StopRequestedError:
            pass

    @contextmanager
    def _own_data_folder(self) -> Iterator[None]:
        folder = self._configuration.data_dir
        try:
            with owned(folder, as_what="make run"):
                yield
        except InUseError as error:
            raise SupervisorError(
                f"{folder} is in use by {error}: stop that first, or choose another DATA_DIR"
            ) from error
        except PermissionError as error:
            raise SupervisorError(f"Can not write in {folder}: choose another DATA_DIR") from error

    def _start(self) -> None:
        configuration = self._configuration
        if count := end_leftovers(configuration.data_dir):
            say(f"Ended {count} processes that an earlier run left behind.")
        check_port(configuration.host, configuration.port)
        remember_url(configuration.data_dir, configuration.url)
        database_url = configuration.database_url or self._start_database()
        env = configuration.child_environ(database_url)
        steps = Steps(configuration, env, self._requests)
        steps.migrate()
        steps.collect_static()
        demo = Demo(configuration, database_url)
        report = self._make_demo(demo, steps)
        with step("Starting the web server"):
            self._launch(Keeper(parts.web(configuration, env)))
            self._await_first_answer()
        self._launch(Keeper(parts.worker(configuration, env)))
        self._welcome(demo, report)

    def _start_database(self) -> str:
        server = EmbeddedPostgres(self._configuration.data_dir)
        with step("Creating the database" if server.is_new else "Starting the database"):
            self._launch(Keeper(parts.Database(server)))
        self._requests.raise_if_any()
        return server.url

    def _launch(self, keeper: Keeper) -> None:
        self._keepers.append(keeper)
        keeper.start()

    def _make_demo(self, demo: Demo, steps: Steps) -> Mapping[str, Any] | None:
        """Make the demo at the first start; return its report, which is the only place with a token in it."""
        if not self._configuration.demo or demo.users() is not None:
            return None
        with step("Making the demo") as tick:
            report = make_report(lambda arguments: steps.manage(arguments, tick))
        demo.remember(report)
        return report

    def _await_first_answer(self) -> None:
        deadline = time.monotonic() + _FIRST_ANSWER
        while not self._web_answers():
            self._requests.raise_if_any()
            if time.monotonic() > deadline:
                raise SupervisorError(
                    f"The portal does not answer on port {self._configuration.port}: see the lines above"
                )
            self._check_parts()

    def _web_answers(self) -> bool:
        connection = http.client.HTTPConnection(self._configuration.local_host, self._configuration.port, timeout=5)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        else:
            return True
        finally:
            connection.close()

    def _welcome(self, demo: Demo, report: Mapping[str, Any] | None) -> None:
        say(f"\nBerichtenpoort is ready: {self._configuration.url}\n")
        if self._configuration.demo:
            say(f"Sign in as one of the demo users:\n{logins(demo.users() or [])}\n")
            if report:
                say(f"Send a message (paste this in another terminal):\n\n{demo.send_command(report)}\n")
            else:
                say("For a new token, and a command that sends a message with it: make token\n")
        say("Ctrl-C stops everything.")

    def _keep(self) -> None:
        while not self._requests.any():
            self._check_parts()

    def _check_parts(self) -> None:
        for keeper in self._keepers:
            keeper.check()
        time.sleep(0.2)

    def _stop(self) -> None:
        """Stop what was started: first who asks the database, last the database."""
        if self._requests.any():
            say("\nStopping; Ctrl-C again stops at once.")
        started = {keeper.part.name: keeper.part for keeper in self._keepers}
        for name in ("web server", "worker", "database"):
            if part := started.get(name):
                with step(f"Stopping the {name}"):
                    part.stop(hurry=self._requests.forced)
