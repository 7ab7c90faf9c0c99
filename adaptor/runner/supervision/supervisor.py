"""A parent process that ends a run which takes too much time or memory, whatever the run is doing.

A signal or a thread inside Python cannot stop every loop and every C call, so the run takes place in a child. First the
child is asked to end: it settles what is in flight and writes its output. If it does not, it is killed, and the parent
reports what it knows. What the job has started ends with it, see `guard`. Linux and macOS.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import pickle
import select
import signal
import sys
import time

from ..execution.interrupted import Interrupted, interruption
from ..execution.result import EXIT_INTERRUPTED, EXIT_KILLED, Result, StepResult
from ..execution.step_state import as_json, final_text
from .guard import fork_guarded
from .guard_above import fork_below_guard
from .recorded import Recorded
from .supervised_child import IN_FLIGHT, MIB, PROGRESS, SHARED_BYTES, Child, WatchedRun, limit_memory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import IO, Any

    from ...core.errors import AdaptorError
    from ...core.run.call_record import CallRecord
    from ...ledger.records import WriteRecord
    from .guard import Guard
    from .guard_above import ForkedJob

#: Seconds between asking and killing: with nothing in flight, and with an answer awaited.
GRACE_SECONDS = 1.0
GRACE_SECONDS_IN_FLIGHT = 4.0
#: The same after Ctrl-C, when an answer may take longer.
GRACE_SECONDS_INTERRUPTED = 15.0
#: Seconds between two looks at the child's memory.
LOOK_SECONDS = 0.1


class RunLimits:
    """The limits of a run.

    Attributes:
        step: Seconds for each step.
        run: Seconds for the run.
        memory: MiB.
    """

    def __init__(self, step: float | None = None, run: float | None = None, memory: int | None = None) -> None:
        self.step = step
        self.run = run
        self.memory = memory

    def __bool__(self) -> bool:
        return any(limit is not None for limit in (self.step, self.run, self.memory))


class Supervisor:
    """The side of the parent.

    Attributes:
        result: What is known about a run that had to be killed, or None.
    """

    def __init__(self, guard: Guard | ForkedJob, reports: IO[bytes], limits: RunLimits, run: WatchedRun) -> None:
        self._guard = guard
        self._pid = guard.child
        self._reports = reports
        self._limits = limits
        self._run = run
        self._began = time.monotonic()
        self._deadline: float | None = None
        self._why = Interrupted()
        self._asked = 0
        self._steps: list[StepResult] = []
        self._before: tuple[StepResult, int, str] | None = None
        self._made_before = run.made
        self._leaves: list[tuple[str, str]] = []
        self._ledger: str | None = None
        self._recorded: Recorded | None = None
        self.result: Result | None = None

    @property
    def in_flight(self) -> list[WriteRecord]:
        """The messages that a killed child was sending: it could report none of them."""
        return [] if self._recorded is None else self._recorded.in_flight

    def wait(self) -> int:
        """Wait for the child's end, ending it where it exceeds its limits; return its exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._pass_on)
        signal.signal(signal.SIGQUIT, self._quit)
        signal.signal(signal.SIGTSTP, self._pause)
        while True:
            select.select([self._guard.status], [], [], self._seconds_to_wait())
            status = self._guard.ended()
            if status is not None:
                return self._ended(status)
            self._look()

    # --- What the child reports ---

    def _read_reports(self) -> None:
        self._reports.seek(0)
        # The last one is incomplete where the child was killed meanwhile.
        with contextlib.suppress(EOFError, pickle.UnpicklingError):
            while True:
                kind, *rest = pickle.load(self._reports)
                getattr(self, f"_take_{kind}")(*rest)

    def _take_begin(self, step: StepResult, arrival: int, before: str) -> None:
        self._steps.append(step)
        self._before = (step, arrival, before)
        self._made_before = self._run.made

    def _take_call(self, call: CallRecord) -> None:
        self._steps[-1].add_call(call)
        if call.is_write and not call.is_earlier:
            self._run.count(call.outcome, is_message=call.is_message, count=call.count)

    def _take_end(self, step: StepResult, leaf: str | None) -> None:
        if self._before is not None:
            step.calls = self._before[0].calls
            self._steps[-1] = step
        else:
            self._steps.append(step)
        self._before = None
        if leaf is not None:
            self._leaves.append((step.id, leaf))

    def _take_ledger(self, ledger: str, database: str, attempt: int, before: list[Any]) -> None:
        self._ledger = ledger
        self._recorded = Recorded(database, attempt, before)

    # --- Limits ---

    def _progress(self) -> tuple[float, bool]:
        """Return when the step began that is under way, or 0, and whether the steps are over."""
        shared = self._run.stop.shared
        step_began, is_finished = (0.0, False) if shared is None else PROGRESS.unpack_from(shared, IN_FLIGHT.size)
        return step_began, is_finished

    def _seconds_to_wait(self) -> float:
        now = time.monotonic()
        moments = [now + 0.5]
        if self._limits.memory is not None:
            moments.append(now + LOOK_SECONDS)
        step_began, is_finished = self._progress()
        if self._deadline is not None:
            moments.append(self._deadline)
        elif not is_finished:
            if self._limits.run is not None:
                moments.append(self._began + self._limits.run)
            if self._limits.step is not None:
                # A step that begins meanwhile has not used it up before.
                moments.append((step_began or now) + self._limits.step)
        return max(min(moments) - now, 0.0)

    def _look(self) -> None:
        now = time.monotonic()
        step_began, is_finished = self._progress()
        if self._deadline is not None:
            if now >= self._deadline:
                self._kill()
            return
        if is_finished:
            return
        if self._limits.run is not None and now >= self._began + self._limits.run:
            self._ask(signal.SIGUSR2, "RUN_TIMEOUT")
        elif self._limits.step is not None and step_began and now >= step_began + self._limits.step:
            self._ask(signal.SIGUSR1, "TIMEOUT")
        elif self._limits.memory is not None and _memory(self._pid) > (self._limits.memory + 32) * MIB:
            # The child's own limit does not count all of it.
            self._why = Interrupted("MEMORY")
            self._kill()

    def _ask(self, number: int, code: str) -> None:
        self._why = Interrupted(code)
        seconds = GRACE_SECONDS_IN_FLIGHT if any(self._in_flight()) else GRACE_SECONDS
        self._deadline = time.monotonic() + seconds
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, number)

    def _in_flight(self) -> tuple[int, int]:
        shared = self._run.stop.shared
        messages, others = (0, 0) if shared is None else IN_FLIGHT.unpack_from(shared)
        return messages, others

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        self._asked += 1
        if self._deadline is None:
            self._why = Interrupted()
            self._deadline = time.monotonic() + GRACE_SECONDS_INTERRUPTED
        elif self._asked > 1:
            # A child that stops at once needs no longer.
            self._deadline = min(self._deadline, time.monotonic() + GRACE_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, number)

    def _quit(self, number: int, frame: FrameType | None) -> None:
        self._why = Interrupted()
        self._kill()

    def _pause(self, number: int, frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGSTOP)
            os.kill(os.getpid(), signal.SIGSTOP)
            os.killpg(self._pid, signal.SIGCONT)

    def _kill(self) -> None:
        # The child and everything it started.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, signal.SIGKILL)
        self._deadline = time.monotonic() + 3600

    # --- The end ---

    def _ended(self, status: int) -> int:
        code = os.waitstatus_to_exitcode(status)
        step_began, _ = self._progress()
        with self._reports:
            if code >= 0 and not step_began:
                return code
            self._read_reports()
        return self._account(max(-code, 0))

    def _account(self, number: int) -> int:
        """Make a result of what is known about a run that was killed."""
        run = self._run
        is_recorded = self._recorded is not None and self._recorded.read(run)
        if not is_recorded:
            for is_message, count in zip((True, False), self._in_flight(), strict=True):
                if count:
                    run.count("unknown", is_message=is_message, count=count)
        error = self._reason(number)
        code = EXIT_INTERRUPTED if error.code == "INTERRUPTED" else EXIT_KILLED
        result = self.result = Result(code, error, run.outcomes, run.id)
        result.messages = run.messages
        result.started, result.seconds = run.began, time.monotonic() - self._began
        result.steps = self._steps
        result.ledger = self._ledger
        result.recorded = self._recorded.whole(run) if is_recorded and self._recorded is not None else None
        if self._before is not None:
            self._account_step(result, error, *self._before, is_recorded=is_recorded)
        run.log("error", "run", error.report(), error=error.facts())
        return result.exit_code

    def _reason(self, number: int) -> AdaptorError:
        """Return why the run ended.

        Args:
            number: The signal that ended its process; 0 where it exited.
        """
        error = interruption(self._why, None)
        if number == 0:
            error.description = "The job ended the process in the middle of the step, as os._exit() does."
            error.code, error.fix = "KILLED", f"A job must not do that: raise an error instead. {error.fix}"
        elif self._deadline is None:
            error.description = f"The process that ran the job was ended by {_signal_name(number)}."
            error.code, error.fix = "KILLED", f"Where nobody killed it, it ran out of memory, or crashed. {error.fix}"
        return error

    def _account_step(
        self, result: Result, error: AdaptorError, step: StepResult, arrival: int, before: str, *, is_recorded: bool
    ) -> None:
        """Add the step that was under way, with the state from before it."""
        import json

        error.set_counts(self._made_before, self._run.made)
        if self._recorded is not None and is_recorded:
            # This includes what earlier attempts have sent in this step.
            error.set_counts((0, 0, 0), self._recorded.made_in(step.id, arrival))
        now, (step_began, _) = time.monotonic(), self._progress()
        step.outcome, step.error, step.seconds = "kill", error, now - (step_began or now)
        error.place = f"step {step.id}" + ("" if step.id == step.name else f" “{step.name}”")
        state = json.loads(before)
        facts = {**error.facts(), "severity": "kill"}
        state["errors"] = {**(state.get("errors") or {}), step.id: facts}
        result.text = final_text([*self._leaves, (step.id, as_json(state))])
        result.state = json.loads(result.text)


def supervise(limits: RunLimits, run: WatchedRun, *, is_guarded: bool = False) -> Child | Supervisor:
    """Fork: return the child's side in the child, and the parent's side in the parent.

    Args:
        limits: The limits of the run.
        run: The run.
        is_guarded: This process has a guard above it, for all its jobs: see `guard_above`.

    Raises:
        OSError: This machine cannot.
    """
    import tempfile

    run.stop.shared = mmap.mmap(-1, SHARED_BYTES)
    # The supervisor closes it.
    reports = tempfile.TemporaryFile()  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    guard = fork_below_guard() if is_guarded else fork_guarded()
    if guard is not None:
        return Supervisor(guard, reports, limits, run)
    limit_memory(limits.memory)
    return Child(reports, run)


def _memory(pid: int) -> int:
    """Return how many bytes of memory a process has in use."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        pass
    import subprocess

    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return int(shown) * 1024 if shown.isdigit() else 0


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
