"""The service as a whole: what comes in is stored, starts runs, and workers perform them. One process, and its workers.

A kill at any moment loses nothing that was answered with 200: the event and its runs are in the database by then, and
the next start goes on with them.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from ..core.errors import AdaptorError, InputError
from ..ledger.database.sqlite import FOLDER
from .dispatch.job_queue import JobQueue, make_tables
from .dispatch.listener import Listener
from .inbox.intake import Intake
from .inbox.spool import Spool
from .schedules.scheduler import Scheduler
from .store.records import QUEUED
from .store.store import open_service_store
from .triggers.judgement import judged
from .triggers.runs import runs_for
from .web.app import Door, build_app
from .web.server import WebServer, listen
from .worker.dispatcher import Dispatcher

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..ledger.database.postgres import PostgresDatabase
    from .store.records import Event, NewRun, Stored
    from .triggers.project import Project
    from .worker.attempt import Settings

    Log = Callable[[str, str], object]


@dataclass(frozen=True)
class ServiceOptions:
    """What is served, and how.

    Attributes:
        project: The workflows.
        settings: How runs are performed.
        door: Who may come in.
        host: The address to listen on.
        port: The port; 0 for any free one.
        workers: How many worker processes there are; with 0 other machines perform the runs.
        app_ids: The apps that these workflows send with; an echo of another one is a human's. Empty where not known.
    """

    project: Project
    settings: Settings
    door: Door
    host: str = "127.0.0.1"
    port: int = 0
    workers: int = 2
    app_ids: tuple[str, ...] = ()


class Service:
    """One running service.

    Args:
        options: What is served, and how.
        log: Called with a level and a line.

    Attributes:
        project: The workflows; they may be replaced while the service runs.
        url: The address of the webhook.
        on_event: Called with each event that was stored, the runs that it starts, and what became of it.

    Raises:
        InputError: The database cannot be used, or the port is taken.
    """

    def __init__(self, options: ServiceOptions, log: Log) -> None:
        self.project = options.project
        self.on_event: Callable[[Event, Sequence[NewRun], Stored], object] = lambda event, runs, stored: None
        self._options = options
        self._log = log
        self._failed = False
        # The signals of an impatient user, and of `kill`, come to the thread that serves.
        self._signals = 0
        self._listener = listen(options.host, options.port)
        self._stores = []
        try:
            if not options.workers:
                _announce_runs(options.settings.database)
            for _ in range(3):
                self._stores.append(open_service_store(options.settings.database))
            spool = _spool(options)
        except BaseException:
            self._close()
            raise
        incoming, running, self._looking = self._stores
        scheduler = Scheduler(running, lambda: self.project, log)
        # Where other machines perform runs too, each leaves to them what it has in another version.
        shares = isinstance(running.announcer, JobQueue)
        self._dispatcher = Dispatcher(
            running,
            options.settings,
            options.workers,
            log,
            on_look=scheduler.look,
            on_failure=self._fail,
            versions=(lambda: self.project.versions) if shares else None,
        )
        self._jobs = (
            Listener(cast("PostgresDatabase", running.database), self._dispatcher.take)
            if shares and options.workers
            else None
        )
        self._intake = Intake(incoming, self._dispatcher.wake, spool, log)
        host, port = self._listener.getsockname()[:2]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}{options.door.path}"
        self.database = running.name

    def run(self, on_started: Callable[[], object] = lambda: None) -> bool:
        """Serve until SIGINT or SIGTERM; then let runs end, or hand them back.

        Args:
            on_started: Called in a thread once requests are taken.

        Returns:
            Whether it was stopped from outside; if not, no worker could be started.
        """
        app = build_app(
            self._options.door,
            arrive=self._arrive,
            store=self._intake.add,
            on_stored=lambda event, runs, stored: self.on_event(event, runs, stored),
            problems=self._problems,
            log=self._log,
        )
        self._server = WebServer(app, self._listener, on_started)
        before = {number: signal.signal(number, self._hear) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            self._dispatcher.start()
            self._intake.start()
            if self._jobs is not None:
                self._jobs.start()
            self._server.serve_until_stopped()
            self._intake.close()
            if self._jobs is not None:
                self._jobs.stop()
            self._dispatcher.stop()
            if self._jobs is not None:
                self._jobs.join()
            self._tell_end()
        finally:
            self._close()
            for number, handler in before.items():
                signal.signal(number, handler)
        return not self._failed

    def _arrive(self, event: Event, request: dict[str, Any]) -> tuple[Event, Sequence[NewRun]]:
        project = self.project
        return judged(event, project.people_rules, self._options.app_ids), runs_for(project, event, request)

    def _problems(self) -> list[str]:
        """Return why the service is not ready."""
        found = [] if self._dispatcher.is_ready else ["No worker is ready yet."]
        try:
            self._looking.runs.count_open()
        except AdaptorError:
            # Anybody may ask; only the log says which database, and why.
            found.append("The database does not answer.")
        return found

    def _hear(self, number: int, frame: Any) -> None:
        """Take a signal, which uvicorn passes on once it has stopped: after a second one runs are not waited for."""
        self._signals += 1
        # It may come before uvicorn listens to signals.
        self._server.should_exit = True
        if self._signals > 1:
            self._dispatcher.hurry()
        elif self._dispatcher.is_busy:
            self._log("info", "Runs that are under way may end. Interrupt again to stop them now: they go on later.")

    def _tell_end(self) -> None:
        try:
            count = self._looking.runs.count_open()[QUEUED]
        except AdaptorError:
            # The log has said why already.
            count = 0
        waiting = f" {count:,} run{' waits' if count == 1 else 's wait'} for the next start." if count else ""
        self._log("info", f"Stopped.{waiting}")

    def _fail(self) -> None:
        self._failed = True
        self._server.should_exit = True

    def _close(self) -> None:
        self._listener.close()
        for store in self._stores:
            store.close()


def _announce_runs(database: str) -> None:
    """Let runs be announced to the workers of other machines.

    Raises:
        InputError: There can be none: the database is a file, or the packages for it are not installed.
    """
    if "://" not in database:
        raise InputError(
            "Without workers of its own a server needs a database that other machines reach.",
            fix="Give --database postgresql://…, or leave --no-workers out.",
        )
    store = open_service_store(database)
    try:
        make_tables(cast("PostgresDatabase", store.database))
    finally:
        store.close()


def _spool(options: ServiceOptions) -> Spool | None:
    """Return the spool beside the project; None where the database is a file too, on the same disk.

    Raises:
        InputError: It cannot be written.
    """
    if "://" not in options.settings.database:
        return None
    folder = os.path.join(os.path.dirname(options.project.path), FOLDER)
    try:
        return Spool(folder)
    except OSError as cause:
        raise InputError(
            f"The folder {folder} cannot be written: {cause.strerror or cause}.",
            fix="It takes events while the database is down. Give this user the right to write there.",
        ) from None
