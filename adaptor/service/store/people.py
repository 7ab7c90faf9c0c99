"""The tables of people: when each of them last did something that lets the Page write, who wants no more messages, and
whom a human answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...core.errors import ABOUT_PERSON
from ...graph.answers.errors import RecipientUnavailable
from ...ledger.database.database import storable
from ...ledger.records import FAILED
from ...ledger.stop_list import UNAVAILABLE, is_stopped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...ledger.database.database import Database
    from .records import Event

#: Meta's field of the events that stop and resume a newsletter of the Page.
NEWSLETTERS = "messaging_optins"
#: The kind of an entry of the stop list that somebody has made on the command line.
BY_HAND = "by hand"

#: A run of a person waits for all older open runs of the person, but for those that are to begin later. Two servers may
#: queue runs at the same time, and the older one may be seen last: so it waits for a newer one too that is running
#: already.
OLDEST = (
    "(r.person IS NULL OR NOT EXISTS (SELECT 1 FROM service_runs AS o WHERE o.is_open = 1 AND o.person = r.person "
    "AND ((o.n < r.n AND (o.epoch > 0 OR o.due <= {clock})) OR (o.n > r.n AND o.status = 'running'))))"
)


class Stop(NamedTuple):
    """One entry of the stop list.

    Attributes:
        page: The id of the Page.
        psid: The person.
        kind: The webhook field of the event by which they stopped, `by hand`, or `unavailable`: Meta cannot reach them.
        since: When, in Unix seconds.
    """

    page: str
    psid: str
    kind: str
    since: float


def saw(database: Database, events: Sequence[Event]) -> None:
    """Record that people have done something after which the Page may write, inside a transaction.

    An event that comes late moves no time back. Who writes can be reached.
    """
    acts = [
        (storable(event.page), storable(event.psid), event.happened)
        for event in events
        if event.psid is not None and event.opens_window
    ]
    # In one order, so that no two transactions wait for each other.
    database.run_many(
        "INSERT INTO service_people (page, psid, last_message) VALUES (?, ?, ?) "
        "ON CONFLICT (page, psid) DO UPDATE SET last_message = excluded.last_message "
        "WHERE service_people.last_message < excluded.last_message",
        sorted(act for act in acts if act[2] is not None),
    )
    database.run_many(
        "DELETE FROM service_stops WHERE page = ? AND psid = ? AND kind = ?",
        sorted({(page, psid, UNAVAILABLE) for page, psid, _ in acts}),
    )


def heed_stop(database: Database, event: Event) -> None:
    """Put somebody who wants no more messages on the stop list, or take somebody off, inside a transaction.

    A newsletter that is wanted again undoes only that it was stopped, and nothing that the person wrote.
    """
    if event.psid is None or event.stops is None:
        return
    who = storable(event.page), storable(event.psid)
    if event.stops:
        _put_on(database, *who, event.kind, stronger=event.kind != NEWSLETTERS)
    elif event.kind == NEWSLETTERS:
        _take_off(database, *who, NEWSLETTERS)
    else:
        _take_off(database, *who)


def _put_on(database: Database, page: str, psid: str, kind: str, *, stronger: bool) -> None:
    """Put somebody on the stop list; a stronger kind replaces the one that is there."""
    newer = f"DO UPDATE SET kind = excluded.kind, since = {database.clock}" if stronger else "DO NOTHING"
    database.run(
        f"INSERT INTO service_stops (page, psid, since, kind) VALUES (?, ?, {database.clock}, ?) "
        f"ON CONFLICT (page, psid) {newer}",
        (page, psid, kind),
    )


def _take_off(database: Database, page: str, psid: str, kind: str | None = None) -> bool:
    """Take somebody off the stop list, or only where the entry is of a kind; return whether there was one."""
    only = "" if kind is None else " AND kind = ?"
    values = (page, psid) if kind is None else (page, psid, kind)
    return bool(database.run(f"DELETE FROM service_stops WHERE page = ? AND psid = ?{only}", values).rowcount)


def heed_pause(database: Database, event: Event) -> None:
    """Pause the answers to a person whom a human answers, inside a transaction.

    Meta's time counts where it is known, so that events that come from the spool later do what they would have done.
    """
    if event.psid is None or event.pauses <= 0:
        return
    begins = database.now() if event.happened is None else event.happened
    database.run(
        "INSERT INTO service_pauses (page, psid, ends) VALUES (?, ?, ?) "
        "ON CONFLICT (page, psid) DO UPDATE SET ends = excluded.ends WHERE service_pauses.ends < excluded.ends",
        (storable(event.page), storable(event.psid), begins + event.pauses),
    )


def is_paused(database: Database, event: Event) -> bool:
    """Whether a human answers the person of an event, inside a transaction."""
    if event.psid is None or event.kind == "message_echoes":
        return False
    found = database.run(
        "SELECT ends FROM service_pauses WHERE page = ? AND psid = ?", (storable(event.page), storable(event.psid))
    ).fetchone()
    return found is not None and (database.now() if event.happened is None else event.happened) < found[0]


class People:
    """The people who have written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last_message(self, page: str, psid: str) -> float | None:
        """Return when a person last wrote to a Page, in Unix seconds, or None."""
        with self._database.reading():
            found = self._database.run(
                "SELECT last_message FROM service_people WHERE page = ? AND psid = ?", (page, psid)
            ).fetchone()
        return None if found is None else float(found[0])

    def is_stopped(self, page: str, psid: str) -> bool:
        """Whether a person is on the stop list of a Page."""
        return is_stopped(self._database, page, psid)

    def block_unavailable(self, run: str) -> int:
        """Put those on the stop list whom Meta said a run cannot reach; return how many there were.

        Args:
            run: The id of a run in the ledger.
        """
        database = self._database

        def work() -> int:
            found = database.run(
                "SELECT DISTINCT w.page, t.page, w.recipient FROM writes AS w LEFT JOIN tokens AS t "
                "ON t.digest = w.page WHERE w.run = ? AND w.is_message = 1 AND w.outcome = ? AND w.about = ? "
                "AND w.error LIKE ?",
                (run, FAILED, ABOUT_PERSON, f'%"name":"{RecipientUnavailable.__name__}"%'),
            ).fetchall()
            people = {(known or name.rpartition("/")[2], psid) for name, known, psid in found if known or "/" in name}
            for page, psid in people:
                _put_on(database, page, psid, UNAVAILABLE, stronger=False)
            return len(people)

        return database.transact(work, durable=True)

    def stop(self, page: str, psid: str) -> None:
        """Put somebody on the stop list by hand."""
        who = storable(page), storable(psid)
        self._database.transact(lambda: _put_on(self._database, *who, BY_HAND, stronger=True), durable=True)

    def start(self, page: str, psid: str) -> bool:
        """Take somebody off the stop list by hand; return whether there was an entry."""
        who = storable(page), storable(psid)
        return self._database.transact(lambda: _take_off(self._database, *who), durable=True)

    def stopped(self) -> list[Stop]:
        """Return the stop list, newest entry first."""
        with self._database.reading():
            found = self._database.run(
                "SELECT page, psid, kind, since FROM service_stops ORDER BY since DESC, page, psid"
            ).fetchall()
        return [Stop(*each) for each in found]

    def pages(self) -> list[str]:
        """Return the Pages to which somebody has written, or which have a stop list."""
        with self._database.reading():
            found = self._database.run(
                "SELECT DISTINCT page FROM service_people UNION SELECT DISTINCT page FROM service_stops ORDER BY 1"
            ).fetchall()
        return [page for (page,) in found]
