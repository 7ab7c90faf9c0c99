"""Storing events: one thread writes them, all that wait at once, so that one flush of the disk serves many requests.

While the database is down they go to the spool, if there is one; a second thread stores them once it is back.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from ...core.errors import AdaptorError
from ...ledger.errors import LedgerError
from ..store.records import Stored

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..store.records import Arrivals
    from ..store.store import ServiceStore
    from .spool import Spool

#: How many events may wait for the disk. Beyond that a webhook is refused, and Meta delivers it again later.
MOST_WAITING = 10_000
#: How many events one transaction stores.
_MOST_AT_ONCE = 500
#: How often the database is tried while events are in the spool.
REPLAY_SECONDS = 2.0


class Overloaded(AdaptorError):
    """More events wait for the disk than this process holds in memory. Nothing was stored."""

    code = "OVERLOADED"


class Intake:
    """Stores events in the order in which they came, and says when they are on the disk.

    Args:
        store: Where. The threads use this connection alone.
        on_new: Called after new events were stored.
        spool: Takes the events while the database is down; without one they are refused.
        log: Called with a level and a line.
    """

    def __init__(
        self,
        store: ServiceStore,
        on_new: Callable[[], object],
        spool: Spool | None = None,
        log: Callable[[str, str], object] = lambda level, line: None,
    ) -> None:
        self._store = store
        self._on_new = on_new
        self._spool = spool
        self._log = log
        # Held while an event is stored or spooled, and while the end of the spool is stored: none overtakes another.
        self._spooling = threading.Lock()
        self._closing = threading.Event()
        self._replay = threading.Thread(target=self._store_spool, name="spool", daemon=True)
        self._waiting: queue.SimpleQueue[tuple[Arrivals, Future[list[Stored]]] | None] = queue.SimpleQueue()
        self._count = 0
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="intake", daemon=True)

    def start(self) -> None:
        """Start to store what is given."""
        self._thread.start()
        if self._spool is not None:
            self._replay.start()

    def close(self) -> None:
        """Store what waits, then end. What is in the spool stays there for the next start."""
        self._waiting.put(None)
        self._thread.join()
        self._closing.set()
        if self._spool is not None:
            self._replay.join()
            self._spool.close()

    def add(self, arrivals: Arrivals) -> Future[list[Stored]]:
        """Store events and queue their runs.

        Returns:
            A future that holds, once they are on the disk, what became of each; or the error of the database.

        Raises:
            Overloaded: Too many wait.
        """
        with self._lock:
            if self._count + len(arrivals) > MOST_WAITING:
                raise Overloaded(f"{self._count:,} events wait for the disk.", fix="Meta delivers the event again.")
            self._count += len(arrivals)
        future: Future[list[Stored]] = Future()
        self._waiting.put((arrivals, future))
        return future

    def _work(self) -> None:
        is_open = True
        while is_open:
            batch = [self._waiting.get()]
            size = 0
            while batch[-1] is not None and size < _MOST_AT_ONCE:
                size += len(batch[-1][0])
                try:
                    batch.append(self._waiting.get_nowait())
                except queue.Empty:
                    break
            is_open = batch[-1] is not None
            self._write([each for each in batch if each is not None])

    def _write(self, batch: list[tuple[Arrivals, Future[list[Stored]]]]) -> None:
        if not batch:
            return
        arrivals = [arrival for each, _ in batch for arrival in each]
        try:
            stored = iter(self._stored(arrivals))
        except Exception as error:
            if len(batch) > 1:
                # One of them may be at fault; the others must not fail with it.
                for each in batch:
                    self._write([each])
                return
            self._settled(len(batch[0][0]))
            batch[0][1].set_exception(error)
            return
        found = [[next(stored) for _ in arrivals] for arrivals, _ in batch]
        self._settled(sum(len(arrivals) for arrivals, _ in batch))
        for outcomes, (_, future) in zip(found, batch, strict=True):
            future.set_result(outcomes)
        if any(map(any, found)):
            self._on_new()

    def _stored(self, arrivals: Arrivals) -> list[Stored]:
        """Store events and return what became of each; one in the spool counts as new."""
        if self._spool is None:
            return self._store.events.store(arrivals)
        with self._spooling:
            if not self._spool:
                try:
                    return self._store.events.store(arrivals)
                except LedgerError as error:
                    self._log("error", f"{error} Events go to the spool until the database is back.")
            try:
                self._spool.append(arrivals)
            except OSError as cause:
                raise LedgerError(f"Neither the database nor the spool can be written: {cause.strerror}.") from None
            return [Stored.NEW] * len(arrivals)

    def _store_spool(self) -> None:
        """Store what is in the spool as soon as the database is back."""
        while not self._closing.is_set():
            if self._spool and self._is_back():
                try:
                    count = self._stored_spool(self._spool)
                except LedgerError:
                    # Gone again: then from the start. What was stored is not stored twice.
                    pass
                except Exception as fault:
                    # The thread goes on: the events after a fault must not wait for the next start.
                    self._log("error", f"The spool cannot be stored, and is kept: {type(fault).__name__}.")
                else:
                    self._log("info", f"The database is back: {count:,} events of the spool were stored.")
                    self._on_new()
            self._closing.wait(REPLAY_SECONDS)

    def _stored_spool(self, spool: Spool) -> int:
        """Store all events of the spool and empty it; return how many were new."""
        count = offset = 0
        while True:
            batch, behind = spool.read(offset, _MOST_AT_ONCE)
            if not spool.is_end(behind):
                # What comes in meanwhile is appended, and not held up.
                count, offset = count + sum(map(bool, self._store.events.store(batch))), behind
                continue
            with self._spooling:
                batch, behind = spool.read(offset, _MOST_AT_ONCE)
                count, offset = count + sum(map(bool, self._store.events.store(batch))), behind
                if spool.is_end(offset):
                    spool.clear()
                    return count

    def _is_back(self) -> bool:
        """Whether the database takes transactions; asked without holding up what comes in."""
        try:
            with self._store.database.reading():
                self._store.database.now()
        except LedgerError:
            return False
        return True

    def _settled(self, count: int) -> None:
        with self._lock:
            self._count -= count
