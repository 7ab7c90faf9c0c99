"""What the status page and the metrics show: figures over the newest rows, however many there are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ...ledger.database.database import from_text, placeholders
from .records import QUEUED, RUNNING, WAITING, run_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...ledger.database.database import Database

#: So many rows are looked at, from the newest on.
WINDOW = 20_000
_GRAPH_PREFIX = re.compile(r"^.*/")


class Thread(NamedTuple):
    """The events of one person with a Page.

    Attributes:
        page: The id of the Page.
        psid: The person.
        events: How many events there are.
        last: When the last one came, in Unix seconds.
        is_stopped: The person is on the stop list.
        paused_until: A human answers until then, in Unix seconds; None where nobody does.
    """

    page: str
    psid: str
    events: int
    last: float
    is_stopped: bool
    paused_until: float | None


class Entry(NamedTuple):
    """One event or run of a thread.

    Attributes:
        moment: When, in Unix seconds.
        what: The kind of the event, or the step with which the run starts.
        run: The id of the run; None for an event.
        status: The run's status; empty for an event.
        facts: The facts of the event; None for a run.
    """

    moment: float
    what: str
    run: str | None
    status: str
    facts: dict[str, Any] | None


class Pace(NamedTuple):
    """How a Page is doing.

    Attributes:
        page: Its id.
        events: How many of its events came within the last hour.
        waits: In how many seconds its next message may be sent; 0 where at once.
        is_stopped: Meta has asked for a pause.
    """

    page: str
    events: int
    waits: float
    is_stopped: bool


class Overview:
    """Reads the tables for people."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open_runs(self) -> tuple[dict[str, int], float]:
        """Return how many runs are open or wait, by status, and for how long the oldest one that is due has waited."""
        database = self._database
        with database.reading():
            found = database.run(
                "SELECT status, count(*) FROM service_runs WHERE is_open = 1 GROUP BY status"
            ).fetchall()
            waiting = database.run("SELECT count(*) FROM service_runs WHERE status = 'waiting'").fetchone()[0]
            oldest = database.run(
                f"SELECT {database.clock} - min(due) FROM service_runs WHERE is_open = 1 AND status = ?", (QUEUED,)
            ).fetchone()[0]
        counts = {QUEUED: 0, RUNNING: 0, **{status: int(count) for status, count in found}, WAITING: int(waiting)}
        return counts, max(0.0, float(oldest or 0.0))

    def statuses(self) -> dict[str, tuple[str, str, int, str | None]]:
        """Return the name, status, attempts and error of the 500 newest runs, and of all that are open."""
        with self._database.reading():
            found = self._database.run(
                "SELECT id, workflow, start, status, epoch, error FROM service_runs "
                "WHERE is_open = 1 OR n > (SELECT coalesce(max(n), 0) FROM service_runs) - 500 ORDER BY n"
            ).fetchall()
        return {
            id_: (run_name(workflow, start), status, int(epoch), error)
            for id_, workflow, start, status, epoch, error in found
        }

    def status_of(self, run: str) -> str:
        """Return the status of a run; an empty text where there is none."""
        with self._database.reading():
            found = self._database.run("SELECT status FROM service_runs WHERE id = ?", (run,)).fetchone()
        return "" if found is None else str(found[0])

    def ended_runs(self) -> dict[str, int]:
        """Return how many of the newest runs have ended, by status."""
        with self._database.reading():
            found = self._database.run(
                "SELECT status, count(*) FROM service_runs WHERE is_open = 0 AND status <> ? "
                "AND n > (SELECT coalesce(max(n), 0) FROM service_runs) - ? GROUP BY status",
                (WAITING, WINDOW),
            ).fetchall()
        return {status: int(count) for status, count in found}

    def threads(self) -> list[Thread]:
        """Return the 50 people who had the newest events, the newest first."""
        database = self._database
        with database.reading():
            found = database.run(
                "SELECT e.page, e.person, count(*), max(e.received), "
                "(SELECT count(*) FROM service_stops AS s WHERE s.page = e.page AND s.psid = e.person), "
                f"(SELECT max(p.ends) FROM service_pauses AS p WHERE p.page = e.page AND p.psid = e.person "
                f"AND p.ends > {database.clock}) FROM service_events AS e WHERE e.person IS NOT NULL "
                "AND e.n > (SELECT coalesce(max(n), 0) FROM service_events) - ? "
                "GROUP BY e.page, e.person ORDER BY max(e.n) DESC LIMIT 50",
                (WINDOW,),
            ).fetchall()
        return [
            Thread(page, psid, int(count), float(last), bool(stopped), None if until is None else float(until))
            for page, psid, count, last, stopped, until in found
        ]

    def thread(self, page: str, psid: str, most: int = 100) -> list[Entry]:
        """Return the newest events and runs of a person, the newest first."""
        database = self._database
        with database.reading():
            events = database.run(
                "SELECT received, kind, facts FROM service_events WHERE page = ? AND person = ? "
                "AND n > (SELECT coalesce(max(n), 0) FROM service_events) - ? ORDER BY n DESC LIMIT ?",
                (page, psid, WINDOW, most),
            ).fetchall()
            runs = database.run(
                "SELECT queued, workflow, start, id, status FROM service_runs WHERE person = ? "
                "AND n > (SELECT coalesce(max(n), 0) FROM service_runs) - ? ORDER BY n DESC LIMIT ?",
                (f"{page}/{psid}", WINDOW, most),
            ).fetchall()
        entries = [Entry(float(at), kind, None, "", from_text(facts)) for at, kind, facts in events]
        entries += [
            Entry(float(at), run_name(workflow, start), id_, status, None) for at, workflow, start, id_, status in runs
        ]
        return sorted(entries, key=lambda entry: entry.moment, reverse=True)[:most]

    def pace(self) -> list[Pace]:
        """Return how the Pages are doing, those with the most events first."""
        database = self._database
        with database.reading():
            events = database.run(
                "SELECT page, count(*) FROM service_events WHERE page <> '' "
                "AND n > (SELECT coalesce(max(n), 0) FROM service_events) - ? "
                f"AND received > {database.clock} - 3600 GROUP BY page",
                (WINDOW,),
            ).fetchall()
            lanes = database.run("SELECT page, lane, free_at FROM pages").fetchall()
            now = database.ticks()
        counts = {str(page): int(count) for page, count in events}
        waits: dict[str, float] = {}
        stopped = set()
        for address, lane, free_at in lanes:
            # The ledger knows a Page by Graph's address and its id.
            page = _GRAPH_PREFIX.sub("", address)
            waits[page] = max(waits.get(page, 0.0), float(free_at) - now)
            if lane == "stop" and free_at > now:
                stopped.add(page)
        names = sorted({*counts, *waits}, key=lambda page: (-counts.get(page, 0), page))
        return [Pace(page, counts.get(page, 0), max(0.0, waits.get(page, 0.0)), page in stopped) for page in names]


def waiting_runs(database: Database, runs: Sequence[str]) -> set[str]:
    """Return those of these runs that wait for a person's answer; none where nothing is served.

    Args:
        database: The database of a ledger.
        runs: Ids of runs.
    """
    with database.reading():
        if not runs or not database.has_table("service_runs"):
            return set()
        found = database.run(
            f"SELECT id FROM service_runs WHERE status = ? AND id IN ({placeholders(runs)})", (WAITING, *runs)
        ).fetchall()
    return {id_ for (id_,) in found}
