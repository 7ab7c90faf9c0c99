"""What the ledger says about a run that was killed: its process can no longer report."""

from __future__ import annotations

from collections import Counter

from ...core.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...core.context import Run

    #: Step, arrival, attempt, whether they are messages, outcome, count: as `Writes.tally` gives them.
    Tally = Iterable[tuple[str, int, int, bool, str, int]]


class Recorded:
    """The writes of one attempt of a run, as the ledger records them.

    Args:
        database: Where the ledger is.
        attempt: Which attempt of the run it is.
        before: The tally before it.
    """

    def __init__(self, database: str, attempt: int, before: Tally) -> None:
        self._database = database
        self._attempt = attempt
        self._before = list(before)
        self._now: list[tuple[str, int, int, bool, str, int]] = []

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
            finally:
                store.close()
        except (InputError, LedgerError):
            return False
        before, now = _by_outcome(self._before), _by_outcome(self._now)
        # An unknown write counts if this attempt has come to it, whichever attempt made it.
        come_to = _by_outcome(row for row in self._now if row[2] == self._attempt)
        for is_message in (True, False):
            reported = run.messages if is_message else Counter(run.outcomes) - Counter(run.messages)
            for outcome in ("sent", "failed", "unknown"):
                known = (is_message, outcome)
                count = come_to[known] if outcome == "unknown" else now[known] - before[known]
                if (more := count - reported.get(outcome, 0)) > 0:
                    run.count(outcome, is_message=is_message, count=more)
        return True

    def made_in(self, step: str, arrival: int) -> tuple[int, int, int]:
        """Return what one arrival at a step has made in all attempts, as `Run.made`."""
        counts = _by_outcome(row for row in self._now if row[:2] == (step, arrival))
        unknown = counts[True, "unknown"] + counts[False, "unknown"]
        return counts[True, "sent"], counts[False, "sent"], unknown


def _by_outcome(rows: Tally) -> Counter[tuple[bool, str]]:
    counts: Counter[tuple[bool, str]] = Counter()
    for _, _, _, is_message, outcome, count in rows:
        counts[is_message, "unknown" if outcome == "sending" else outcome] += count
    return counts
