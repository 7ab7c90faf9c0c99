"""Log lines on a terminal: progress comes and goes without disturbing what is written."""

import io

import pytest

from adaptor.runner import logs
from adaptor.runner.logs import Levels, Log


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(logs.time, "monotonic", lambda: now[0])
    monkeypatch.delenv("CI", raising=False)
    return now


def test_progress_appears_after_a_second_and_is_wiped_before_a_line_and_at_the_end(clock):
    terminal = Terminal()
    log = Log(stream=terminal)
    tell = log.progress()
    tell("each[0]")
    clock[0] += 0.5
    tell("each[1]")
    assert terminal.getvalue() == ""
    clock[0] += 0.6
    tell("each[2]")
    assert terminal.getvalue() == "\r\x1b[K… each[2]"
    log("info", "job", "a line", {})
    assert terminal.getvalue() == "\r\x1b[K… each[2]\r\x1b[K│ a line\n"
    clock[0] += 1
    tell("each[3]")
    tell("")
    assert terminal.getvalue().endswith("… each[3]\r\x1b[K")


def test_a_loop_that_is_over_at_once_shows_nothing(clock):
    terminal = Terminal()
    tell = Log(stream=terminal).progress()
    for index in range(100):
        tell(f"each[{index}]")
    tell("")
    assert terminal.getvalue() == ""


def test_there_is_no_progress_in_a_pipe_in_ci_as_json_or_when_nothing_is_logged(clock, monkeypatch):
    assert Log(stream=io.StringIO()).progress() is None
    assert Log(stream=Terminal(), as_json=True).progress() is None
    assert Log(Levels("error"), stream=Terminal()).progress() is None
    monkeypatch.setenv("CI", "true")
    assert Log(stream=Terminal()).progress() is None


def test_a_log_that_nobody_reads_any_more_stops_nothing():
    stream = io.StringIO()
    log = Log(stream=stream)
    stream.close()
    log("info", "job", "a line", {})
