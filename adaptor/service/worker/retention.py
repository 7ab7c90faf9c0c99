"""The retention time, kept once a day: the service's own tables, and the ledger."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ...runner.execution.recording.retention import retention_days
from ..store.retention import forget_older
from ..store.run_log import RunLog

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..store.store import ServiceStore

_DAY = 86_400.0


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

    def look(self) -> None:
        """Forget what is too old, if a day has passed since the last time."""
        if self._days is None or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _DAY
        count = forget_older(self._store.database, self._days * _DAY)
        runs = self._store.ledger.runs.purge_older(self._days * _DAY, finished=True)
        if self._run_log is not None:
            oldest = time.time() - self._days * _DAY
            RunLog(self._run_log).forget(lambda line: float(line.get("time") or 0.0) >= oldest)
        if count or runs:
            what = f"{count:,} events and runs, and the people of {len(runs):,} runs in the ledger"
            self._log("info", f"Older than {self._days:g} days, and removed: {what}.")
