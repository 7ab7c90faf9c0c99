"""The table of notices that are still to be delivered: a run has failed for good, or a Page is paused.

A notice is recorded in the transaction of what it is about, so that a kill loses none. It holds no text; what it says
is read when it is delivered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...ledger.database.database import storable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...ledger.database.database import Database

#: The kinds of notices.
RUN_FAILED = "run_failed"
PAGE_PAUSED, PAGE_RESUMED, PAGE_WARNED = "page_paused", "page_resumed", "page_warned"
#: A notice that nobody has fetched for so long is dropped, as where no workflow names a target.
MOST_SECONDS = 86_400.0
#: How many are taken at once.
_MOST_AT_ONCE = 500


class Notice(NamedTuple):
    """One notice.

    Attributes:
        n: Its number.
        kind: One of the kinds above.
        run: The id of the run that it is about, or None.
        page: The id of the Page, or None.
        created: When it happened, in Unix seconds.
        tries: How often a delivery has failed.
    """

    n: int
    kind: str
    run: str | None
    page: str | None
    created: float
    tries: int


def record_notice(database: Database, kind: str, *, run: str | None = None, page: str | None = None) -> None:
    """Record a notice, inside a transaction."""
    database.run(
        "INSERT INTO service_notices (kind, run, page, created, due) "
        f"VALUES (?, ?, ?, {database.clock}, {database.clock})",
        (kind, run, None if page is None else storable(page)),
    )


class Notices:
    """The notices that are still to be delivered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, seconds: float, age: float = 0.0, project: str | None = None) -> list[Notice]:
        """Return the notices that are due. Nobody else gets them for a time: meanwhile they are delivered, or not.

        Args:
            seconds: How long the deliveries may take.
            age: Only those that have been due for so many seconds: others had the time to take them.
            project: Only those about runs of the file with this name, and those about Pages; None is all.
        """
        database = self._database
        of_others = (
            ""
            if project is None
            else " AND NOT EXISTS (SELECT 1 FROM service_runs AS r WHERE r.id = run AND r.project NOT IN (?, ''))"
        )
        values = () if project is None else (storable(project),)

        def work() -> list[Notice]:
            self._drop_old()
            found = database.run(
                "SELECT n, kind, run, page, created, tries FROM service_notices "
                f"WHERE due <= {database.clock} - ?{of_others} ORDER BY n LIMIT ?{database.for_update}",
                (age, *values, _MOST_AT_ONCE),
            ).fetchall()
            for n, *_ in found:
                database.run(f"UPDATE service_notices SET due = {database.clock} + ? WHERE n = ?", (seconds, n))
            return [Notice(*each) for each in found]

        with database.reading():
            due = database.run(
                f"SELECT 1 FROM service_notices WHERE due <= {database.clock} - ?{of_others} LIMIT 1", (age, *values)
            ).fetchone()
        return database.transact(work) if due is not None else []

    def drop_old(self) -> None:
        """Forget the notices that nobody has fetched for a day."""
        database = self._database
        with database.reading():
            old = database.run(
                f"SELECT 1 FROM service_notices WHERE created < {database.clock} - ? LIMIT 1", (MOST_SECONDS,)
            ).fetchone()
        if old is not None:
            database.transact(self._drop_old)

    def _drop_old(self) -> None:
        self._database.run(f"DELETE FROM service_notices WHERE created < {self._database.clock} - ?", (MOST_SECONDS,))

    def remove(self, notices: Sequence[Notice]) -> None:
        """Forget notices: they were delivered, or are given up."""
        self._change("DELETE FROM service_notices WHERE n = ?", notices)

    def put_off(self, notices: Sequence[Notice], seconds: float) -> None:
        """Let notices that could not be delivered be due again later."""
        change = f"UPDATE service_notices SET due = {self._database.clock} + ?, tries = tries + 1 WHERE n = ?"
        self._change(change, notices, seconds)

    def _change(self, change: str, notices: Sequence[Notice], *values: float) -> None:
        rows = [(*values, notice.n) for notice in notices]
        self._database.transact(lambda: self._database.run_many(change, rows))
