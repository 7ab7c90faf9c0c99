"""Claims: the ledger says which requests are to be sent now, and how the others ended before."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from ...core.errors import AdaptorError
from ...core.restored import restored
from ...ledger.at_most_once import earlier_unknown
from ...ledger.errors import ReplayMismatch
from ...ledger.records import FAILED, MADE, SENT, SKIPPED, UNKNOWN, Outcome
from .requests import Outgoing, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...core.run.context import Run
    from ...ledger.claims.claim import ClaimEntry
    from ...ledger.ledger import Ledger
    from .exclusions import Exclusions
    from .outcomes import Outcomes
    from .requests import Invalid

#: A resumed broadcast stops after so many people for whom something else was recorded: the text has changed.
MOST_MISMATCHES = 10_000


class Claims(ABC):
    """Claims requests, and hands on those that are to be sent.

    Args:
        run: The run.
        ledger: Records every request.
        outcomes: Counts.
        batch_size: The most that are handed on at once.
    """

    def __init__(self, run: Run, ledger: Ledger, outcomes: Outcomes, batch_size: int) -> None:
        self._run = run
        self._ledger = ledger
        self._outcomes = outcomes
        self._batch_size = batch_size
        self._deferred: list[Outgoing] = []
        #: Why nothing more is sent.
        self._stopped_by: AdaptorError | None = None

    @abstractmethod
    def _process_batch(self, batch: list[Outgoing]) -> None:
        """Take requests that are to be sent."""

    def _drain(self) -> None:  # noqa: B027 - a dry run has no calls under way
        """Wait for the calls that are under way."""

    def _is_over(self) -> bool:
        return self._stopped_by is not None or self._run.stop.asked is not None

    def _sort(self, found: Iterable[Outgoing | Invalid | Skipped], skip: Exclusions) -> None:
        """Go through all of them.

        Args:
            found: What is to be done for each item.
            skip: Whom nothing is sent to.
        """
        chunk: list[Outgoing] = []
        for each in found:
            if self._is_over():
                break
            if isinstance(each, Skipped):
                self._outcomes.ended("skipped", each.index, each.recipient)
            elif not isinstance(each, Outgoing):
                self._refuse(each)
            elif each.recipient in skip:
                self._skip(each)
            elif skip.puts_off(each):
                continue
            else:
                chunk.append(each)
                if len(chunk) == self._batch_size:
                    self._pass(chunk)
                    chunk = []
        if chunk and not self._is_over():
            self._pass(chunk)
        self._drain()
        # All items were reached: other records of an earlier attempt for these people do not fit any of them.
        deferred, self._deferred = self._deferred, []
        for start in range(0, len(deferred), self._batch_size):
            if self._is_over():
                break
            self._pass(deferred[start : start + self._batch_size], is_last=True)
        self._drain()
        if skip.put_off is not None and self._run.stop.asked is None:
            self._run.stop.asked = skip.put_off

    # --- What needs no call ---

    def _refuse(self, each: Invalid) -> None:
        self._outcomes.ended("failed", each.index, each.recipient, error=each.error)
        self._run.record_call("failed", recipient=each.recipient, error=each.error, is_message=True)

    def _skip(self, outgoing: Outgoing) -> None:
        (entry,) = self._ledger.claim([outgoing.write])
        if entry.is_claimed:
            self._ledger.settle([Outcome(entry.id, SKIPPED)])
        if entry.record.outcome in (SENT, UNKNOWN) and entry.error is None:
            # It was left out only after a message was sent to it.
            self._take_down(outgoing, entry)
        else:
            self._outcomes.ended("skipped", outgoing.index, outgoing.recipient)

    # --- Through the ledger ---

    def _pass(self, chunk: list[Outgoing], *, is_last: bool = False) -> None:
        """Claim requests; send those that are to be made, and count how the others ended before."""
        ours = []
        for outgoing, entry in zip(chunk, self._take(chunk), strict=True):
            outgoing.id = entry.id
            if entry.is_claimed and entry.error is None:
                ours.append(outgoing)
            elif isinstance(entry.error, ReplayMismatch) and not is_last:
                self._defer(outgoing, entry.error)
            else:
                self._take_down(outgoing, entry)
        if ours:
            self._process_batch(ours)

    def _take(self, batch: list[Outgoing]) -> Sequence[ClaimEntry]:
        return self._ledger.claim([outgoing.write for outgoing in batch])

    def _defer(self, outgoing: Outgoing, error: AdaptorError) -> None:
        """Set aside what does not fit: the order may differ, and the recorded request may still come."""
        self._deferred.append(outgoing)
        if len(self._deferred) > MOST_MISMATCHES:
            self._stopped_by = error

    def _take_down(self, outgoing: Outgoing, entry: ClaimEntry) -> None:
        row = entry.record
        if entry.error is not None:
            self._outcomes.ended("failed", outgoing.index, outgoing.recipient, error=entry.error)
            is_message = outgoing.request.is_message
            self._run.record_call("failed", recipient=outgoing.recipient, error=entry.error, is_message=is_message)
        elif entry.is_repeat:
            self._run.record_call("duplicate", recipient=outgoing.recipient, is_message=outgoing.request.is_message)
            self._outcomes.ended("duplicate", outgoing.index, outgoing.recipient, result=row.result)
        else:
            self._run.replayed += row.outcome in MADE
            if row.outcome == SENT:
                self._run.count_made(SENT, is_message=outgoing.request.is_message)
            error = restored(row.error, row.about) if row.outcome == FAILED and row.error is not None else None
            outcome = row.outcome if row.outcome in (SENT, FAILED, SKIPPED) else "unknown"
            if outcome == "unknown":
                error = earlier_unknown(row)
                is_message = outgoing.request.is_message
                self._run.record_call(
                    "unknown", recipient=outgoing.recipient, error=error, is_message=is_message, is_earlier=True
                )
            self._outcomes.ended(
                outcome, outgoing.index, outgoing.recipient, result=row.result, error=error, was_before=True
            )
