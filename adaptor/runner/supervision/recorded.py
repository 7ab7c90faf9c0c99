"""What the ledger says about a run that was killed: its process can no longer report."""

from __future__ import annotations

from collections import Counter

from ...core.errors import InputError
from ..execution.counts import made_in, recorded_counts, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...core.run.context import Run
    from ...ledger.records import WriteRecord
    from ..execution.counts import Tally


class Recorded:
    """The writes of one attempt of a run, as the ledger records them.

    Args:
        database: Where the ledger is.
        attempt: Which attempt of the run it is.
        before: The tally before it.

    Attributes:
        in_flight: The messages that the process was sending when it was killed: nobody knows whether they arrived.
    """

    def __init__(self, database: str, attempt: int, before: Tally) -> None:
        self._database = database
        self._attempt = attempt
        self._before = list(before)
        self._now: list[tuple[str, int, int, bool, str, int]] = []
        self.in_flight: list[WriteRecord] = []

    def read(self, run: Run) -> bool:
        """Count in a run what the child did not report; return whether the ledger could be read.

        A write that was under way when the process was killed is unknown.
        """
        from ...ledger.errors import LedgerError
        from ...ledger.store import open_store

        try:
            store = open_store(self._database, read_only=True)
            try:
                self._now = store.writes.tally(run.id)
                found = store.writes.records(run.id, ("sending",))
                self.in_flight = [each for each in found if each.write.is_message and each.attempt == self._attempt]
            finally:
                store.close()
        except (InputError, LedgerError):
            return False
        before, now = recorded_counts(self._before), recorded_counts(self._now)
        # What is unknown counts where the attempt has come to it, whichever has left it so.
        come_to = recorded_counts(row for row in self._now if row[2] == self._attempt)
        for is_message in (True, False):
            reported = run.messages if is_message else Counter(run.outcomes) - Counter(run.messages)
            for outcome in ("sent", "failed", "unknown"):
                known = (is_message, outcome)
                count = come_to[known] if outcome == "unknown" else now[known] - before[known]
                if (more := count - reported.get(outcome, 0)) > 0:
                    run.count(outcome, is_message=is_message, count=more)
        return True

    def made_in(self, step: str, arrival: int) -> tuple[int, int, int]:
        """Return what one arrival at a step has made, in all attempts: as `Run.made`."""
        return made_in(self._now, step, arrival)

    def whole(self, run: Run) -> tuple[dict[str, int], dict[str, int]] | None:
        """Return the counts of the whole run, if it was resumed: as `Result.recorded`."""
        return whole(self._now, run) if self._attempt > 1 else None
