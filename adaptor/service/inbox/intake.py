"""Storing events: one thread writes them, all that wait at once, so that one flush of the disk serves many requests."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from ...core.errors import AdaptorError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..store.records import Event, NewRun
    from ..store.store import ServiceStore

    Arrivals = Sequence[tuple[Event, Sequence[NewRun]]]

#: How many events may wait for the disk. Beyond that a webhook is refused, and Meta delivers it again later.
MOST_WAITING = 10_000
#: How many events one transaction stores.
_MOST_AT_ONCE = 500


class Overloaded(AdaptorError):
    """More events wait for the disk than this process holds in memory. Nothing was stored."""

    code = "OVERLOADED"


class Intake:
    """Stores events in the order in which they came, and says when they are on the disk.

    Args:
        store: Where. The thread uses this connection alone.
        on_new: Called after new events were stored.
    """

    def __init__(self, store: ServiceStore, on_new: Callable[[], object]) -> None:
        self._store = store
        self._on_new = on_new
        self._waiting: queue.SimpleQueue[tuple[Arrivals, Future[list[bool]]] | None] = queue.SimpleQueue()
        self._count = 0
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="intake", daemon=True)

    def start(self) -> None:
        """Start to store what is given."""
        self._thread.start()

    def close(self) -> None:
        """Store what waits, then end."""
        self._waiting.put(None)
        self._thread.join()

    def add(self, arrivals: Arrivals) -> Future[list[bool]]:
        """Store events and queue their runs.

        Returns:
            A future that holds, once they are on the disk, of each whether it was new; or the error of the database.

        Raises:
            Overloaded: Too many wait.
        """
        with self._lock:
            if self._count + len(arrivals) > MOST_WAITING:
                raise Overloaded(f"{self._count:,} events wait for the disk.", fix="Meta delivers the event again.")
            self._count += len(arrivals)
        future: Future[list[bool]] = Future()
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

    def _write(self, batch: list[tuple[Arrivals, Future[list[bool]]]]) -> None:
        if not batch:
            return
        try:
            stored = iter(self._store.events.store([arrival for arrivals, _ in batch for arrival in arrivals]))
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
        for are_new, (_, future) in zip(found, batch, strict=True):
            future.set_result(are_new)
        if any(is_new for are_new in found for is_new in are_new):
            self._on_new()

    def _settled(self, count: int) -> None:
        with self._lock:
            self._count -= count
