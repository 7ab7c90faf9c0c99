"""A log that does not grow with what a stranger sends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: The same line is logged so often at most, in seconds.
SECONDS = 10.0
#: So many lines are remembered.
_MOST_LINES = 256


class Seldom:
    """Logs the same line once in a while, with how often it has come since.

    Args:
        log: Called with a level and a line.
    """

    def __init__(self, log: Callable[[str, str], object]) -> None:
        self._log = log
        self._seen: dict[str, tuple[float, int]] = {}

    def __call__(self, level: str, line: str) -> None:
        """Log a line, if it was not logged just now."""
        now = time.monotonic()
        last, left_out = self._seen.get(line, (now - SECONDS, 0))
        if now - last < SECONDS:
            self._seen[line] = last, left_out + 1
            return
        if len(self._seen) >= _MOST_LINES:
            self._seen.clear()
        self._seen[line] = now, 0
        self._log(level, f"{line} ({left_out:,} more since the last line.)" if left_out else line)
