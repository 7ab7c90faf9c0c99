"""Log lines on a terminal: progress comes and goes without disturbing what is written."""

import io

import pytest

from adaptor.core.run.context import Run
from adaptor.runner.output import logs
from adaptor.runner.output.logs import JobOutput, Levels, Log
from adaptor.runner.output.terminal import wants_colour


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(logs.time, "monotonic", lambda: now[0])
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
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


@pytest.fixture
def colours(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return monkeypatch


def written(stream, *lines, as_json=False):
    log = Log(Levels("debug"), stream=stream, as_json=as_json)
    for level, component, message in lines:
        log(level, component, message, {"error": {}} if level == "error" else {})
    return stream.getvalue()


LINES = [
    ("info", "run", "✓ 1 fn  0.00 s"),
    ("info", "run", "  ✗ 2 fn"),
    ("error", "run", "JobError: no\n  fix:   mend it"),
    ("info", "job", "a\nb"),
    ("debug", "graph", "HTTP 200"),
    ("info", "run", "Done."),
]


def test_on_a_terminal_what_ended_well_is_green_and_an_error_red(colours):
    assert written(Terminal(), *LINES) == (
        "\x1b[32m✓\x1b[0m 1 fn  0.00 s\n"
        "  \x1b[31m✗\x1b[0m 2 fn\n"
        "\x1b[31mJobError: no\x1b[0m\n  fix:   mend it\n"
        "\x1b[2m│\x1b[0m a\n\x1b[2m│\x1b[0m b\n"
        "\x1b[2m· HTTP 200\x1b[0m\n"
        "Done.\n"
    )


def test_there_is_no_colour_in_a_pipe_in_json_or_where_the_environment_says_no(colours):
    plain = written(io.StringIO(), *LINES)
    assert "\x1b" not in plain
    assert "\x1b" not in written(Terminal(), *LINES, as_json=True)
    colours.setenv("TERM", "dumb")
    assert written(Terminal(), *LINES) == plain
    colours.setenv("TERM", "xterm")
    colours.setenv("NO_COLOR", "1")
    assert written(Terminal(), *LINES) == plain
    colours.setenv("FORCE_COLOR", "1")
    assert written(Terminal(), *LINES) == plain


def test_colour_can_be_asked_for_in_a_pipe(colours):
    colours.setenv("FORCE_COLOR", "1")
    assert "\x1b[32m✓\x1b[0m" in written(io.StringIO(), *LINES)


def test_a_text_of_somebody_else_brings_no_colour_of_its_own(colours):
    text = written(Terminal(), ("info", "job", "a\x1b[31mb"))
    assert text == "\x1b[2m│\x1b[0m a\\u001b[31mb\n"


def test_the_environment_counts_only_where_it_is_not_empty(colours):
    colours.setenv("NO_COLOR", "")
    colours.setenv("FORCE_COLOR", "")
    assert wants_colour(Terminal())
    assert not wants_colour(io.StringIO())


KEY = "-----BEGIN KEY-----\nMIIEvQ9first\nab1=\n-----END KEY-----\n"


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("key", [KEY, KEY.strip(), KEY.replace("\n", "\r\n")])
@pytest.mark.parametrize("as_bytes", [False, True])
def test_a_secret_of_several_lines_is_taken_out_of_what_a_job_prints_in_however_many_writes(key, size, as_bytes):
    lines = []
    run = Run(sink=lambda level, component, message, fields: lines.append(message))
    run.redactor.learn_credential({"pem": key})
    output = JobOutput(run)
    text = f"before {key} ä after\n{key}\nend"
    given = text.encode() if as_bytes else text
    for start in range(0, len(given), size):
        (output.buffer if as_bytes else output).write(given[start : start + size])
    output.close()
    shown = "\n".join(lines)
    for secret in ("MIIEvQ9first", "ab1="):
        assert secret not in shown
    assert (lines[0].split()[0], lines[-1]) == ("before", "end")
    assert "ä after" in shown


def test_the_first_lines_of_a_secret_that_does_not_go_on_are_shown_at_the_next_line_or_the_end():
    lines = []
    run = Run(sink=lambda level, component, message, fields: lines.append(message))
    run.redactor.learn_credential({"pem": KEY})
    output = JobOutput(run)
    output.write("-----BEGIN KEY-----\n")
    assert lines == []
    output.write("something else\n")
    assert lines == ["-----BEGIN KEY-----", "something else"]
    output.write("-----BEGIN KEY-----\n")
    output.close()
    assert lines[2:] == ["-----BEGIN KEY-----"]
