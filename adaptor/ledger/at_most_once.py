"""Make writes at most once: claim them, let the caller make them, and record the outcomes.

```
with at_most_once(run, writes) as claimed:
    claimed.settle([make(position) for position, id_ in claimed.to_make])
```

The outcomes of the other writes, which were made before, are returned by `claimed.earlier_outcome`.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from ..core.errors import SENT_UNKNOWN, AdaptorError, DeliveryUnknown
from ..wire.departure import wire
from .claims.claim import ClaimEntry
from .errors import LedgerError
from .ledger import ledger_of
from .records import FAILED, SENT, SKIPPED, UNKNOWN, ended, sent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..core.run.context import Run
    from .records import Write, WriteRecord


class WriteOutcome(NamedTuple):
    """The recorded outcome of a write that is not made now.

    Attributes:
        result: The result, or the error with which the write ended.
        record: The record; None where the write is refused and `result` says why.
        is_repeat: This attempt has made it before: the same message, from the same line to the same person.
    """

    result: Any
    record: WriteRecord | None = None
    is_repeat: bool = False


class Claimed:
    """Some writes, of which the claimed ones are to be made now.

    Attributes:
        to_make: The position and the id of each write that is to be made now.
        is_settled: The outcomes are recorded, or are being recorded.
    """

    def __init__(self, run: Run, writes: Sequence[Write]) -> None:
        self._run = run
        self._writes = writes
        self._ledger = ledger_of(run)
        self._entries = self._ledger.claim(writes, sending=True)
        positions: dict[str, int] = {}
        for index, entry in enumerate(self._entries):
            if entry.is_claimed:
                # The same write twice in one call is one write.
                positions.setdefault(entry.id, index)
        self.to_make = [(index, id_) for id_, index in positions.items()]
        self.is_settled = False
        self._results: dict[str, Any] = {}

    def settle(self, results: Sequence[Any]) -> None:
        """Record the outcomes of the writes that were made.

        Args:
            results: For each of `to_make` its result as JSON, or the `AdaptorError` with which it ended.

        Raises:
            LedgerError: They cannot be recorded; the outcome of each is unknown.
        """
        self.is_settled = True
        with _stop_deferred(self._run, True):
            self._settle(dict(enumerate(results)))

    @contextmanager
    def waiting(self, places: Sequence[int], others: Mapping[int, Any]) -> Iterator[None]:
        """Record writes that wait for a retry as `claimed`: if the run is killed meanwhile, a resume makes them.

        Args:
            places: The indexes in `to_make` of these writes, which were certainly not made.
            others: The results of others of `to_make`, by index, as for `settle`.
        """
        again = [self.to_make[place][1] for place in places]
        with _stop_deferred(self._run, True):
            self._settle(others)
            self._ledger.return_to_claimed(again)
        self._run.stop.raise_if_asked()
        yield
        with _stop_deferred(self._run, True):
            if self._run.stop.asked is None:
                self._ledger.begin_sending(again)
        self._run.stop.raise_if_asked()

    def release(self) -> None:
        """Release the claims: none of the writes has left this machine."""
        self._ledger.return_to_claimed([id_ for _, id_ in self.to_make])

    def earlier_outcome(self, position: int) -> WriteOutcome | None:
        """Return the recorded outcome of a write that was not made now, or None if it was."""
        entry, write = self._entries[position], self._writes[position]
        if write.sole_at_site and entry.record.write.fingerprint not in (write.fingerprint, ""):
            what = "made before the run stopped, with other content; it is not made again."
            self._run.log("info", "run", f"{self._run.place()}: {what}")
        if entry.error is not None:
            # The write is refused; the record is that of another write.
            return WriteOutcome(entry.error)
        if entry.id not in self._results:
            return self._outcome_of(entry)
        return WriteOutcome(self._results[entry.id], entry.record, is_repeat=True) if entry.is_repeat else None

    def _outcome_of(self, entry: ClaimEntry) -> WriteOutcome:
        record, is_repeat = entry.record, entry.is_repeat
        if record.outcome == FAILED and record.error is not None:
            from ..core.restored import restored

            return WriteOutcome(restored(record.error, record.about), record, is_repeat)
        if record.outcome == SENT:
            return WriteOutcome(self._ledger.result_of(record), record, is_repeat)
        if record.outcome != SKIPPED:
            error = earlier_unknown(record)
            if self._run.raises_again(error, was_raised=record.error is not None):
                return WriteOutcome(error, record, is_repeat)
        return WriteOutcome({"outcome": SKIPPED if record.outcome == SKIPPED else UNKNOWN}, record, is_repeat)

    def _settle(self, results: Mapping[int, Any]) -> None:
        known = {self.to_make[place]: result for place, result in results.items()}
        for (index, _), result in known.items():
            if isinstance(result, AdaptorError) and result.sent == SENT_UNKNOWN and self._writes[index].is_idempotent:
                result.is_idempotent, result.fix = True, "Continue with --resume: the call is made again."
        outcomes = [
            ended(id_, result) if isinstance(result, AdaptorError) else sent(id_, result)
            for (_, id_), result in known.items()
        ]
        try:
            self._ledger.settle(outcomes)
        except LedgerError as error:
            error.sent = SENT_UNKNOWN
            raise
        self._results.update({id_: result for (_, id_), result in known.items()})
        for (index, id_), each in zip(known, outcomes, strict=True):
            if each.outcome == FAILED:
                self._ledger.record_failure(self._writes[index], id_)


@contextmanager
def at_most_once(run: Run, writes: Sequence[Write]) -> Iterator[Claimed]:
    """Claim writes. The body of the `with` statement makes those in `to_make` and settles them.

    If the body raises an `AdaptorError`, that is the outcome of all of them. If it is interrupted before a byte has
    left this machine, the claims are released. A request to stop the run takes effect while writes are made, but not
    while something is recorded.

    Args:
        run: Has a ledger.
        writes: The writes.

    Raises:
        LedgerError: The claim cannot be recorded, and nothing was sent; or an outcome cannot be recorded, and it is
            unknown.
    """
    with _stop_deferred(run, True):
        claimed = Claimed(run, writes)
        if not claimed.to_make:
            yield claimed
            return
        wire.left = False
        try:
            with _stop_deferred(run, False):
                run.stop.raise_if_asked()
                yield claimed
        except AdaptorError as error:
            if not claimed.is_settled:
                claimed.settle([error] * len(claimed.to_make))
            raise
        except BaseException:
            # Outcomes that `waiting` has recorded stay recorded.
            if not wire.left:
                claimed.release()
            raise


@contextmanager
def _stop_deferred(run: Run, is_deferred: bool) -> Iterator[None]:
    """Defer a request to stop the run, or allow it again, inside. Only the main thread receives signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before, run.stop.is_between = run.stop.is_between, is_deferred
    try:
        yield
    finally:
        run.stop.is_between = before


def earlier_unknown(record: WriteRecord) -> AdaptorError:
    """Return the error for a write that an earlier attempt left unknown; a loop counts it and continues."""
    if record.error is not None:
        from ..core.restored import restored

        error = restored(record.error, record.about)
    else:
        error = DeliveryUnknown(
            "The run stopped while this was being sent: it is not known whether it arrived.",
            fix="Settle it with adaptor runs settle, or look in the conversation.",
        )
    error.is_earlier = True
    return error
