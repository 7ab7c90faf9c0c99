"""Who holds rows and until when, as it stands in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .process import is_gone
from .rows import CLAIMED, SENDING, UNKNOWN

if TYPE_CHECKING:
    from .database import Database


class Holders:
    """The processes that hold runs and writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beat(self, holder: str, machine: str, process: str, seconds: float) -> None:
        """Note that a holder lives."""
        with self._database.transaction():
            self._database.run(
                "INSERT INTO holders (id, machine, process, expires) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET expires = excluded.expires",
                (holder, machine, process, self._database.now() + seconds),
            )

    def leave(self, holder: str) -> None:
        """Note that a holder holds nothing any more."""
        with self._database.transaction():
            self.release(holder)

    def release(self, holder: str, run: str | None = None) -> None:
        """Let go of what a holder holds, everywhere or in one run: what it was sending is unknown."""
        where, values = ("", ()) if run is None else (" AND run = ?", (run,))
        now = self._database.now()
        self._database.run(
            f"UPDATE writes SET outcome = ?, holder = NULL, changed = ? WHERE holder = ? AND outcome = ?{where}",
            (UNKNOWN, now, holder, SENDING, *values),
        )
        self._database.run(
            f"UPDATE writes SET holder = NULL WHERE holder = ? AND outcome = ?{where}", (holder, CLAIMED, *values)
        )
        self._database.run("DELETE FROM holders WHERE id = ?", (holder,))

    def is_dead(self, holder: str | None) -> bool:
        """Whether a holder has not said for too long that it lives, or can be seen to be gone."""
        if holder is None:
            return True
        found = self._database.run("SELECT machine, process, expires FROM holders WHERE id = ?", (holder,)).fetchone()
        return found is None or found[2] < self._database.now() or is_gone(found[0], found[1])
