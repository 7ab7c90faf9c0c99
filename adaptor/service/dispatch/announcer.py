"""Who is told that a run was queued. On one machine nobody has to be: the server wakes its own dispatcher."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...ledger.database.postgres import PostgresDatabase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...ledger.database.database import Database


class Announcer:
    """Announces queued runs to nobody: dispatchers look at the rows about once a second."""

    def announce(self, runs: Sequence[str], *, is_answer: bool = True) -> None:
        """Announce runs, inside the transaction that queues them. A run is performed even if this is lost.

        Args:
            runs: Their ids.
            is_answer: Somebody waits for them: they come before those for which nobody does.
        """


def announcer_of(database: Database) -> Announcer:
    """Return what announces runs in a database: the job queue where one was made there, see `make_tables`."""
    if isinstance(database, PostgresDatabase):
        from .job_queue import JobQueue, has_tables

        if has_tables(database):
            return JobQueue(database)
    return Announcer()
