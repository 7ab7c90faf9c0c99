"""Writes that are made at most once: claimed, made by whoever asks, and settled; what was made before is given back.

```
with at_most_once(run, writes) as claimed:
    claimed.settle([make(place) for place, id_ in claimed.ours])
```
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from ..core.errors import SENT_UNKNOWN, AdaptorError, DeliveryUnknown
from ..core.restored import restored
from ..wire.departure import wire
from .errors import LedgerError
from .ledger import ClaimEntry, ended, ledger_of, sent
from .records import FAILED, SENT, SKIPPED, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..core.context import Run
    from .records import Row, Write


class WriteOutcome(NamedTuple):
    """What was recorded of a write that is not made now.

    Attributes:
        result: What it gave, or the error that it ended with.
        row: The record; None where the write may not be made, and `result` says why.
        is_repeat: This attempt came to it before: the same message, from the same line to the same person.
    """

    result: Any
    row: Row | None = None
    is_repeat: bool = False


class Claimed:
    """Writes that are claimed, and what becomes of them.

    Attributes:
        ours: The position and the id of each write that is to be made now.
        is_settled: How all of them ended is recorded, or is being recorded.
    """

    def __init__(self, run: Run, writes: Sequence[Write]) -> None:
        self._run = run
        self._writes = writes
        self._ledger = ledger_of(run)
        self._entries = self._ledger.take(writes, sending=True)
        ours: dict[str, int] = {}
        for index, entry in enumerate(self._entries):
            if entry.is_ours:
                # The same write twice in one call is one write.
                ours.setdefault(entry.id, index)
        self.ours = [(index, id_) for id_, index in ours.items()]
        self.is_settled = False
        self._results: dict[str, Any] = {}

    def settle(self, results: Sequence[Any]) -> None:
        """Record how those that were made ended.

        Args:
            results: What each of `ours` gave, as JSON, or the `AdaptorError` that it ended with.

        Raises:
            LedgerError: It cannot be recorded: what was sent stands as unknown.
        """
        self.is_settled = True
        with _undisturbed(self._run, True):
            self._settle(dict(enumerate(results)))

    @contextmanager
    def waiting(self, places: Sequence[int], others: Mapping[int, Any]) -> Iterator[None]:
        """Let writes wait to be made again that certainly were not made; a run that is killed meanwhile makes them.

        Args:
            places: Their places among `ours`.
            others: How others of `ours` have ended, by place, as `settle` takes it.
        """
        again = [self.ours[place][1] for place in places]
        with _undisturbed(self._run, True):
            self._settle(others)
            self._ledger.not_sent_yet(again)
        self._run.stop.raise_if_asked()
        yield
        with _undisturbed(self._run, True):
            if self._run.stop.asked is None:
                self._ledger.begin_sending(again)
        self._run.stop.raise_if_asked()

    def take_back(self) -> None:
        """Record that none was made: nothing of them has left this machine."""
        self._ledger.not_sent_yet([id_ for _, id_ in self.ours])

    def given_back(self, position: int) -> WriteOutcome | None:
        """Return what is recorded of a write that was not made now, as if it had been; None of one that was."""
        entry, write = self._entries[position], self._writes[position]
        if write.sole_at_site and entry.row.write.fingerprint not in (write.fingerprint, ""):
            what = "made before the run stopped, with other content; not made again."
            self._run.log("info", "run", f"{self._run.place()}: {what}")
        if entry.error is not None:
            # It may not be made; what is recorded is of another write.
            return WriteOutcome(entry.error)
        if entry.id not in self._results:
            return self._recorded(entry)
        return WriteOutcome(self._results[entry.id], entry.row, is_repeat=True) if entry.is_repeat else None

    def _recorded(self, entry: ClaimEntry) -> WriteOutcome:
        row, is_repeat = entry.row, entry.is_repeat
        if row.outcome == FAILED and row.error is not None:
            return WriteOutcome(restored(row.error, row.about), row, is_repeat)
        if row.outcome == SENT:
            return WriteOutcome(self._ledger.result_of(row), row, is_repeat)
        if row.outcome != SKIPPED:
            error = unknown_before(row)
            if self._run.hears_of(error, was_heard=row.error is not None):
                return WriteOutcome(error, row, is_repeat)
        return WriteOutcome({"outcome": SKIPPED if row.outcome == SKIPPED else UNKNOWN}, row, is_repeat)

    def _settle(self, results: Mapping[int, Any]) -> None:
        known = {self.ours[place]: result for place, result in results.items()}
        for (index, _), result in known.items():
            if isinstance(result, AdaptorError) and result.sent == SENT_UNKNOWN and self._writes[index].is_repeatable:
                result.is_repeatable, result.fix = True, "Go on with --resume: the call is made again."
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
                self._ledger.note_failure(self._writes[index], id_)


@contextmanager
def at_most_once(run: Run, writes: Sequence[Write]) -> Iterator[Claimed]:
    """Claim writes; inside, whoever asks makes those that are `ours` and settles them.

    Where that ends with an error, all of them ended so. Where it is interrupted before a byte has left this machine,
    none was made.

    Args:
        run: Has a ledger. Who wants it to end waits for what is being recorded, not for what is being made.
        writes: What is to be made.

    Raises:
        LedgerError: Nothing is sent that cannot be recorded first; what was sent and cannot be recorded is unknown.
    """
    with _undisturbed(run, True):
        claimed = Claimed(run, writes)
        if not claimed.ours:
            yield claimed
            return
        wire.left = False
        try:
            with _undisturbed(run, False):
                run.stop.raise_if_asked()
                yield claimed
        except AdaptorError as error:
            if not claimed.is_settled:
                claimed.settle([error] * len(claimed.ours))
            raise
        except BaseException:
            # Those of several that were answered before are settled, and stay so.
            if not wire.left:
                claimed.take_back()
            raise


@contextmanager
def _undisturbed(run: Run, is_so: bool) -> Iterator[None]:
    """Let who wants the run to end wait meanwhile, or no longer; signals come to the main thread alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before, run.stop.is_between = run.stop.is_between, is_so
    try:
        yield
    finally:
        run.stop.is_between = before


def unknown_before(row: Row) -> AdaptorError:
    """Return the error of a write whose outcome was not known before; a loop counts it and goes on."""
    if row.error is not None:
        error = restored(row.error, row.about)
    else:
        error = DeliveryUnknown(
            "The run was stopped while this was being sent: nobody knows whether it arrived.",
            fix="Settle it with adaptor runs settle, or look in the conversation.",
        )
    error.is_earlier = True
    return error
