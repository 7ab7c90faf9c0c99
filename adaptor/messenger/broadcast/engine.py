"""Sending requests: up to fifty in a call, several calls at once, recorded before they leave and when they end.

One thread reads the items, asks the ledger and records the answers; the others only wait for answers. So the ledger is
used by one thread, and what is in flight is known at any time.
"""

from __future__ import annotations

import time
from contextlib import suppress
from copy import copy
from typing import TYPE_CHECKING

from ...core.errors import ABOUT_PERSON, ABOUT_ROW, SENT_UNKNOWN, AdaptorError
from ...graph.answers.errors import RateLimited
from ...graph.client import error_to_retry
from ...graph.ledgered import is_slow_media, slots_of, with_write_id
from ...ledger.errors import LedgerError
from ...ledger.pace import BURST_SECONDS
from ...ledger.records import SENT, UNKNOWN, Outcome, ended, sent
from .claims import Claims
from .pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ...core.run.context import Run
    from ...graph.answers.answer import GraphAnswer
    from ...graph.answers.usage import Usage
    from ...graph.connection import GraphConnection
    from ...graph.request import GraphRequest
    from ...ledger.ledger import Ledger
    from .exclusions import Exclusions
    from .outcomes import Outcomes
    from .pace import Pace
    from .progress import Progress
    from .requests import Invalid, Outgoing, Skipped

#: A broadcast stops after so many calls in a row with an unknown outcome: the network or Meta is down.
UNKNOWN_CALLS_IN_A_ROW = 3
#: Seconds between two looks of the waiting thread at interrupts and progress.
LOOK_UP_SECONDS = 0.2
#: A call that is later than this for its slot takes a new one, so that no second has more than is allowed.
LATE_SECONDS = 0.03


