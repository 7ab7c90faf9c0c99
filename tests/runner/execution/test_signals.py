"""Signals end a run, but not in the middle of a request; and what waits for a signal that ends a command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.core.run.context import Run
from adaptor.runner.execution import signals
from adaptor.runner.execution.interrupted import Interrupted
from adaptor.runner.execution.result import EXIT_CRASHED
from adaptor.runner.execution.signals import Interruption, StopSignals

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What may be sent here, so that a signal which nobody handles ends no process of the tests.
NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM)


@pytest.fixture(autouse=True)
def unhandled() -> Iterator[list[int]]:
    """The signals that reach what was there before."""
    reached: list[int] = []
    before = {number: signal.signal(number, lambda number, frame: reached.append(number)) for number in NUMBERS}
    yield reached
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds after which the process is to be woken, as they were set; 0 is never."""
    found: list[float] = [0]

    def set_clock(which: int, seconds: float) -> None:
        assert which == signal.ITIMER_REAL
        found.append(seconds)

    monkeypatch.setattr(signal, "setitimer", set_clock)
    return found


@pytest.fixture
def lines() -> list[tuple[str, str, str]]:
    return []


@pytest.fixture
def run(lines: list[tuple[str, str, str]]) -> Run:
    return Run(sink=lambda level, component, message, fields: lines.append((level, component, message)))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_code_of_a_job_at_once(run: Run, number: int) -> None:
    with pytest.raises(Interrupted) as stop, Interruption(run):
        signal.raise_signal(number)
    assert stop.value.code == "INTERRUPTED"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGUSR1, "TIMEOUT"), (signal.SIGUSR2, "RUN_TIMEOUT")])
def test_the_signals_of_a_supervisor_say_which_limit_was_reached(run: Run, number: int, code: str) -> None:
    with pytest.raises(Interrupted) as stop, Interruption(run, is_supervised=True):
        signal.raise_signal(number)
    assert stop.value.code == code


def test_without_a_supervisor_its_signals_mean_nothing(run: Run, unhandled: list[int]) -> None:
    with Interruption(run):
        signal.raise_signal(signal.SIGUSR1)
    assert unhandled == [signal.SIGUSR1]


def test_afterwards_signals_reach_what_was_there_before(run: Run, unhandled: list[int], clock: list[float]) -> None:
    run.stop.in_flight = (1, 0)
    with Interruption(run):
        signal.raise_signal(signal.SIGINT)
    assert clock[-1] == 0
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.raise_signal(number)
    assert unhandled == [signal.SIGINT, signal.SIGTERM, signal.SIGALRM]


def test_a_signal_that_was_ignored_stays_ignored(run: Run) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with Interruption(run):
        signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    assert run.stop.asked is None


def test_between_two_steps_a_signal_is_kept_for_the_next_one(run: Run, clock: list[float]) -> None:
    run.stop.is_between = True
    with Interruption(run):
        signal.raise_signal(signal.SIGTERM)
        assert isinstance(run.stop.asked, Interrupted)
        assert run.stop.asked.code == "INTERRUPTED"
        assert clock == [0]
        with pytest.raises(Interrupted):
            signal.raise_signal(signal.SIGTERM)


def test_a_message_that_has_left_gets_ten_seconds_for_its_answer(
    run: Run, lines: list[tuple[str, str, str]], clock: list[float]
) -> None:
    run.stop.in_flight = (1, 0)
    with Interruption(run):
        signal.raise_signal(signal.SIGINT)
        assert isinstance(run.stop.asked, Interrupted)
        assert clock[-1] == 10
        says = "Waiting up to 10 s for the answer to the request that has left. Interrupt again to stop at once."
        assert lines == [("info", "run", says)]


def test_after_a_timeout_it_gets_two_seconds(run: Run, lines: list[tuple[str, str, str]], clock: list[float]) -> None:
    run.stop.in_flight = (0, 1)
    with Interruption(run, is_supervised=True):
        signal.raise_signal(signal.SIGUSR1)
        assert clock[-1] == 2
        assert [message for _, _, message in lines] == [
            "Waiting up to 2 s for the answer to the request that has left."
        ]


def test_where_no_answer_comes_in_time_the_run_ends_for_the_first_reason(run: Run) -> None:
    run.stop.in_flight = (1, 0)
    with Interruption(run, is_supervised=True):
        signal.raise_signal(signal.SIGUSR2)
        with pytest.raises(Interrupted) as stop:
            signal.raise_signal(signal.SIGALRM)
        assert stop.value is run.stop.asked
        assert stop.value.code == "RUN_TIMEOUT"


def test_an_answer_that_came_in_time_is_not_lost_to_the_clock(run: Run) -> None:
    run.stop.in_flight = (1, 0)
    with Interruption(run):
        signal.raise_signal(signal.SIGINT)
        run.stop.in_flight = (0, 0)
        signal.raise_signal(signal.SIGALRM)


