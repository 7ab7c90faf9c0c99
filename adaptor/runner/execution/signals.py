"""Ctrl-C, SIGTERM and the signals of a supervisor: they end a run, but not in the middle of a request.

After the first signal the run waits, for a limited time, for the answer to a request that has left. The second signal
ends it at once. `os._exit` is an error of the job here: it would end the process without a word, even with the code 0.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

from .interrupted import Interrupted
from .result import EXIT_CRASHED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType, TracebackType
    from typing import Any, NoReturn

    from ...core.run.context import Run

#: How many seconds a request in flight gets for its answer: after a signal of a user, and after a timeout.
GRACE_SECONDS = 10.0
GRACE_SECONDS_AFTER_TIMEOUT = 2.0

#: What each signal means. The last two come from a supervisor.
CODES = {
    signal.SIGINT: "INTERRUPTED",
    signal.SIGTERM: "INTERRUPTED",
    signal.SIGHUP: "INTERRUPTED",
    signal.SIGUSR1: "TIMEOUT",
    signal.SIGUSR2: "RUN_TIMEOUT",
}


class Interruption:
    """A context manager that turns signals into the end of a run. For the main thread of the command's own process."""

    def __init__(self, run: Run, *, is_supervised: bool = False) -> None:
        self._run = run
        self._signals = [number for number, code in CODES.items() if is_supervised or code == "INTERRUPTED"]
        self._before: dict[int, Any] = {}
        self._asked = 0
        self._is_shielded = False
        # A supervisor sees how its child ends.
        self._exit = None if is_supervised else os._exit
        self._process = os.getpid()

    def wait(self, seconds: float) -> None:
        """Wait before a retry, or end the run where a signal asked for it."""
        if self._run.stop.asked is not None:
            raise self._run.stop.asked
        time.sleep(seconds)

    def __enter__(self) -> Interruption:
        for number in self._signals:
            # A signal that is ignored stays ignored: nohup and shells set that.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._end)
        if self._exit is not None:
            os._exit = self._end_process
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._stop_clock()
        if self._exit is not None:
            os._exit = self._exit
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextlib.contextmanager
    def shielded(self) -> Iterator[None]:
        """Ignore the first signal while outputs are written; a second one ends that too."""
        self._is_shielded = True
        self._stop_clock()
        try:
            yield
        finally:
            self._is_shielded = False

    def _end_process(self, status: int) -> NoReturn:
        """Stand in for `os._exit`: an error in the run's own process, but not in one that the job has forked."""
        assert self._exit is not None
        if os.getpid() != self._process:
            self._exit(status)
        import threading

        if threading.current_thread() is threading.main_thread():
            raise SystemExit(status)
        self._run.log("error", "run", "A thread of the job has ended the process, as os._exit() does.")
        sys.stderr.flush()
        self._exit(EXIT_CRASHED)

    def _end(self, number: int, frame: FrameType | None) -> None:
        if os.getpid() != self._process:
            # A process that the job has forked, such as one of a pool that is to end.
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        self._asked += 1
        code = CODES[signal.Signals(number)]
        stop = Interrupted(code)
        if self._asked == 1:
            if self._is_shielded:
                return
            if self._run.stop.is_between:
                self._run.stop.asked = stop
                return
            if any(self._run.stop.in_flight):
                self._run.stop.asked = stop
                seconds = GRACE_SECONDS if code == "INTERRUPTED" else GRACE_SECONDS_AFTER_TIMEOUT
                again = " Interrupt again to stop at once." if code == "INTERRUPTED" else ""
                self._run.log(
                    "info", "run", f"Waiting up to {seconds:.0f} s for the answer to the request that has left.{again}"
                )
                self._before.setdefault(signal.SIGALRM, signal.getsignal(signal.SIGALRM))
                signal.signal(signal.SIGALRM, self._too_late)
                signal.setitimer(signal.ITIMER_REAL, seconds)
                return
        self._stop_clock()
        raise stop

    def _too_late(self, number: int, frame: FrameType | None) -> None:
        if any(self._run.stop.in_flight):
            raise self._run.stop.asked or Interrupted()

    def _stop_clock(self) -> None:
        if signal.SIGALRM in self._before:
            signal.setitimer(signal.ITIMER_REAL, 0)


class StopSignals:
    """Waits until SIGINT or SIGTERM comes, or another thread ends the wait. A context manager for the main thread.

    The wait is for a pipe, into which the interpreter writes for each signal. A lock would not do: a signal may come to
    another thread, which does not wake this one, or may interrupt the very code that holds the lock.

    Args:
        on_signal: Called in the main thread with the number of each signal.
    """

    def __init__(self, on_signal: Callable[[int], object] = lambda number: None) -> None:
        self._on_signal = on_signal
        self._before: dict[int, Any] = {}
        self._ended, self._end = os.pipe()
        os.set_blocking(self._end, False)

    def wait(self) -> None:
        """Wait."""
        os.read(self._ended, 1)

    def end(self) -> None:
        """End the wait from another thread."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._end, b"\0")

    def __enter__(self) -> StopSignals:
        self._wakeup = signal.set_wakeup_fd(self._end, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, lambda number, frame: self._on_signal(number))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup)
        os.close(self._ended)
        os.close(self._end)