class Engine(Claims):
    """Sends requests and records how they end.

    Args:
        run: The run.
        ledger: Records every request.
        page: The Page that writes.
        connect: Opens a connection; each waiting thread has one of its own.
        pace: How fast.
        outcomes: Counts.
        progress: Shows how far it has come.
    """

    def __init__(
        self,
        run: Run,
        ledger: Ledger,
        page: str,
        connect: Callable[[], GraphConnection],
        pace: Pace,
        outcomes: Outcomes,
        progress: Progress,
    ) -> None:
        super().__init__(run, ledger, outcomes, pace.batch_size)
        self._page = page
        self._pace = pace
        self._progress = progress
        self._workers = WorkerPool(connect, pace.concurrency)
        self._messages_in_flight = 0
        #: The calls whose answers are awaited, by the identity of the batch.
        self._under_way: dict[int, list[Outgoing]] = {}
        self._to_retry: list[list[Outgoing]] = []
        self._unknown_calls = 0
        self._is_broken = False
        self._pause_logged_until = 0.0
        #: The fewest messages in a call: as many as the pace allows at once.
        self._least = min(pace.batch_size, max(1, int(pace.rate * BURST_SECONDS)))
        #: Messages in the next call: doubled while all calls are under way, else one fewer, down to `_least`.
        self._size = self._least

    def send(self, found: Iterable[Outgoing | Invalid | Skipped], skip: Exclusions) -> None:
        """Send all requests.

        Args:
            found: What is to be done for each item.
            skip: Whom nothing is sent to.

        Raises:
            AdaptorError: Something that would be the same for everybody: the token, a permission, the network. What was
                sent by then is recorded.
            KeyboardInterrupt: The run is to end. What was in flight was awaited, but for a second signal: then it is
                unknown.
        """
        try:
            self._sort(found, skip)
        except KeyboardInterrupt:
            # A second signal: nobody waits any more.
            raise
        except BaseException:
            # The source is broken, or the ledger: nothing more leaves, and what has left is awaited all the same.
            self._is_broken = True
            with suppress(LedgerError):
                self._drain()
            raise
        finally:
            self._run.stop.in_flight = (0, 0)
            self._count_unanswered_as_unknown()
            self._workers.close()
            self._progress.close()
        self._run.stop.raise_if_asked()
        if self._stopped_by is not None:
            raise self._stopped_by

    def _count_unanswered_as_unknown(self) -> None:
        """Count the calls whose answers are no longer awaited as unknown."""
        for batch in self._under_way.values():
            self._run.record_call("unknown", count=len(batch), is_message=batch[0].request.is_message)
            for outgoing in batch:
                self._outcomes.ended("unknown", outgoing.index, outgoing.recipient)
        self._under_way.clear()

    def _is_over(self) -> bool:
        return self._is_broken or super()._is_over()

    def _process_batch(self, batch: list[Outgoing]) -> None:
        while batch and not self._is_over():
            count = self._fitting(batch)
            self._dispatch(batch[:count])
            batch = batch[count:]
            # Before anything new: what was refused has waited longest.
            while self._to_retry and not self._is_over():
                self._dispatch(self._to_retry.pop(0))

    def _fitting(self, batch: list[Outgoing]) -> int:
        """Return how many go out with the next call."""
        # Calls of one size, rather than a small one at the end.
        calls = -(-len(batch) // self._size)
        count = -(-len(batch) // calls)
        # Media have a pace of their own: in one call with others they would leave faster than that.
        slow = [each for each in batch[:count] if each.write.is_message and is_slow_media(each.request)]
        return 1 if len(slow) > 1 else count

    def _dispatch(self, batch: list[Outgoing]) -> None:
        """Send requests when it is their turn."""
        self._wait_for_free_call(len(batch))
        requests = [outgoing.request for outgoing in batch]
        if not self._wait_for_slot(requests):
            return
        if self._ledger.is_kept:
            requests = [with_write_id(outgoing.request, outgoing.id) for outgoing in batch]
        ids = [outgoing.id for outgoing in batch]
        self._ledger.begin_sending(ids)
        self._under_way[id(batch)] = batch
        self._messages_in_flight += len(batch)
        self._run.stop.in_flight = (self._messages_in_flight, 0)
        try:
            self._workers.take(batch, requests)
        except Exception:
            # No thread has it, so none of it leaves.
            self._ledger.return_to_claimed(ids)
            self._forget(batch)
            raise
        self._collect(0.0)

    def _wait_for_free_call(self, messages: int) -> None:
        pace = self._pace
        is_full = len(self._under_way) >= pace.concurrency
        self._size = min(pace.batch_size, self._size * 2) if is_full else max(self._least, self._size - 1)
        while (
            not self._is_over()
            and self._under_way
            and (
                len(self._under_way) >= pace.concurrency
                or self._messages_in_flight + messages > max(pace.most_in_flight, messages)
            )
        ):
            self._collect(LOOK_UP_SECONDS)

    def _wait_for_slot(self, requests: list[GraphRequest]) -> bool:
        """Wait until the Page may send these requests; return False if the broadcast ends before."""
        slots = slots_of(requests, self._pace.rate)
        while not self._is_over():
            seconds = self._ledger.reserve(self._page, slots)
            if seconds > self._pace.retries.max_wait:
                self._stopped_by = RateLimited(
                    f"The Page may not send for {seconds:.0f} more seconds: Meta has asked it to wait.",
                    fix="Continue later with --resume: what was sent is not sent again.",
                    code="PAGE_WAITS",
                )
                return False
            until = time.monotonic() + seconds
            while not self._is_over() and (left := until - time.monotonic()) > 0:
                self._collect(min(left, LOOK_UP_SECONDS))
            if time.monotonic() - until < LATE_SECONDS:
                break
            # The slot has passed: reserve a new one.
        return not self._is_over()

    # --- Answers ---

    def _drain(self) -> None:
        while self._under_way or (self._to_retry and not self._is_over()):
            if self._to_retry and not self._is_over():
                self._dispatch(self._to_retry.pop(0))
            else:
                self._collect(LOOK_UP_SECONDS)

    def _collect(self, seconds: float) -> None:
        """Record the answers that have arrived; wait at most `seconds` for the first one."""
        self._progress.tell()
        wait = seconds
        while self._under_way:
            back = self._workers.back(wait)
            if back is None:
                return
            wait = 0.0
            try:
                if not isinstance(back.outcomes, list | AdaptorError):
                    if not back.has_left:
                        self._ledger.return_to_claimed([outgoing.id for outgoing in back.batch])
                    raise back.outcomes
                self._record_outcomes(back.batch, back.outcomes)
                self._slow_down(back.usage)
            finally:
                # Only now may the run be ended: the answers are recorded.
                self._forget(back.batch)
        if wait:
            # Nothing is under way, and the caller waits for its slot.
            time.sleep(wait)

    def _forget(self, batch: list[Outgoing]) -> None:
        del self._under_way[id(batch)]
        self._messages_in_flight -= len(batch)
        self._run.stop.in_flight = (self._messages_in_flight, 0)

    def _record_outcomes(self, batch: list[Outgoing], answers: list[GraphAnswer | AdaptorError] | AdaptorError) -> None:
        outcomes = [copy(answers) for _ in batch] if isinstance(answers, AdaptorError) else answers
        settled: list[Outcome] = []
        again: list[Outgoing] = []
        waits: list[float] = []
        retry_afters: list[float] = []
        answered: list[tuple[Outgoing, GraphAnswer | AdaptorError]] = []
        for outgoing, outcome in zip(batch, outcomes, strict=True):
            if not isinstance(outcome, AdaptorError):
                settled.append(sent(outgoing.id, outcome.body))
                answered.append((outgoing, outcome))
                continue
            if isinstance(outcome, RateLimited) and outcome.retry_after:
                retry_afters.append(outcome.retry_after)
            seconds = self._seconds_before(outgoing, outcome)
            if seconds is not None:
                outgoing.repeats += 1
                again.append(outgoing)
                waits.append(seconds)
                continue
            settled.append(ended(outgoing.id, outcome))
            answered.append((outgoing, outcome))
        # First of all: an observer may fail.
        self._ledger.settle(settled)
        for outgoing, outcome in answered:
            if isinstance(outcome, AdaptorError):
                self._fail(outgoing, outcome)
            else:
                self._outcomes.ended("sent", outgoing.index, outgoing.recipient, result=outcome.body)
        if count := sum(each.outcome == SENT for each in settled):
            self._run.record_call("sent", count=count, is_message=batch[0].request.is_message)
        unknown = sum(each.outcome == UNKNOWN for each in settled)
        self._unknown_calls = self._unknown_calls + 1 if unknown == len(batch) else 0
        if self._unknown_calls == UNKNOWN_CALLS_IN_A_ROW and isinstance(outcomes[-1], AdaptorError):
            error = outcomes[-1]
            error.fix = (
                f"{UNKNOWN_CALLS_IN_A_ROW} calls in a row have no known outcome, so the broadcast stopped. {error.fix}"
            )
            self._stopped_by = self._stopped_by or error
        if waits or retry_afters:
            # All who write for this Page wait.
            self._ledger.store.pages.stop(self._page, max(waits + retry_afters))
        if again:
            self._ledger.return_to_claimed([outgoing.id for outgoing in again])
            self._to_retry.append(again)
            what = "1 message was" if len(again) == 1 else f"{len(again)} messages were"
            self._run.log("info", "broadcast", f"{what} not taken; trying again in {max(waits):.1f} s.")

    def _slow_down(self, usage: Usage | None) -> None:
        """Slow down all who write for this Page before Meta stops it."""
        if usage is None or not 0 < (seconds := usage.pause()) <= self._pace.retries.max_wait:
            return
        self._ledger.store.pages.stop(self._page, seconds)
        now = time.monotonic()
        if now >= self._pause_logged_until:
            level = "info" if seconds >= 1 else "debug"
            self._run.log(
                level,
                "broadcast",
                f"Meta's limits are used to {usage.percent:g} %: the Page pauses for {seconds:.1f} s.",
            )
        self._pause_logged_until = now + seconds

    def _seconds_before(self, outgoing: Outgoing, error: AdaptorError) -> float | None:
        """Return how long to wait before a message is made again, or None where that is not to be."""
        return None if error_to_retry(error) is None else self._pace.retries.wait_before(outgoing.repeats, error)

    def _fail(self, outgoing: Outgoing, error: AdaptorError) -> None:
        outcome = "unknown" if error.sent == SENT_UNKNOWN else "failed"
        # As if the operation ran here: the place of the error names the item and the operation.
        path = self._run.path
        path[-1] = ("broadcast", outgoing.index)
        path.append((outgoing.operation.name, None))
        outgoing.operation.locate(error, self._run, {})
        path.pop()
        self._outcomes.ended(outcome, outgoing.index, outgoing.recipient, error=error)
        self._run.record_call(
            outcome, recipient=outgoing.recipient, error=error, is_message=outgoing.request.is_message
        )
        if self._run.observers.on_failure is not None:
            self._run.observers.on_failure(self._workers.described(outgoing.request))
        if error.about not in (ABOUT_PERSON, ABOUT_ROW):
            self._stopped_by = self._stopped_by or error