def test_a_second_signal_stops_waiting_for_the_answer(run: Run, clock: list[float]) -> None:
    run.stop.in_flight = (1, 0)
    with Interruption(run):
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(Interrupted):
            signal.raise_signal(signal.SIGINT)
        assert clock == [0, 10, 0]


def test_outputs_are_written_in_spite_of_one_signal_but_not_of_two(run: Run) -> None:
    with Interruption(run) as interruption, interruption.shielded():
        signal.raise_signal(signal.SIGINT)
        assert run.stop.asked is None
        with pytest.raises(Interrupted):
            signal.raise_signal(signal.SIGINT)


def test_the_clock_of_an_answer_does_not_run_while_outputs_are_written(run: Run, clock: list[float]) -> None:
    run.stop.in_flight = (1, 0)
    with Interruption(run) as interruption:
        signal.raise_signal(signal.SIGINT)
        with interruption.shielded():
            assert clock == [0, 10, 0]


def test_after_the_outputs_a_signal_counts_again(run: Run) -> None:
    with Interruption(run) as interruption:
        with interruption.shielded():
            pass
        with pytest.raises(Interrupted):
            signal.raise_signal(signal.SIGINT)


def test_a_wait_before_a_retry_ends_where_the_run_was_asked_to_stop(run: Run, monkeypatch: Any) -> None:
    waited: list[float] = []
    monkeypatch.setattr(signals, "time", SimpleNamespace(sleep=waited.append))
    interruption = Interruption(run)
    interruption.wait(7.5)
    assert waited == [7.5]
    run.stop.asked = Interrupted("TIMEOUT")
    with pytest.raises(Interrupted) as stop:
        interruption.wait(7.5)
    assert stop.value is run.stop.asked
    assert waited == [7.5]


# --- os._exit ---


class Ended(BaseException):
    """The process would have ended."""


@pytest.fixture
def exits(monkeypatch: Any) -> list[int]:
    """The codes with which the process would have ended."""
    codes: list[int] = []

    def end(status: int) -> None:
        codes.append(status)
        raise Ended

    monkeypatch.setattr(os, "_exit", end)
    return codes


def test_a_job_that_ends_its_process_is_an_error_with_its_code(run: Run, exits: list[int]) -> None:
    real = os._exit
    with pytest.raises(SystemExit) as end, Interruption(run):
        os._exit(7)
    assert (end.value.code, exits) == (7, [])
    assert os._exit is real


def test_under_a_supervisor_it_ends_at_once(run: Run, exits: list[int]) -> None:
    with pytest.raises(Ended), Interruption(run, is_supervised=True):
        os._exit(7)
    assert exits == [7]


def test_a_process_that_the_job_has_forked_ends_as_it_asks(run: Run, exits: list[int], monkeypatch: Any) -> None:
    with Interruption(run):
        monkeypatch.setattr(os, "getpid", lambda: -1)
        with pytest.raises(Ended):
            os._exit(7)
    assert exits == [7]


def test_a_thread_that_ends_the_process_does_not_make_it_look_well(
    run: Run, exits: list[int], lines: list[tuple[str, str, str]]
) -> None:
    def end() -> None:
        with pytest.raises(Ended):
            os._exit(0)

    with Interruption(run):
        thread = threading.Thread(target=end)
        thread.start()
        thread.join()
    assert exits == [EXIT_CRASHED]
    assert lines == [("error", "run", "A thread of the job has ended the process, as os._exit() does.")]


# --- Waiting for a signal ---


def test_a_wait_ends_with_a_signal_and_says_which(unhandled: list[int]) -> None:
    heard: list[int] = []
    with StopSignals(heard.append) as stop:
        signal.raise_signal(signal.SIGTERM)
        stop.wait()
        signal.raise_signal(signal.SIGINT)
        stop.wait()
    assert heard == [signal.SIGTERM, signal.SIGINT]
    signal.raise_signal(signal.SIGTERM)
    assert (heard[2:], unhandled) == ([], [signal.SIGTERM])


def test_each_end_ends_one_wait() -> None:
    with StopSignals() as stop:
        stop.end()
        stop.end()
        stop.wait()
        stop.wait()


def test_signals_wake_whom_they_woke_before() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing)
    with StopSignals():
        pass
    assert signal.set_wakeup_fd(before) == writing
    os.close(reading)
    os.close(writing)


MANY = """\
import os, signal, threading
from adaptor.runner.execution.signals import StopSignals

for turn in range(60):
    heard = []
    with StopSignals(heard.append) as signals:
        def both():
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGTERM)
        threading.Thread(target=both).start()
        signals.wait()
        while len(heard) < 2:
            signals.wait()
    assert sorted(heard) == [signal.SIGINT, signal.SIGTERM], heard
with StopSignals() as signals:
    threading.Thread(target=signals.end).start()
    signals.wait()
print("ended")
"""


def test_two_signals_at_once_end_the_wait_whichever_thread_they_come_to() -> None:
    done = subprocess.run([sys.executable, "-c", MANY], capture_output=True, text=True, timeout=60)
    assert done.stdout == "ended\n", done.stderr
