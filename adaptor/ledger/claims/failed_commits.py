"""Claims that failed while they were committed: they may hold, and nothing of them was sent."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class UncertainClaims:
    """The writes of one process whose claim failed, as where the database is lost during a commit.

    A write that the process has claimed before and not yet settled is never one of them: it may be on its way.
    """

    def __init__(self) -> None:
        self._unsettled: set[str] = set()
        self._failed: set[str] = set()

    @contextmanager
    def watching(self, ids: Sequence[str]) -> Iterator[None]:
        """Watch the claim of some writes inside."""
        try:
            yield
        except BaseException:
            self._failed.update(set(ids) - self._unsettled)
            raise
        self._failed.difference_update(ids)

    def hold(self, ids: Iterable[str]) -> None:
        """Take note that writes are claimed and may be sent."""
        self._unsettled.update(ids)

    def settled(self, ids: Iterable[str]) -> None:
        """Take note that the outcomes of writes are recorded."""
        self._unsettled.difference_update(ids)

    def ids(self) -> list[str]:
        """Return the ids of the writes of which certainly nothing was sent."""
        return sorted(self._failed)
