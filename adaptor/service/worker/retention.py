"""The retention time, kept once a day: the service's own tables, and the ledger."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from ...runner.execution.recording.retention import retention_days
from ..store.retention import forget_in_parts, unfinished_runs
from .run_log import RunLog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..store.store import ServiceStore

_DAY = 86_400.0
#: How long one look may take, about once a second: a day of a busy Page takes minutes, and people wait for answers.
_SLICE_SECONDS = 0.1
#: A larger file is not rewritten while the service runs: nobody can write meanwhile, about a second for so much.
MOST_CLEANED_BYTES = 64 * 1024 * 1024


class Retention:
    """Forgets people whose events and runs are older than `ADAPTOR_RETENTION_DAYS`; without it, nobody.

    Args:
        store: The tables.
        log: Called with a level and a line.
        run_log: The file with the log lines of runs, or None.

    Raises:
        InputError: The environment variable is no number of days.
    """

    def __init__(self, store: ServiceStore, log: Callable[[str, str], object], run_log: str | None = None) -> None:
        self._store = store
        self._log = log
        self._run_log = run_log
        self._days = retention_days()
        self._next = 0.0
        #: What is left to do of today.
        self._rest: Iterator[None] | None = None

    def forget_when_due(self) -> None:
        """Forget what is too old, a part each time, if a day has passed since it was begun last.

        Raises:
            LedgerError: The database cannot be used. What is left is forgotten a day later, or after the next start.
        """
        if self._rest is None:
            if self._days is None or time.monotonic() < self._next:
                return
            self._next = time.monotonic() + _DAY
            self._rest = self._forget(self._days * _DAY)
        until = time.monotonic() + _SLICE_SECONDS
        try:
            for _ in self._rest:
                if time.monotonic() >= until:
                    return
        except BaseException:
            self._rest = None
            raise
        self._rest = None

    def _clean_up(self) -> None:
        """Remove the copies of deleted values from a file; a large one is not locked while people wait."""
        database = self._store.database
        try:
            size = os.path.getsize(database.name)
        except OSError:
            # It is no file.
            size = 0
        if size <= MOST_CLEANED_BYTES:
            database.clean_up()
        else:
            what = (
                f"{database.name} is larger than {MOST_CLEANED_BYTES >> 20} MiB: parts of what was removed may be in it"
            )
            how = "until you stop the service for a moment and run adaptor runs purge --older-than 3650d --yes."
            self._log("info", f"{what} {how}")

    def _forget(self, seconds: float) -> Iterator[None]:
        """Forget what is too old, in short transactions."""
        database, runs = self._store.database, self._store.ledger.runs
        # Of the runs that failed, too: after this nobody can retry them.
        old = [*runs.older(seconds, finished=True), *unfinished_runs(database, seconds)]
        for run in old:
            runs.purge(run, clean_up=False)
            yield
        count = 0
        for removed in forget_in_parts(database, seconds):
            count += removed
            yield
        if old:
            self._clean_up()
        if self._run_log is not None:
            oldest = time.time() - seconds
            RunLog(self._run_log).forget(lambda line: float(line.get("time") or 0.0) >= oldest)
        if count or old:
            what = f"{count:,} events and runs, and the people of {len(old):,} runs in the ledger"
            self._log("info", f"Older than {seconds / _DAY:g} days, and removed: {what}.")
