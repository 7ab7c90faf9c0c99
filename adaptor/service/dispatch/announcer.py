"""Announcing queued runs. On one machine nothing has to be announced: the server wakes its own dispatcher."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Announcer:
    """Announces nothing: dispatchers look at the rows about once a second."""

    def announce(self, runs: Sequence[str], *, is_answer: bool = True) -> None:
        """Announce runs, inside the transaction that queues them. A run is performed even if this is lost.

        Args:
            runs: Their ids.
            is_answer: Somebody waits for them: they come before those for which nobody does.
        """
