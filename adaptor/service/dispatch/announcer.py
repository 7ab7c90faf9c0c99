"""Who is told that a run was queued. On one machine nobody has to be: the server wakes its own dispatcher."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Announcer:
    """Announces queued runs to nobody: dispatchers look at the rows about once a second."""

    def announce(self, runs: Sequence[str], *, is_answer: bool = True) -> None:
        """Announce runs, inside the transaction that queues them. A run is performed even if this is lost.

        Args:
            runs: Their ids.
            is_answer: Somebody waits for them: they come before those for which nobody does.
        """
