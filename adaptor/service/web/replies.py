"""Waiting for the end of runs, of which any server may perform each: one query looks for all that are waited for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

from ...ledger.errors import LedgerError

if TYPE_CHECKING:
    from ..store.store import ServiceStore

#: How long a caller waits for a run by default.
REPLY_SECONDS = 30.0
#: How often it is looked.
_LOOK_SECONDS = 0.05
#: So many callers may wait at a time.
MOST_WAITING = 500


class Ended(NamedTuple):
    """A run that is over, or that waits for a person.

    Attributes:
        status: Its status.
        response: As `worker.response` makes it, or None.
    """

    status: str
    response: dict[str, Any] | None


class Replies:
    """Waits for runs, in the event loop of the server.

    Args:
        store: The runs. The connection is used by this object alone.
    """

    def __init__(self, store: ServiceStore) -> None:
        self._store = store
        self._waiting: dict[str, list[asyncio.Future[Ended | None]]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._is_over = False

    @property
    def is_full(self) -> bool:
        """Whether nobody more can wait."""
        return sum(map(len, self._waiting.values())) >= MOST_WAITING

    async def wait(self, run: str, seconds: float) -> Ended | None:
        """Wait for the end of a run.

        Returns:
            How it ended, or None where it had not after so many seconds, or when the server stops.
        """
        if self._is_over:
            return None
        future: asyncio.Future[Ended | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(run, []).append(future)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            return await asyncio.wait_for(future, seconds)
        except TimeoutError:
            return None
        finally:
            # Others may wait for the same run.
            left = [each for each in self._waiting.pop(run, []) if each is not future]
            if left:
                self._waiting[run] = left

    def stop(self) -> None:
        """Let nobody wait any longer: the server stops."""
        self._is_over = True
        for run in list(self._waiting):
            self._settle(run, None)

    async def _look(self) -> None:
        while self._waiting:
            try:
                found = await asyncio.to_thread(self._store.responses.of_ended, list(self._waiting))
            except LedgerError:
                # It may be back in time.
                found = {}
            for run, (status, response) in found.items():
                self._settle(run, Ended(status, response))
            await asyncio.sleep(_LOOK_SECONDS)

    def _settle(self, run: str, ended: Ended | None) -> None:
        for future in self._waiting.pop(run, []):
            if not future.done():
                future.set_result(ended)
