"""Who holds rows and until when, as it stands in the ledger.

A holder that is dead is buried: what it had claimed is free again, what it was sending is unknown. One that was only
silent, and wakes up after that, finds itself buried, and can neither claim nor send anything more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .process import is_gone
from .records import SENDING, UNKNOWN

if TYPE_CHECKING:
    from .database.database import Database

#: How long a holder is believed to live after it last said so.
LEASE_SECONDS = 60.0


class Leases:
    """The processes that hold runs and writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acquire(self, holder: str, machine: str, process: str) -> None:
        """Note a new holder."""
        with self._database.transaction():
            self._database.run(
                "INSERT INTO holders (id, machine, process, expires) VALUES (?, ?, ?, ?)",
                (holder, machine, process, self._database.ticks() + LEASE_SECONDS),
            )

    def renew(self, holder: str) -> None:
        """Note that a holder lives. One that is buried stays so."""
        with self._database.transaction():
            self._database.run(
                "UPDATE holders SET expires = ? WHERE id = ?", (self._database.ticks() + LEASE_SECONDS, holder)
            )

    def release(self, holder: str, run: str) -> None:
        """Note that a holder holds nothing any more."""
        self._database.transact(lambda: self._release(holder, run))

    def is_valid(self, holder: str) -> float | None:
        """Return the time where a holder is not buried, and nobody buries it before this transaction has ended."""
        found = self._database.run(
            f"SELECT {self._database.clock} FROM holders WHERE id = ?{self._database.for_share}", (holder,)
        ).fetchone()
        return None if found is None else float(found[0])

    def is_expired(self, holder: str) -> bool:
        """Whether a holder has not said for too long that it lives, or can be seen to be gone."""
        found = self._database.run("SELECT machine, process, expires FROM holders WHERE id = ?", (holder,)).fetchone()
        if found is None:
            return True
        left = found[2] - self._database.ticks()
        # More than a whole lease is left only where the machine was started anew, and counts from the beginning.
        return left < 0 or left > LEASE_SECONDS or is_gone(found[0], found[1])

    def expire(self, holder: str, run: str) -> None:
        """Let go of what a dead holder holds in its run, for good."""

        def work() -> None:
            # Whoever takes a write under its name now is awaited first, and may say meanwhile that it lives.
            self._database.run(f"SELECT id FROM holders WHERE id = ?{self._database.for_update}", (holder,))
            if self.is_expired(holder):
                self._release(holder, run)

        self._database.transact(work, durable=True)

    def _release(self, holder: str, run: str) -> None:
        self._database.run("DELETE FROM holders WHERE id = ?", (holder,))
        held = self._database.run("SELECT id FROM writes WHERE run = ? AND holder = ?", (run, holder)).fetchall()
        self._database.run_many(
            # When it changed stays: it is when it was about to leave.
            f"UPDATE writes SET outcome = CASE outcome WHEN '{SENDING}' THEN '{UNKNOWN}' ELSE outcome END, "
            "holder = NULL WHERE id = ? AND holder = ?",
            sorted((id_, holder) for (id_,) in held),
        )
        self._database.run("UPDATE runs SET holder = NULL WHERE id = ? AND holder = ?", (run, holder))
