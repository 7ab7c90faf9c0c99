"""Threads that wait for answers, so that many calls are under way at once."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from ...core.errors import AdaptorError
from ...wire.departure import wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...graph.answers.answer import GraphAnswer
    from ...graph.answers.usage import Usage
    from ...graph.connection import GraphConnection
    from ...graph.request import GraphRequest
    from .requests import Outgoing


class Completed(NamedTuple):
    """What came back for one call.

    Attributes:
        batch: The requests in it.
        outcomes: For each of them its answer or error, or the error of the whole call.
        usage: The use of Meta's limits that the answer reports.
        has_left: A byte of the call was on the wire.
    """

    batch: list[Outgoing]
    outcomes: Any
    usage: Usage | None
    has_left: bool


class WorkerPool:
    """Threads that each wait for the answer to one call at a time. There are as many as it takes, up to a limit."""

    def __init__(self, connect: Callable[[], GraphConnection], most: int) -> None:
        self._connect = connect
        self._most = most
        self._work: queue.SimpleQueue[tuple[list[Outgoing], list[GraphRequest]] | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[Completed] = queue.SimpleQueue()
        self._threads = 0
        self._waiting = 0
        self._lock = threading.Lock()

    def take(self, batch: list[Outgoing], requests: list[GraphRequest]) -> None:
        """Make a call as soon as a worker is free.

        Raises:
            RuntimeError: The machine has no thread left, and there is none yet. The call is not made.
        """
        with self._lock:
            is_new = self._waiting == 0 and self._threads < self._most
        if is_new:
            try:
                # They never delay the end of the process: what they wait for is recorded as being sent.
                threading.Thread(target=self._serve, name="broadcast", daemon=True).start()
            except RuntimeError:
                if not self._threads:
                    raise
                is_new = False
        with self._lock:
            if is_new:
                self._threads += 1
            else:
                self._waiting -= 1
        self._work.put((batch, requests))

    def back(self, seconds: float) -> Completed | None:
        """Return what has come back, waiting so long for it, or None."""
        try:
            return self._results.get(timeout=seconds) if seconds > 0 else self._results.get_nowait()
        except queue.Empty:
            return None

    def described(self, request: GraphRequest) -> dict[str, Any]:
        """Return a call as it is sent, without the credential."""
        return {"method": request.method, "url": request.path, "params": request.params, "body": request.body}

    def close(self) -> None:
        """End the workers that are free."""
        for _ in range(self._threads):
            self._work.put(None)

    def _serve(self) -> None:
        connection: GraphConnection | None = None
        try:
            while (work := self._work.get()) is not None:
                batch, requests = work
                usage = None
                wire.left = False
                try:
                    connection = connection or self._connect()
                    outcomes: Any = _exchange(connection, requests)
                except BaseException as error:
                    outcomes = error
                if connection is not None:
                    usage, connection.usage = connection.usage, None
                with self._lock:
                    self._waiting += 1
                self._results.put(Completed(batch, outcomes, usage, wire.left))
        finally:
            if connection is not None:
                connection.close()


def _exchange(connection: GraphConnection, requests: list[GraphRequest]) -> list[GraphAnswer | AdaptorError]:
    if len(requests) > 1:
        return connection.exchange_parts(requests)
    encoded = requests[0].encoded()
    try:
        return [connection.exchange(requests[0], encoded)]
    except AdaptorError as error:
        return [error]
    finally:
        encoded.close()
