"""The supervised side of a run: the child process, which reports its progress to the supervisor."""

from __future__ import annotations

import contextlib
import mmap
import os
import pickle
import struct
from copy import copy

from ...core.errors import AdaptorError
from ...core.run.context import Run
from ...core.run.stop import Stop
from ..execution.result import StepResult
from ..execution.step_state import as_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...core.run.call_record import CallRecord
    from ...core.state import State
    from ...ledger.ledger import Ledger
    from ..execution.schedule import Schedule

MIB = 1024 * 1024
#: The shared counts of what is in flight: messages, and other writes.
IN_FLIGHT = struct.Struct("qq")


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
    """The side of the child: it reports the run's progress to the parent."""

    def __init__(self, pipe: int, run: WatchedRun) -> None:
        self._pipe = os.fdopen(pipe, "wb")
        self._run = run

    def before_step(self, step: StepResult, before: State, schedule: Schedule) -> None:
        """Report that a step begins, and the state that counts if it is killed."""
        text = self._run.redactor.of_results().json(as_json(before))
        self._tell("begin", step, self._run.arrival, text)

        def note(call: CallRecord) -> None:
            reported = copy(call)
            step.add_call(call)
            reported.error = _reported(call.error)
            self._tell("call", reported)

        self._run.observers.on_call = note

    def after_step(self, step: StepResult, after: State, schedule: Schedule) -> None:
        """Report how a step ended."""
        leaf = not step.taken and step.kind == "job"
        reported = copy(step)
        reported.error = _reported(step.error)
        reported.calls = []
        self._tell("end", reported, self._run.redactor.of_results().json(as_json(after)) if leaf else None)
        if step.outcome == "kill":
            limit_memory(None)

    def ledger_opened(self, database: str, ledger: Ledger) -> None:
        """Report where the run's writes are recorded, and the tally before this attempt."""
        record = ledger.record
        before = ledger.store.writes.tally(record.id) if ledger.is_resumed else []
        self._tell("ledger", ledger.store.name, database, record.attempt, before)

    def steps_ended(self) -> None:
        """Report that the steps are over: only the outputs are still to be written."""
        self._tell("finished")

    def _tell(self, *message: Any) -> None:
        with contextlib.suppress(OSError):
            pickle.dump(message, self._pipe)
            self._pipe.flush()


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
