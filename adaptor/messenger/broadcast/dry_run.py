"""A broadcast of a dry run: the first messages are shown, what is wrong is named, and the rest is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...ledger.claims.claim import ClaimEntry
from ...ledger.records import CLAIMED, WriteRecord
from .claims import Claims
from .progress import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...core.run.context import Run
    from ...ledger.ledger import Ledger
    from .exclusions import Exclusions
    from .outcomes import Outcomes
    from .pace import Pace
    from .requests import Invalid, Outgoing, Skipped

#: How many messages are shown in full.
SHOWN = 3


class DryRun(Claims):
    """Describes what would be sent.

    Args:
        run: The run; in a resume, what an earlier attempt has sent is not described again.
        ledger: A copy of that one's; else one in memory, which records only who is left out.
        outcomes: Counts.
        pace: The pace it would keep.
    """

    def __init__(self, run: Run, ledger: Ledger, outcomes: Outcomes, pace: Pace) -> None:
        super().__init__(run, ledger, outcomes, pace.batch_size)
        self._rate = pace.rate
        self._seen: set[int] = set()
        self._shown: list[dict[str, Any]] = []

    def describe(self, found: Iterable[Outgoing | Invalid | Skipped], skip: Exclusions) -> None:
        """Describe all of it.

        Args:
            found: What is to be done for each item.
            skip: Whom nothing is sent to.
        """
        try:
            self._sort(found, skip)
        finally:
            self._outcomes.log_failures()
        if self._shown and self._run.observers.sketch is not None:
            self._run.log("info", "broadcast", f"\n{self._run.observers.sketch(self._shown).rstrip()}\n")
        count = self._outcomes.counts["described"]
        if count > SHOWN:
            self._run.log("info", "broadcast", f"… and {count - SHOWN:,} more like these")
        self._run.log("info", "broadcast", f"It would take about {duration(count / self._rate)}.")
        if self._stopped_by is not None:
            raise self._stopped_by

    def _refuse(self, each: Invalid) -> None:
        self._outcomes.ended("failed", each.index, each.recipient, error=each.error)

    def _process_batch(self, batch: list[Outgoing]) -> None:
        for outgoing in batch:
            outgoing.request.encoded().close()
            self._outcomes.ended("described", outgoing.index, outgoing.recipient)
            if len(self._shown) < SHOWN:
                self._shown.append(outgoing.request.described())
                if self._run.observers.on_request is not None:
                    self._run.observers.on_request(outgoing.request)
        # As for what is sent, without the people, since there may be a million.
        if batch:
            self._run.record_call("described", count=len(batch), is_message=batch[0].request.is_message)

    def _take(self, batch: list[Outgoing]) -> Sequence[ClaimEntry]:
        if self._run.ledger is not None:
            return super()._take(batch)
        return [self._unless_seen(outgoing) for outgoing in batch]

    def _unless_seen(self, outgoing: Outgoing) -> ClaimEntry:
        """Whether a message was described before; only a hash of each is kept, since there may be a million."""
        known = hash((outgoing.recipient, outgoing.write.fingerprint))
        is_new = known not in self._seen
        self._seen.add(known)
        return ClaimEntry("", is_new, not is_new, WriteRecord("", "", outgoing.write, CLAIMED))
