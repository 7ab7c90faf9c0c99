"""Procrastinate's queue as a way to wake workers: a job for each queued run, in the transaction that queues the run.

A job holds the id of a run and nothing else. A job that is lost, stuck or doubled costs time only, since every
dispatcher looks at the rows of the runs too. So a job has no `lock`, which would wait behind jobs that are scheduled
for later, and no `queueing_lock`, with which a stalled job cannot be queued again. The order of a person's runs,
delays, schedules and the takeover of a dead worker's runs are decided by the rows.

Source: https://procrastinate.readthedocs.io/en/stable/ (release 3.10.0, checked 2026-11-28).
"""

from __future__ import annotations

import functools
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ...core.errors import InputError
from ...ledger.database.postgres import SCHEMA, PostgresDatabase
from .announcer import Announcer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from procrastinate import App
    from procrastinate.types import JSONDict

    from ...ledger.database.database import Database

#: The queue and the task of the jobs.
QUEUE = "adaptor"
TASK = "adaptor.run"
#: How long a queue that could not be used is left alone: its tables may be about to be brought up to date.
_PAUSE_SECONDS = 60.0
#: A table of theirs; its comment names the release whose tables these are.
_TABLE = "procrastinate_jobs"


class JobQueue(Announcer):
    """Announces queued runs by jobs.

    Args:
        database: The database of the runs, whose transactions the jobs belong to.
    """

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._is_installed = is_installed()
        self._usable_from = 0.0

    def announce(self, runs: Sequence[str], *, is_answer: bool = True) -> None:
        """Queue a job for each run, inside the transaction that queues the runs."""
        if not runs or not self._is_installed or time.monotonic() < self._usable_from:
            return
        import psycopg
        from procrastinate import exceptions

        connection = self._database.connection
        try:
            # A savepoint: what is wrong with the queue must not keep a run from being queued.
            with connection.transaction():
                deferrer = _app().configure_task(
                    TASK, queue=QUEUE, priority=int(is_answer), connection=connection, lock=None, queueing_lock=None
                )
                jobs: list[JSONDict] = [{"run": run} for run in runs]
                deferrer.batch_defer(*jobs)
        except exceptions.ConnectorException as fault:
            cause = fault.__cause__
            if isinstance(cause, psycopg.OperationalError):
                # The database itself: the transaction fails, and with it what is queued.
                raise cause from None
            # Until then others find the runs about a second later.
            self._usable_from = time.monotonic() + _PAUSE_SECONDS


@functools.cache
def _app() -> App:
    """Return the application by which jobs are queued; it opens no connection of its own."""
    from procrastinate import App, SyncPsycopgConnector

    return App(connector=SyncPsycopgConnector())


def is_installed() -> bool:
    """Whether the packages of the extra are installed."""
    from importlib.util import find_spec

    return all(find_spec(name) is not None for name in ("procrastinate", "psycopg_pool"))


def announcer_of(database: Database) -> Announcer:
    """Return what announces runs in a database: the queue where its tables were made there, see `make_tables`."""
    if isinstance(database, PostgresDatabase):
        with database.reading():
            if database.has_table(_TABLE):
                return JobQueue(database)
    return Announcer()


def make_tables(database: PostgresDatabase) -> None:
    """Make the tables of the queue, or bring them up to date, so that runs are announced to workers everywhere.

    Raises:
        InputError: The packages of the extra are not installed.
    """
    if not is_installed():
        raise InputError(
            "Workers on many machines need the package procrastinate, which is not installed.",
            fix="Install it: pip install 'facebook-adaptor[cluster]', or in a checkout of it: pip install '.[cluster]'",
        )
    from procrastinate import __version__
    from procrastinate.schema import SchemaManager

    with database.transaction(durable=True):
        database.lock_names(["job queue tables"])
        found = _version(database)
        if found is None:
            _execute(database, SchemaManager.get_schema())
        elif found < _numbers(__version__):
            folder = Path(SchemaManager.get_migrations_path())
            for path in sorted(folder.glob("*.sql")):
                if _numbers(path.name) > found:
                    _execute(database, path.read_text(encoding="utf-8"))
        if found is None or found < _numbers(__version__):
            database.run(f"COMMENT ON TABLE {_TABLE} IS '{'.'.join(map(str, _numbers(__version__)))}'")


def _version(database: PostgresDatabase) -> tuple[int, ...] | None:
    """Return the release whose tables these are, or None where there are none."""
    # Not by `has_table`: that may answer by what this connection has seen before another process made the tables.
    found = database.run(
        "SELECT obj_description(oid, 'pg_class') FROM pg_class WHERE relname = ? AND relnamespace = to_regnamespace(?)",
        (_TABLE, SCHEMA),
    ).fetchone()
    return None if found is None else _numbers(found[0] or "")


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a release; those of a migration's file name are the release that it leads to."""
    return tuple(map(int, re.findall(r"\d+", version)[:3]))


def _execute(database: PostgresDatabase, sql: str) -> None:
    # Their own text, with several statements: it has no parameters, so `?` and `%` in it mean what they say.
    database.connection.execute(cast(Any, sql), prepare=False)
