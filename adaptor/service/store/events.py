"""The table of events: each is stored once, in the transaction that queues its runs.

The echo of a message that the ledger calls unknown says that it was sent: it is settled at once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...ledger.claims.write_id import is_write_id
from ...ledger.database.database import from_text, storable, to_text
from ...ledger.records import sent
from .answers import ANSWERS, cancel_answers, lock_answers, offer_answer
from .page_pauses import heed_policy
from .people import heed_pause, heed_stop, is_paused, saw
from .receipts import receive_receipt
from .records import Stored
from .runs import queue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...ledger.claims.writes import Writes
    from ...ledger.database.database import Database
    from ..dispatch.announcer import Announcer
    from .records import Arrivals, Event, NewRun

#: Why a run was cancelled.
PAUSED = "A human answers this person, so the workflow does not."


class Events:
    """The events of all Pages."""

    def __init__(self, database: Database, writes: Writes, announcer: Announcer) -> None:
        self._database = database
        self._writes = writes
        self._announcer = announcer

    def store(self, arrivals: Arrivals) -> list[Stored]:
        """Store events and queue their runs, durably and all together.

        Args:
            arrivals: Events, each with the runs that it starts.

        Returns:
            Of each event what became of it. One that was stored before queues nothing.

        Raises:
            LedgerError: The database cannot be written. Nothing of it was stored.
        """
        database = self._database

        def work() -> list[Stored]:
            lock_answers(database, (event.person for event, _ in arrivals if event.person and event.kind in ANSWERS))
            are_new = self._insert([event for event, _ in arrivals])
            new_events = [event for (event, _), is_new in zip(arrivals, are_new, strict=True) if is_new]
            saw(database, new_events)
            outcomes = [
                self._heed(*arrival) if is_new else Stored.BEFORE
                for arrival, is_new in zip(arrivals, are_new, strict=True)
            ]
            new = zip(arrivals, outcomes, strict=True)
            self._announcer.announce([run.id for (_, runs), stored in new if stored == Stored.NEW for run in runs])
            return outcomes

        return database.transact(work, durable=True)

    def _insert(self, events: Sequence[Event]) -> list[bool]:
        """Store events, and return of each whether it is new."""
        changed = self._database.run_each(
            "INSERT INTO service_events (page, kind, mid, person, happened, received, facts) "
            f"VALUES (?, ?, ?, ?, ?, {self._database.clock}, ?) ON CONFLICT (page, kind, mid) DO NOTHING",
            [
                (
                    storable(event.page),
                    storable(event.kind),
                    storable(event.mid),
                    None if event.psid is None else storable(event.psid),
                    event.happened,
                    to_text(event.facts),
                )
                for event in events
            ],
        )
        return [bool(count) for count in changed]

    def _heed(self, event: Event, runs: Sequence[NewRun]) -> Stored:
        """Do what a new event means for its person and its Page, and queue its runs."""
        database = self._database
        heed_stop(database, event)
        heed_pause(database, event)
        heed_policy(database, event)
        receive_receipt(database, event)
        self._settle(event)
        if event.pauses and event.person is not None:
            cancel_answers(database, event.person, PAUSED)
        if (runs or event.kind in ANSWERS) and is_paused(database, event):
            queue(database, runs, cancelled=PAUSED)
            return Stored.PAUSED
        is_answer, others = offer_answer(database, event, runs)
        if is_answer:
            queue(database, others)
            return Stored.ANSWER
        queue(database, [replace(run, is_wish=True) for run in runs] if event.stops is True else runs)
        return Stored.NEW

    def _settle(self, event: Event) -> None:
        """Record that a message was sent, if this is the echo of one whose answer is missing."""
        id_, mid = event.facts.get("metadata"), event.facts.get("mid")
        if event.kind == "message_echoes" and mid and isinstance(id_, str) and is_write_id(id_):
            self._writes.settle([sent(id_, {"recipient_id": event.psid, "message_id": mid})])

    def facts_of(self, page: str, kind: str, mid: str) -> dict[str, Any] | None:
        """Return the facts of an event that was stored, or None."""
        with self._database.reading():
            found = self._database.run(
                "SELECT facts FROM service_events WHERE page = ? AND kind = ? AND mid = ?", (page, kind, mid)
            ).fetchone()
        return None if found is None else from_text(found[0])

    def count(self) -> int:
        """Return how many events are stored."""
        with self._database.reading():
            return int(self._database.run("SELECT count(*) FROM service_events").fetchone()[0])
