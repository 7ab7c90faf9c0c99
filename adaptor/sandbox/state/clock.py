"""The sandbox's clock: real time plus an offset, so that a test need not wait a day for a window to close."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def _real_time() -> datetime:
    return datetime.now(UTC)


class Clock:
    """The time of a sandbox.

    Args:
        now: Gives the real time as an aware datetime. Default: this machine's.
    """

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self._real = now or _real_time
        self._offset = timedelta()

    def now(self) -> datetime:
        """Give the sandbox's time, in UTC."""
        return self._real().astimezone(UTC) + self._offset

    def advance(self, step: timedelta) -> None:
        """Move the clock by a step, backwards if it is negative."""
        self._offset += step

    @property
    def offset(self) -> timedelta:
        """How far the clock is ahead of real time."""
        return self._offset

    def set_offset(self, seconds: float) -> None:
        """Set how far the clock is ahead of real time."""
        self._offset = timedelta(seconds=seconds)
