"""The supervised side of a run: the child process, which reports its progress to the supervisor."""

from __future__ import annotations

import contextlib
import mmap
import os
import pickle
import struct
import time
from copy import copy

from ...core.errors import AdaptorError
from ...core.run.context import Run
from ...core.run.stop import Stop
from ..execution.result import StepResult
from ..execution.step_state import as_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any

    from ...core.run.call_record import CallRecord
    from ...core.state import State
    from ...ledger.ledger import Ledger
    from ..execution.schedule import Schedule

MIB = 1024 * 1024
#: What child and parent share: how many messages and other writes are in flight, and how far the run is.
IN_FLIGHT, PROGRESS = struct.Struct("qq"), struct.Struct("d?")
SHARED_BYTES = IN_FLIGHT.size + PROGRESS.size


class WatchedStop(Stop):
    """A stop whose supervisor sees whether a request is in flight, even if the run can no longer say so.

    Attributes:
        shared: What both sides see; None where nobody supervises the run.
    """

    shared: mmap.mmap | None = None

    @property
    def in_flight(self) -> tuple[int, int]:
        """How many messages, and how many other calls that change something, are not answered."""
        return self._in_flight

    @in_flight.setter
    def in_flight(self, value: tuple[int, int]) -> None:
        self._in_flight = value
        if self.shared is not None:
            IN_FLIGHT.pack_into(self.shared, 0, *value)


class WatchedRun(Run):
    """A run that may be supervised."""

    stop: WatchedStop

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        self.stop = WatchedStop()


class Child:
    """The side of the child: it reports the run's progress to the parent.

    The reports go into a file, which the parent reads only where the run was killed: to wake it for each would cost
    more than the report itself.
    """

    def __init__(self, reports: IO[bytes], run: WatchedRun) -> None:
        self._reports = reports
        self._run = run
        self._end = 0
        #: Where the report of the last call begins, if nothing else was reported since.
        self._last_call: int | None = None

    def before_step(self, step: StepResult, before: State, schedule: Schedule) -> None:
        """Report that a step begins, and the state that counts if it is killed."""
        text = self._run.redactor.of_results().json(as_json(before))
        self._report("begin", step, self._run.arrival, text)
        self._progress(time.monotonic())

        def note(call: CallRecord) -> None:
            step.add_call(call)
            self._report_call(call, step.calls[-1])

        self._run.observers.on_call = note

    def after_step(self, step: StepResult, after: State, schedule: Schedule) -> None:
        """Report how a step ended."""
        leaf = not step.taken and step.kind == "job"
        reported = copy(step)
        reported.error = _reported(step.error)
        reported.calls = []
        self._report("end", reported, self._run.redactor.of_results().json(as_json(after)) if leaf else None)
        self._progress(0.0)
        if step.outcome == "kill":
            limit_memory(None)

    def ledger_opened(self, database: str, ledger: Ledger) -> None:
        """Report where the run's writes are recorded, and the tally before this attempt."""
        record = ledger.record
        before = ledger.store.writes.tally(record.id) if ledger.is_resumed else []
        self._report("ledger", ledger.store.name, database, record.attempt, before)

    def steps_ended(self) -> None:
        """Report that the steps are over: only the outputs are still to be written."""
        self._progress(0.0, is_finished=True)

    def _report_call(self, call: CallRecord, counted: CallRecord) -> None:
        """Report a call; where it is counted in the one before, replace the report of that one."""
        at, self._last_call = self._last_call, None
        reported = copy(call if at is None else counted)
        reported.error = _reported(reported.error)
        if at is None or counted is call:
            at = self._end
        self._report("call", reported, at=at)
        self._last_call = at

    def _report(self, *report: Any, at: int | None = None) -> None:
        data = pickle.dumps(report)
        at = self._end if at is None else at
        self._end, self._last_call = at + len(data), None
        with contextlib.suppress(OSError):
            os.pwrite(self._reports.fileno(), data, at)

    def _progress(self, step_began: float, *, is_finished: bool = False) -> None:
        if self._run.stop.shared is not None:
            PROGRESS.pack_into(self._run.stop.shared, IN_FLIGHT.size, step_began, is_finished)


class ReportedError(AdaptorError):
    """An error as the child reported it: a job may define its class, which the parent cannot load."""

    def __init__(self, facts: dict[str, Any], report: str) -> None:
        super().__init__(str(facts.get("description", "")))
        self._facts = facts
        self._report = report

    def facts(self) -> dict[str, Any]:
        """Return the error as JSON."""
        return self._facts

    def report(self) -> str:
        """Return the message for people."""
        return self._report


def _reported(error: AdaptorError | None) -> AdaptorError | None:
    return None if error is None else ReportedError(error.facts(), error.report())


def limit_memory(mebibytes: int | None) -> None:
    """Refuse memory beyond a limit, so that the run can still report what was sent; None lifts the limit."""
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    soft = most if mebibytes is None else mebibytes * MIB
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (soft, most))
