"""The service as a whole: what comes in is stored, starts runs, and workers perform them. One process, and its workers.

A kill at any moment loses nothing that was answered with 200: the event and its runs are in the database by then, and
the next start continues them.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from ..core.errors import AdaptorError, InputError
from ..ledger.database.sqlite import FOLDER
from .dispatch.listener import Listener
from .dispatch.procrastinate_jobs import JobQueue, make_tables
from .inbox.intake import Intake
from .inbox.spool import Spool
from .notices.sender import NoticeSender
from .schedules.scheduler import Scheduler
from .store.store import open_service_store
from .triggers.judgement import judged
from .triggers.runs import runs_for
from .triggers.served_file import serve_alone
from .web.app import build_app
from .web.callers import Callers
from .web.calls import Calls
from .web.meta import Webhooks
from .web.metrics import Metrics
from .web.replies import REPLY_SECONDS, Replies
from .web.server import WebServer, listen
from .web.session import Guard
from .web.status import PATH as STATUS_PATH, StatusOptions, StatusPage
from .web.tracing import record_run
from .worker.dispatcher import Dispatcher
from .worker.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import IO

    from ..ledger.database.postgres import PostgresDatabase
    from ..runner.load.triggers.notices import NoticeTarget
    from .store.records import Event, NewRun, RunRow, Stored
    from .triggers.project import Project
    from .web.meta import Door
    from .worker.attempt import Settings
    from .worker.outcome import Outcome

    Log = Callable[[str, str], object]


@dataclass(frozen=True)
class ServiceOptions:
    """What is served, and how.

    Attributes:
        project: The workflows.
        settings: How runs are performed.
        doors: Who may come in from Meta, and where.
        host: The address to listen on.
        port: The port; 0 for any free one.
        workers: How many worker processes there are; with 0 other machines perform the runs.
        app_ids: The apps that these workflows send with; an echo of another one is a human's. Empty where not known.
        tokens: A digest of the tokens of the credentials.
        notify: Where notices go, in place of what the workflows say; or None.
        callers: Returns who may call triggers with a `custom_path`, given the name of a configuration, or None for all.
        reply_seconds: How long such a caller waits for a run.
        status_token: Who has it may see the status page; None: there is no page.
        status_hosts: Names of this server in addresses of the status page, beside its own.
        shows_texts: The status page shows what people wrote.
    """

    project: Project
    settings: Settings
    doors: tuple[Door, ...]
    host: str = "127.0.0.1"
    port: int = 0
    workers: int = 2
    app_ids: tuple[str, ...] = ()
    tokens: str = ""
    notify: NoticeTarget | None = None
    callers: Callable[[str | None], Callers] = lambda name: Callers()
    reply_seconds: float = REPLY_SECONDS
    status_token: str | None = field(default=None, repr=False)
    status_hosts: tuple[str, ...] = ()
    shows_texts: bool = False


class Service:
    """One running service.

    Args:
        options: What is served, and how.
        log: Called with a level and a line.

    Attributes:
        project: The workflows; they may be replaced while the service runs.
        url: The address of the webhook; the first one, where there are several.
        urls: The addresses of all webhooks.
        status_url: The address of the status page, or None.
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
        self._lock: IO[str] | None = None
        try:
            if not options.workers:
                _announce_runs(options.settings.database)
            for _ in range(6):
                self._stores.append(open_service_store(options.settings.database))
            self._lock = serve_alone(options.settings.database, options.project.path)
            spool = _spool(options)
        except BaseException:
            self._close()
            raise
        incoming, running, self._looking, noticing, self._shown, waiting = self._stores
        scheduler = Scheduler(running, lambda: self.project, log)
        # Where other machines perform runs too, each leaves to them what it has in another version.
        shares = isinstance(running.announcer, JobQueue)
        self._dispatcher = Dispatcher(
            running,
            options.settings,
            options.workers,
            log,
            # What it does not send itself says nothing about the tokens of those that do.
            Policy(running, lambda: self.project.quiet_hours, options.tokens if options.workers else "", log),
            on_tick=scheduler.queue_due,
            on_failure=self._fail,
            on_end=self._ended,
            versions=(lambda: self.project.versions) if shares else None,
            project=lambda: self.project.name,
        )
        self._jobs = (
            Listener(cast("PostgresDatabase", running.database), self._dispatcher.take)
            if shares and options.workers
            else None
        )
        self._notices = NoticeSender(
            noticing, lambda: self.project, options.notify, log, is_alone=bool(options.workers) and not shares
        )
        self._intake = Intake(incoming, self._dispatcher.wake, spool, log)
        self._spool = spool
        self._metrics = Metrics(self._gauges)
        self._replies = Replies(waiting)
        host, port = self._listener.getsockname()[:2]
        self._hosts = [f"[{host}]" if ":" in host else host, "localhost", "127.0.0.1", "[::1]", *options.status_hosts]
        address = f"http://{self._hosts[0]}:{port}"
        self.urls = [address + door.path for door in options.doors]
        self.url = self.urls[0]
        self.status_url = None if options.status_token is None else address + STATUS_PATH
        self.database = running.name

    def run(self, on_started: Callable[[], object] = lambda: None) -> bool:
        """Serve until SIGINT or SIGTERM; then let runs end, or hand them back.

        Args:
            on_started: Called in a thread once requests are taken.

        Returns:
            Whether it was stopped from outside; if not, no worker could be started.
        """
        app = build_app(self._routes(), problems=self._problems, log=self._log, metrics=self._metrics)
        self._server = WebServer(app, self._listener, on_started, self._replies.stop)
        before = {number: signal.signal(number, self._hear) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            self._dispatcher.start()
            self._intake.start()
            self._notices.start()
            if self._jobs is not None:
                self._jobs.start()
            self._server.serve_until_stopped()
            self._intake.close()
            if self._jobs is not None:
                self._jobs.stop()
            self._dispatcher.stop()
            self._notices.close()
            if self._jobs is not None:
                self._jobs.join()
            self._log("info", f"Stopped. {self._looking.runs.queued_in_words('the next start')}".rstrip())
        finally:
            self._close()
            for number, handler in before.items():
                signal.signal(number, handler)
        return not self._failed

    def _routes(self) -> list[Any]:
        options, log = self._options, self._log
        webhooks = Webhooks(
            options.doors,
            arrive=self._arrive,
            store=self._intake.add,
            on_stored=lambda event, runs, stored: self.on_event(event, runs, stored),
            log=log,
            metrics=self._metrics,
        )
        calls = Calls(
            project=lambda: self.project,
            callers=options.callers,
            store=self._intake.add,
            find=lambda kind, mid: self._shown.events.facts_of("", kind, mid),
            replies=self._replies,
            log=log,
            seconds=options.reply_seconds,
        )
        status = StatusPage(
            StatusOptions(os.path.basename(options.project.path), options.shows_texts),
            None if options.status_token is None else Guard(options.status_token, self._hosts),
            self._shown,
            self._metrics,
            problems=self._problems,
            wake=self._dispatcher.wake,
            log=log,
        )
        return [*webhooks.routes(), *calls.routes(), *status.routes()]

    def _ended(self, run: RunRow, outcome: Outcome, status: str) -> None:
        self._metrics.count_attempt(status)
        record_run(run, status, outcome.exit_code)

    def _gauges(self) -> dict[str, float | dict[str, float]]:
        """Return the state of things for Prometheus.

        Raises:
            LedgerError: The database does not answer.
        """
        counts, oldest = self._looking.overview.open_runs()
        return {
            "adaptor_database_up": 1.0,
            "adaptor_runs": {status: float(count) for status, count in counts.items()},
            "adaptor_oldest_due_run_age_seconds": oldest,
            "adaptor_workers": float(self._dispatcher.ready_count),
            "adaptor_spool_bytes": float(0 if self._spool is None else self._spool.size),
        }

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

    def _fail(self) -> None:
        self._failed = True
        self._server.should_exit = True

    def _close(self) -> None:
        self._listener.close()
        for store in self._stores:
            store.close()
        if self._lock is not None:
            self._lock.close()


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
