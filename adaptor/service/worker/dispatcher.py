"""The dispatcher: claims runs that are due, gives them to workers, and records how they ended."""

from __future__ import annotations

import contextlib
import os
import queue
import selectors
import threading
import time
import traceback
from concurrent.futures import Future
from typing import TYPE_CHECKING

from ...core.errors import AdaptorError
from ...ledger.errors import LedgerError
from ...ledger.leases.lease import Lease
from ...ledger.leases.process import this_host
from ..store.records import FAILED, QUEUED, WAITING, run_name
from ..store.store import lease_seconds
from ..store.versions import told_why_waiting
from .outcome import HELD_SECONDS, MOST_LOST, RETRY_SECONDS, STATUS_OF, Outcome
from .retention import Retention
from .worker_process import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ..store.records import RunRow
    from ..store.store import ServiceStore
    from .attempt import Settings
    from .policy import Hold, Policy

    Log = Callable[[str, str], object]

#: How often it looks for runs that are due, if nobody wakes it.
LOOK_SECONDS = 1.0
#: How often it looks for runs of processes that have died.
LOST_SECONDS = 2.0
#: How often it looks for runs that wait for another version of their workflow.
EXPLAIN_SECONDS = 5.0
#: How long runs may take to end when the service stops, before they are interrupted; and after that.
GRACE_SECONDS = 10.0
GRACE_SECONDS_INTERRUPTED = 20.0
#: So many workers in a row may end before they are ready.
_MOST_UNREADY = 3


