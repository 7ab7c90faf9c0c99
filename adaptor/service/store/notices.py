"""The table of notices that are still to be delivered: a run has failed for good, or a Page is paused.

A notice is recorded in the transaction of what it is about, so that a kill loses none. It holds no text; what it says
is read when it is delivered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...ledger.database.database import storable

if TYPE_CHECKING:
    from ...ledger.database.database import Database

#: The kinds of notices.
RUN_FAILED = "run_failed"
PAGE_PAUSED, PAGE_RESUMED, PAGE_WARNED = "page_paused", "page_resumed", "page_warned"
#: A notice that nobody has fetched for so long is dropped, as where no workflow names a target.
MOST_SECONDS = 86_400.0


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

    def take(self, seconds: float) -> Notice | None:
        """Return a notice that is due, or None. Nobody else gets it for a time: meanwhile it is delivered, or not.

        Args:
            seconds: How long a delivery may take.
        """
        database = self._database

        def work() -> Notice | None:
            database.run(f"DELETE FROM service_notices WHERE created < {database.clock} - ?", (MOST_SECONDS,))
            found = database.run(
                "SELECT n, kind, run, page, created, tries FROM service_notices "
                f"WHERE due <= {database.clock} ORDER BY n LIMIT 1{database.for_update}"
            ).fetchone()
            if found is None:
                return None
            database.run(f"UPDATE service_notices SET due = {database.clock} + ? WHERE n = ?", (seconds, found[0]))
            return Notice(*found)

        with database.reading():
            due = database.run(f"SELECT count(*) FROM service_notices WHERE due <= {database.clock}").fetchone()[0]
        return database.transact(work) if due else None

    def remove(self, notice: Notice) -> None:
        """Forget a notice: it was delivered, or is given up."""
        self._database.transact(lambda: self._database.run("DELETE FROM service_notices WHERE n = ?", (notice.n,)))

    def put_off(self, notice: Notice, seconds: float) -> None:
        """Let a notice that could not be delivered be due again later."""
        self._database.transact(
            lambda: self._database.run(
                f"UPDATE service_notices SET due = {self._database.clock} + ?, tries = tries + 1 WHERE n = ?",
                (seconds, notice.n),
            )
        )
