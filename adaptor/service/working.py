"""A machine that performs runs and takes nothing in: it shares a PostgreSQL with servers and with other workers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from ..runner.execution.signals import StopSignals
from .dispatch.listener import Listener
from .dispatch.procrastinate_jobs import make_tables
from .notices.sender import NoticeSender
from .store.store import open_service_store
from .triggers.versions import Versions
from .worker.dispatcher import Dispatcher
from .worker.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..ledger.database.postgres import PostgresDatabase
    from ..runner.load.triggers.notices import NoticeTarget
    from .triggers.project import Project
    from .worker.attempt import Settings

    Log = Callable[[str, str], object]


@dataclass(frozen=True)
class WorkingOptions:
    """What is performed, and how.

    Attributes:
        project: The workflows that this machine has.
        settings: How runs are performed; the database is PostgreSQL.
        workers: How many worker processes there are.
        tokens: A digest of the tokens of the credentials.
        notify: Where notices go that no server delivers, in place of what the workflows say; or None.
    """

    project: Project
    settings: Settings
    workers: int = 2
    tokens: str = ""
    notify: NoticeTarget | None = None


class WorkingMachine:
    """Performs runs that servers, schedules and `adaptor submit` have queued, whichever machine queued them.

    Args:
        options: What is performed, and how.
        log: Called with a level and a line.

    Attributes:
        database: What the database is called in messages, without a password.

    Raises:
        InputError: The database cannot be used.
    """

    def __init__(self, options: WorkingOptions, log: Log) -> None:
        self._log = log
        self._signals = 0
        self._failed = False
        self._stop = StopSignals(self._hear)
        self._stores = [open_service_store(options.settings.database)]
        self._store = self._stores[0]
        try:
            database = cast("PostgresDatabase", self._store.database)
            make_tables(database)
            versions = Versions(options.project, log)
            self._dispatcher = Dispatcher(
                self._store,
                options.settings,
                options.workers,
                log,
                Policy(self._store, lambda: versions.project.quiet_hours, options.tokens, log),
                on_failure=self._fail,
                versions=versions.look,
            )
            self._listener = Listener(database, self._dispatcher.take)
            self._stores.append(open_service_store(options.settings.database))
            self._notices = NoticeSender(self._stores[1], lambda: versions.project, options.notify, log, stands_in=True)
        except BaseException:
            self._close()
            raise
        self.database = self._store.name

    def run(self, on_started: Callable[[], object] = lambda: None) -> bool:
        """Perform runs until SIGINT or SIGTERM; then let runs end, or hand them back.

        Args:
            on_started: Called once runs are looked for.

        Returns:
            Whether it was stopped from outside; if not, no worker could be started.
        """
        with self._stop:
            try:
                self._dispatcher.start()
                self._listener.start()
                self._notices.start()
                on_started()
                self._stop.wait()
                self._listener.stop()
                self._dispatcher.stop()
                self._notices.close()
                self._listener.join()
                self._log("info", f"Stopped. {self._store.runs.queued_in_words('other workers')}".rstrip())
            finally:
                self._close()
        return not self._failed

    def _close(self) -> None:
        for store in self._stores:
            store.close()

    def _hear(self, number: int) -> None:
        self._signals += 1
        if self._signals > 1:
            self._dispatcher.hurry()
        elif self._dispatcher.is_busy:
            self._log("info", "Runs that are under way may end. Interrupt again to hand them back now.")

    def _fail(self) -> None:
        self._failed = True
        self._stop.end()