class Dispatcher:
    """Gives queued runs to worker processes. It works in a thread of its own.

    Args:
        store: The runs. The thread uses this connection alone.
        settings: How runs are performed.
        count: How many workers there are.
        log: Called with a level and a line.
        policy: Which runs wait.
        on_tick: Called about once a second, in the thread: may queue runs.
        on_failure: Called when no worker can be started.
        on_end: Called with each attempt that has ended, how, and the run's status then.
        versions: Only runs of the workflows that it returns are taken, each with its digest; None takes all.
        project: Where all versions are taken, only runs of the file with the name that it returns; all for None.
    """

    def __init__(
        self,
        store: ServiceStore,
        settings: Settings,
        count: int,
        log: Log,
        policy: Policy,
        *,
        on_tick: Callable[[], object] = lambda: None,
        on_failure: Callable[[], object] = lambda: None,
        on_end: Callable[[RunRow, Outcome, str], object] = lambda run, outcome, status: None,
        versions: Callable[[], Mapping[str, str]] | None = None,
        project: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._store = store
        self._settings = settings
        self._count = count
        self._log = log
        self._policy = policy
        #: Runs that this process has claimed and no worker has yet.
        self._claimed: list[RunRow] = []
        #: Why runs under way were stopped, to be resumed later, by their ids.
        self._put_off: dict[str, Hold] = {}
        self._on_tick = on_tick
        self._on_failure = on_failure
        self._on_end = on_end
        self._versions = versions
        self._project = project
        self._seconds = lease_seconds(settings.database)
        self._takers: queue.SimpleQueue[Future[None]] = queue.SimpleQueue()
        self._selector = selectors.DefaultSelector()
        self._woken, self._waking = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._waking, False)
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        self._workers: list[Worker] = []
        self._unready = 0
        self._lease: Lease | None = None
        self._trouble = ""
        self._next_tasks = 0.0
        self._next_explanation = 0.0
        self._next_lost_check = 0.0
        self._retention = Retention(store, log, settings.run_log)
        self._unrecorded: list[tuple[RunRow, Outcome]] = []
        self._stopping = threading.Event()
        self._is_hurried = False
        self._ready = threading.Event()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="dispatcher", daemon=True)

    def start(self) -> None:
        """Start the workers, and run what is queued."""
        self._thread.start()

    @property
    def is_ready(self) -> bool:
        """Whether a worker takes runs; where there is to be none, nothing is waited for."""
        return self._ready.is_set() or not self._count

    @property
    def ready_count(self) -> int:
        """How many workers take runs."""
        return sum(worker.is_ready for worker in self._workers)

    @property
    def is_busy(self) -> bool:
        """Whether runs are under way."""
        return any(worker.run is not None for worker in self._workers)

    def wake(self) -> None:
        """Let it look at once: something was queued."""
        # Where it would block, it is being woken already.
        with contextlib.suppress(BlockingIOError):
            os.write(self._waking, b"\0")

    def take(self) -> Future[None]:
        """Let it look at once; the future is done once it has looked and has room for another run, or has stopped."""
        future: Future[None] = Future()
        if self._is_over.is_set():
            future.set_result(None)
        else:
            self._takers.put(future)
            self.wake()
        return future

    def stop(self) -> None:
        """Claim nothing more, let runs end or hand them back, and end the workers."""
        self._stopping.set()
        self.wake()
        self._thread.join()

    def hurry(self) -> None:
        """Interrupt the runs that are still waited for."""
        self._is_hurried = True
        self.wake()

    # --- The thread ---

    def _work(self) -> None:
        try:
            self._run()
        except Exception as fault:
            # Its place, but not its text, which may hold a secret. Nothing is served without this thread.
            frame = traceback.extract_tb(fault.__traceback__)[-1]
            what = f"{type(fault).__name__} in {frame.filename}, line {frame.lineno}"
            what += ". The service stops; runs go on with the next start."
            self._log("error", f"adaptor itself has a fault: {what}")
            self._on_failure()
        finally:
            self._is_over.set()
            self._answer_takers(self._takers.qsize())

    def _run(self) -> None:
        for _ in range(self._count):
            self._add_worker()
        while not self._stopping.is_set():
            try:
                self._policy.refresh()
                self._record_rest()
                self._check_for_lost()
                self._perform_tasks()
                self._stop_put_off()
                self._claim()
                self._trouble = ""
            except LedgerError as error:
                # The others could not renew their leases either: they get the time to do so.
                self._next_lost_check = time.monotonic() + self._seconds
                if error.description != self._trouble:
                    # Once, and not every second of an hour.
                    self._trouble = error.description
                    self._log("error", str(error))
            self._wait(LOOK_SECONDS)
        self._finish()

    def _perform_tasks(self) -> None:
        """Do what is due about once a second, however often this thread is woken."""
        if time.monotonic() < self._next_tasks:
            return
        self._next_tasks = time.monotonic() + LOOK_SECONDS / 2
        for id_ in self._store.runs.release_late():
            self._log("info", f"{id_}  Nobody has answered in time: it goes on.")
        self._on_tick()
        self._retention.forget_when_due()
        if self._count and time.monotonic() >= self._next_explanation:
            self._next_explanation = time.monotonic() + EXPLAIN_SECONDS
            versions = None if self._versions is None else self._versions()
            for line in told_why_waiting(self._store.database, versions, self._project(), this_host()):
                self._log("info", line)

    def _wait(self, seconds: float) -> None:
        """Wait for news of workers, for somebody who wakes this thread, or for a time."""
        for key, _ in self._selector.select(seconds):
            if key.data is None:
                with contextlib.suppress(BlockingIOError):
                    while True:
                        os.read(self._woken, 4096)
            else:
                self._hear(key.data)

    def _hear(self, worker: Worker) -> None:
        messages = worker.messages()
        if messages is None:
            self._replace(worker)
            return
        for message in messages:
            if "ready" in message:
                worker.is_ready, self._unready = True, 0
                self._ready.set()
            elif "failed" in message:
                worker.failure = message["failed"]
            elif worker.run is not None:
                run, worker.run = worker.run, None
                self._record(run, Outcome(**message["ended"]))

    def _claim(self) -> None:
        idle = [worker for worker in self._workers if worker.is_ready and worker.run is None]
        if not idle:
            return
        versions = None if self._versions is None else self._versions().items()
        asked = self._takers.qsize()
        # One worker is left for answers: a broadcast that takes an hour must not delay them.
        others = sum(worker.run is not None and not worker.run.is_answer for worker in self._workers)
        most_others = max(1, self._count - 1) - others
        if not self._claimed:
            self._claimed = self._claimed_by_lease(len(idle), most_others, versions)
            if len(self._claimed) < len(idle):
                self._answer_takers(asked)
        while self._claimed and idle:
            run = self._claimed[0]
            hold = self._policy.hold(run)
            if hold is None:
                idle.pop().start(run)
            elif self._store.runs.retry(run, hold.seconds, hold.why, failed=False):
                self._log("info", f"{run.id}  {hold.why}")
            del self._claimed[0]

    def _answer_takers(self, count: int) -> None:
        """Tell the first who have asked it to take a run that it has looked, and may be asked again."""
        for _ in range(count):
            taker = self._takers.get_nowait()
            if not taker.cancelled():
                taker.set_result(None)

    def _stop_put_off(self) -> None:
        """Stop runs for which quiet hours have begun: they are resumed after them."""
        for worker in self._workers:
            run = worker.run
            if run is not None and run.id not in self._put_off and (hold := self._policy.hold(run)) is not None:
                self._put_off[run.id] = hold
                self._log("info", f"{run.id}  It stops. {hold.why}")
                worker.ask_to_stop()

    def _claimed_by_lease(
        self, most: int, most_others: int, versions: Iterable[tuple[str, str]] | None
    ) -> list[RunRow]:
        """Claim runs under the lease of this process: a new one where it was suspended for too long."""
        project = self._project()
        if self._lease is not None:
            found = self._store.claim(self._lease.id, most, most_others, versions, project)
            if found is not None:
                return found
            self._lease.close()
        self._lease = Lease(self._store.ledger.leases, "")
        return self._store.runs.claim(self._lease.id, most, most_others, versions, project)

    def _check_for_lost(self) -> None:
        if time.monotonic() < self._next_lost_check:
            return
        self._next_lost_check = time.monotonic() + LOST_SECONDS
        for id_ in self._store.runs.release_lost(None if self._lease is None else self._lease.id):
            self._log("info", f"{id_}  The process that ran it has ended: it is resumed.")
        if self._lease is not None:
            known = [*(worker.run for worker in self._workers), *self._claimed, *(run for run, _ in self._unrecorded)]
            self._store.runs.release_strays(self._lease.id, [run.id for run in known if run is not None])

    # --- How runs end ---

    def _record_rest(self) -> None:
        """Record the ends that could not be recorded when they came."""
        while self._unrecorded:
            self._record_end(*self._unrecorded[0])
            del self._unrecorded[0]

    def _record(self, run: RunRow, outcome: Outcome) -> None:
        try:
            self._record_end(run, outcome)
        except LedgerError as error:
            self._unrecorded.append((run, outcome))
            self._log("error", str(error))

    def _record_end(self, run: RunRow, outcome: Outcome) -> None:
        runs = self._store.runs
        hold = self._put_off.get(run.id) if outcome.was_interrupted else None
        hold = hold or self._policy.after(run, outcome)
        delay = self._delay(run, outcome)
        status = QUEUED
        if hold is not None:
            is_still_ours = runs.retry(run, hold.seconds, hold.why, failed=False)
            what = "It is resumed when its Page is." if outcome.pauses_page else hold.why
        elif delay is not None:
            counts = not (outcome.runs_elsewhere or outcome.was_interrupted)
            is_still_ours = runs.retry(run, delay, outcome.error, failed=counts)
            why = outcome.error if outcome.is_lost else "Another process runs it." if outcome.runs_elsewhere else ""
            what = f"{why or 'It did not end well.'} It goes on{f' in {delay:.0f} s' if delay else ' later'}."
        elif outcome.waits is not None:
            status, is_still_ours = WAITING, runs.wait(run, **outcome.waits)
            what = f"{run_name(run.workflow, run.start)}: waits for an answer. {outcome.summary}"
        else:
            status = STATUS_OF.get(outcome.exit_code, FAILED)
            is_still_ours = runs.end(run, status, outcome.exit_code, outcome.error, outcome.response)
            what = f"{run_name(run.workflow, run.start)}: {status}. {outcome.summary}".rstrip()
        if not is_still_ours:
            what = "Another process has taken it over meanwhile; nothing is recorded of this attempt."
        else:
            self._on_end(run, outcome, status)
        self._put_off.pop(run.id, None)
        self._log("info" if outcome.exit_code == 0 or hold is not None else "error", f"{run.id}  {what}")

    def _delay(self, run: RunRow, outcome: Outcome) -> float | None:
        """Return in how many seconds a run has another attempt, or None where it has none."""
        if outcome.runs_elsewhere:
            return HELD_SECONDS
        if outcome.was_interrupted:
            # By this service; a signal from elsewhere was meant for the run.
            return 0.0 if self._stopping.is_set() else None
        most = MOST_LOST - 1 if outcome.is_lost else len(RETRY_SECONDS) if outcome.is_safe else 0
        return max(RETRY_SECONDS[run.failures], outcome.retry_after or 0.0) if run.failures < most else None

    # --- Workers ---

    def _add_worker(self) -> None:
        worker = Worker(self._settings)
        self._workers.append(worker)
        self._selector.register(worker, selectors.EVENT_READ, worker)

    def _remove(self, worker: Worker) -> None:
        self._selector.unregister(worker)
        self._workers.remove(worker)
        worker.end()

    def _replace(self, worker: Worker) -> None:
        """Start another worker in place of one that has ended."""
        self._remove(worker)
        if worker.run is not None:
            self._record(worker.run, Outcome.lost())
        if not worker.is_ready:
            self._unready += 1
            if worker.failure or self._unready >= _MOST_UNREADY:
                self._log("error", worker.failure or "No worker process can be started: each ends at once.")
                self._stopping.set()
                self._on_failure()
                return
        if not self._stopping.is_set():
            self._add_worker()

    def _finish(self) -> None:
        """Let runs end, interrupt the rest, and end the workers."""
        self._wait_for_runs(GRACE_SECONDS, lambda: self._is_hurried)
        for worker in self._workers:
            worker.ask_to_stop()
        self._wait_for_runs(GRACE_SECONDS_INTERRUPTED)
        for worker in [*self._workers]:
            worker.end(kill=True)
        try:
            self._record_rest()
            if self._lease is not None:
                self._lease.close()
        except AdaptorError as error:
            self._log("error", str(error))

    def _wait_for_runs(self, seconds: float, is_over: Callable[[], bool] = lambda: False) -> None:
        until = time.monotonic() + seconds
        while self.is_busy:
            if time.monotonic() >= until or is_over():
                return
            self._wait(0.2)
