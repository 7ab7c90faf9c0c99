"""The leases in the ledger: which process holds runs and writes, and until when.

When a lease expires, its claims are released: claimed writes can be claimed again, writes that were being sent become
unknown. A process that was only suspended, and continues after that, finds its lease gone and can neither claim nor
send.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import TakenOver
from ..records import SENDING, UNKNOWN
from .process import is_gone

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..database.database import Database

#: How long a lease is valid after its last renewal, where nothing else is asked for. No lease is longer.
LEASE_SECONDS = 60.0


class LeaseTerms(NamedTuple):
    """On which terms a process holds its leases.

    Attributes:
        seconds: How long a lease is valid after its last renewal; at most `LEASE_SECONDS`. It is renewed four times as
            often.
        fence: A condition in SQL without which the process may neither claim nor send nor record a step, although its
            lease exists; "" for none.
        values: The values of the condition.
        patience: For how many seconds the outcome of a write is tried to be recorded where the database is lost: what
            cannot be recorded is unknown.
    """

    seconds: float = LEASE_SECONDS
    fence: str = ""
    values: tuple[Any, ...] = ()
    patience: float = 0.0


class Leases:
    """The leases of all processes. The id of a lease is called a holder.

    Attributes:
        terms: The terms of this process.
    """

    def __init__(self, database: Database, terms: LeaseTerms | None = None) -> None:
        self._database = database
        self.terms = terms or LeaseTerms()

    def acquire(self, holder: str, machine: str, process: str) -> None:
        """Record a new lease."""
        with self._database.transaction():
            self._database.run(
                "INSERT INTO holders (id, machine, process, expires) VALUES (?, ?, ?, ?)",
                (holder, machine, process, self._database.ticks() + self.terms.seconds),
            )

    def renew(self, holder: str) -> None:
        """Renew a lease. One that has expired and was released stays so."""
        with self._database.transaction():
            self._database.run(
                "UPDATE holders SET expires = ? WHERE id = ?", (self._database.ticks() + self.terms.seconds, holder)
            )

    def release(self, holder: str, run: str, before: Callable[[], object] = lambda: None) -> None:
        """Release a lease and everything that it holds, after something else in the same transaction."""

        def work() -> None:
            before()
            self._release(holder, run)

        self._database.transact(work)

    def is_valid(self, holder: str) -> float | None:
        """Return the time if a lease of this process exists and its terms are met, else None.

        The lease is locked until this transaction ends.
        """
        fence = f" AND {self.terms.fence}" if self.terms.fence else ""
        found = self._database.run(
            f"SELECT {self._database.clock} FROM holders WHERE id = ?{fence}{self._database.for_share}",
            (holder, *self.terms.values),
        ).fetchone()
        return None if found is None else float(found[0])

    def check(self, holder: str) -> None:
        """Refuse to go on with a run where a lease of this process does not exist or its terms are not met.

        Raises:
            TakenOver: It is so.
        """
        if self.is_valid(holder) is None:
            raise TakenOver

    def is_expired(self, holder: str) -> bool:
        """Whether a lease was not renewed in time, or its process has certainly ended."""
        found = self._database.run("SELECT machine, process, expires FROM holders WHERE id = ?", (holder,)).fetchone()
        if found is None:
            return True
        left = found[2] - self._database.ticks()
        # More than a whole lease is left only if the machine has restarted, and with it its monotonic clock.
        return left < 0 or left > LEASE_SECONDS or is_gone(found[0], found[1])

    def expire(self, holder: str, run: str) -> None:
        """Release everything that an expired lease holds in its run, durably."""

        def work() -> None:
            # Wait for a claim of this holder that is under way; it may renew the lease meanwhile.
            self._database.run(f"SELECT id FROM holders WHERE id = ?{self._database.for_update}", (holder,))
            if self.is_expired(holder):
                self._release(holder, run)

        self._database.transact(work, durable=True)

    def _release(self, holder: str, run: str) -> None:
        """Release what a lease holds. What was being sent may have arrived: it becomes unknown."""
        self._database.run("DELETE FROM holders WHERE id = ?", (holder,))
        held = self._database.run("SELECT id FROM writes WHERE run = ? AND holder = ?", (run, holder)).fetchall()
        self._database.run_many(
            # `changed` stays: it says when the write was about to leave.
            f"UPDATE writes SET outcome = CASE outcome WHEN '{SENDING}' THEN '{UNKNOWN}' ELSE outcome END, "
            "holder = NULL WHERE id = ? AND holder = ?",
            sorted((id_, holder) for (id_,) in held),
        )
        self._database.run("UPDATE runs SET holder = NULL WHERE id = ? AND holder = ?", (run, holder))
