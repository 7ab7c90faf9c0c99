"""How far a broadcast has come: a live line on a terminal, a line every ten seconds elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...core.run.context import Run
    from .outcomes import Outcomes

#: Seconds between two lines where there is no live one.
LINE_SECONDS = 10.0


class Progress:
    """Shows how far a broadcast has come.

    Args:
        run: Whose terminal or log is written to.
        outcomes: What has come to an end.
        total: How many there are in all, or None where that is not known.
    """

    def __init__(self, run: Run, outcomes: Outcomes, total: int | None) -> None:
        self._run = run
        self._outcomes = outcomes
        self._total = total
        self._began = time.monotonic()
        self._next_line = self._began + LINE_SECONDS

    def tell(self) -> None:
        """Show it, where it is time."""
        if self._run.observers.progress is not None:
            # What shows it knows how often a screen is worth a new line.
            self._run.observers.progress(self._words())
        elif time.monotonic() >= self._next_line:
            self._next_line += LINE_SECONDS
            self._run.log("info", "broadcast", self._words())

    def close(self) -> None:
        """Remove the live line."""
        if self._run.observers.progress is not None:
            self._run.observers.progress("")

    def _words(self) -> str:
        counts, total = self._outcomes.counts, self._outcomes.total
        seconds = max(time.monotonic() - self._began, 0.001)
        rate = (total - self._outcomes.before) / seconds
        parts = [f"broadcast: {counts['sent']:,} sent"]
        parts += [f"{counts[name]:,} {name}" for name in ("failed", "unknown", "skipped", "duplicate") if counts[name]]
        parts.append(f"{rate:,.0f}/s")
        if self._total is not None and rate > 0:
            parts.append(f"{duration((self._total - total) / rate)} left")
        return " · ".join(parts)


def duration(seconds: float) -> str:
    """Return a time for people, of two units at most: `2 h 5 min`."""
    whole = max(int(seconds + 0.5), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole < 600 and whole % 60 else "")
    return f"{whole // 3600} h" + (f" {whole % 3600 // 60} min" if whole % 3600 // 60 else "")
