"""A broadcast of a dry run: the first messages are shown, what is wrong is named, and the rest is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...ledger.claim import ClaimEntry
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
        tally: Counts.
        pace: The pace it would keep.
    """

    def __init__(self, run: Run, ledger: Ledger, tally: Outcomes, pace: Pace) -> None:
        super().__init__(run, ledger, tally, pace.batch_size)
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
            self._tally.log_failures()
        if self._shown and self._run.observers.sketch is not None:
            self._run.log("info", "broadcast", f"\n{self._run.observers.sketch(self._shown).rstrip()}\n")
        count = self._tally.counts["described"]
        if count > SHOWN:
            self._run.log("info", "broadcast", f"… and {count - SHOWN:,} more like these")
        self._run.log("info", "broadcast", f"It would take about {duration(count / self._rate)}.")
        if self._stop is not None:
            raise self._stop

    def _refuse(self, each: Invalid) -> None:
        self._tally.ended("failed", each.index, each.recipient, error=each.error)

    def _hand_on(self, parcels: list[Outgoing]) -> None:
        for parcel in parcels:
            parcel.request.encoded().close()
            self._tally.ended("described", parcel.index, parcel.recipient)
            self._run.record_call("described", recipient=parcel.recipient, is_message=parcel.request.is_message)
            if len(self._shown) < SHOWN:
                self._shown.append(parcel.request.described())
                if self._run.observers.on_request is not None:
                    self._run.observers.on_request(parcel.request)

    def _take(self, parcels: list[Outgoing]) -> Sequence[ClaimEntry]:
        if self._run.ledger is not None:
            return super()._take(parcels)
        return [self._unless_seen(parcel) for parcel in parcels]

    def _unless_seen(self, parcel: Outgoing) -> ClaimEntry:
        """Whether a message was described before; only a hash of each is kept, since there may be a million."""
        known = hash((parcel.recipient, parcel.write.fingerprint))
        is_new = known not in self._seen
        self._seen.add(known)
        return ClaimEntry("", is_new, not is_new, WriteRecord("", "", parcel.write, CLAIMED))
