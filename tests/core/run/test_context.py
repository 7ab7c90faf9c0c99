"""The current run: what it counts, what it refuses, and what it keeps for its operations."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from adaptor.core.errors import AdaptorError, InvalidMessage, JobError
from adaptor.core.operation import Operation
from adaptor.core.run.call_record import CallRecord
from adaptor.core.run.context import Run, active, current_run
from adaptor.core.run.place import Statement, written_at


class Resource:
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


# --- Counts ---


@pytest.mark.parametrize(
    ("outcome", "is_message", "outcomes", "messages", "made"),
    [
        ("sent", True, {"sent": 2}, {"sent": 2}, (2, 0, 0)),
        ("sent", False, {"sent": 2}, {}, (0, 2, 0)),
        ("unknown", True, {"unknown": 2}, {"unknown": 2}, (0, 0, 2)),
        ("failed", True, {"failed": 2}, {"failed": 2}, (0, 0, 0)),
        ("skipped", True, {"skipped": 2}, {"skipped": 2}, (0, 0, 0)),
    ],
)
def test_writes_are_counted_by_outcome_and_messages_apart(
    outcome: str, is_message: bool, outcomes: Any, messages: Any, made: Any
) -> None:
    run = Run()
    run.count(outcome, is_message=is_message, count=2)
    assert {name: count for name, count in run.outcomes.items() if count} == outcomes
    assert (run.messages, run.made) == (messages, made)
    run.count(outcome, is_message=is_message)
    assert run.outcomes[outcome] == 3


def test_a_call_is_recorded_with_its_place_and_counted() -> None:
    run, calls = Run(), []
    run.observers.on_call = calls.append
    run.path[:] = [("step", 0), ("each", 2), ("send_text", None), ("", None)]
    error = InvalidMessage("no")
    run.record_call("failed", is_message=True, recipient="7", seconds=1.5, error=error, count=3)
    (call,) = calls
    assert (call.operation, call.place) == ("send_text", "step 1 · each[2] · send_text")
    assert (call.outcome, call.is_write, call.is_message, call.recipient) == ("failed", True, True, "7")
    assert (call.seconds, call.error, call.count, call.is_earlier) == (1.5, error, 3, False)
    assert run.messages == {"failed": 3}


def test_a_read_is_no_outcome_of_the_run() -> None:
    run, calls = Run(), []
    run.observers.on_call = calls.append
    run.record_call("read", is_write=False)
    assert (sum(run.outcomes.values()), [call.operation for call in calls]) == (0, [""])


def test_what_an_earlier_attempt_has_sent_is_made_and_no_outcome_of_this_one() -> None:
    run, calls = Run(), []
    run.observers.on_call = calls.append
    run.record_call("sent", is_message=True, is_earlier=True, count=2)
    assert (run.outcomes["sent"], run.messages, run.made) == (0, {}, (2, 0, 0))
    run.record_call("unknown", is_earlier=True)
    assert (run.outcomes["unknown"], run.unknown_in_a_row) == (1, 0)
    assert [call.is_earlier for call in calls] == [True, False]


def test_unknown_writes_in_a_row_are_counted_until_one_has_an_outcome() -> None:
    run = Run()
    for outcome, in_a_row in (
        ("unknown", 2),
        ("duplicate", 2),
        ("sent", 0),
        ("unknown", 2),
        ("skipped", 2),
        ("failed", 0),
    ):
        run.record_call(outcome, count=2)
        assert run.unknown_in_a_row == in_a_row, outcome


# --- What is refused ---


def test_a_write_while_scripts_are_loaded_is_refused() -> None:
    run = Run()
    run.is_loading = True
    with pytest.raises(JobError) as refused:
        run.check_thread()
    assert refused.value.code == "WHILE_LOADING"
    assert refused.value.description == "A write was called at the top level of a script, where it could be made twice."
    assert refused.value.fix == (
        "Write the operation on a line of its own without calling it: it becomes part of the step."
    )


def test_a_write_outside_of_the_run_of_its_process_is_refused() -> None:
    Run().check_thread()
    with Run(alone=True) as alone:
        alone.check_thread()
        with pytest.raises(JobError) as refused:
            Run().check_thread()
        Run(alone=True).check_thread()
    Run().check_thread()
    assert refused.value.code == "OUTSIDE_THE_RUN"
    what = "A write was called in a thread or process of the job's own, outside the run. Nothing was sent."
    assert refused.value.description == what
    assert (
        refused.value.fix
        == "Process a list with each(…) or try_each(…) instead; a program makes a run by adaptor.runner.run."
    )


def test_a_run_that_is_to_stop_writes_nothing_more() -> None:
    run = Run()
    run.stop.asked = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        run.check_thread()


def test_before_each_write_the_state_is_looked_at() -> None:
    run, looked = Run(), []
    run.before_writing = lambda: looked.append(True)
    run.check_thread()
    assert looked == [True]


# --- The run itself ---


def test_a_run_is_the_current_one_inside_alone() -> None:
    with pytest.raises(RuntimeError, match=r"^no run is under way$"):
        current_run()
    with Run() as outer:
        with Run() as inner:
            assert current_run() is inner
        assert current_run() is outer
    assert active.get() is None


def test_now_goes_on_from_the_begin_of_the_run() -> None:
    moment = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
    run = Run(started=moment.timestamp())
    assert run.started == moment
    assert 0 <= run.now() - moment.timestamp() < 60


def test_a_resource_is_opened_once_and_closed_with_the_run() -> None:
    with Run() as run:
        first = run.resource("a", Resource)
        assert run.resource("a", Resource) is first
        assert run.resource("b", Resource) is not first
    assert first.closed == 1
    assert run.resource("a", Resource) is not first


def test_the_ledger_and_the_collections_are_opened_once_when_they_are_used() -> None:
    opened: list[str] = []
    run = Run()
    assert (run.ledger, run.open_ledger, run.collections) == (None, None, None)
    run.use_ledger(lambda: opened.append("ledger") or Resource())  # type: ignore[arg-type,func-returns-value,return-value]
    run.use_collections(lambda: opened.append("collections") or Resource())  # type: ignore[func-returns-value]
    assert (run.open_ledger, opened) == (None, [])
    assert run.ledger is run.ledger is run.open_ledger
    assert run.collections is run.collections
    assert opened == ["ledger", "collections"]


# --- Errors that come again ---


def operation(**facts: Any) -> Operation:
    made: Any = type("Made", (Operation,), facts)
    found: Operation = made.__new__(made)
    return found


@pytest.mark.parametrize(
    ("kinds", "was_raised", "calls_code", "raises"),
    [
        (None, True, False, False),
        (InvalidMessage, True, False, False),
        (AdaptorError, True, True, True),
        (AdaptorError, False, True, False),
        (AdaptorError, False, False, True),
    ],
)
def test_an_error_is_raised_again_where_it_is_caught_and_no_new_code_gets_it(
    kinds: Any, was_raised: bool, calls_code: bool, raises: bool
) -> None:
    run, error = Run(), JobError("lost")
    run.under_way.append(operation(calls_code=calls_code))
    if kinds is None:
        assert run.raises_again(error, was_raised=was_raised) is raises
        return
    with run.catching(kinds):
        assert run.raises_again(error, was_raised=was_raised) is raises
    assert not run.raises_again(error, was_raised=True)


# --- Places ---


def test_an_operation_runs_once_where_nothing_around_it_repeats_it() -> None:
    run = Run()
    once, loop = operation(performs_once=True), operation(performs_once=False)
    for under_way, is_alone, runs_once in (
        ([once, loop], True, True),
        ([loop, once], True, False),
        ([once, once], False, False),
        ([], True, True),
    ):
        run.under_way[:], run.statement = under_way, Statement(is_alone=is_alone)
        assert run.runs_once() is runs_once


def test_the_line_of_a_job_is_that_of_the_nearest_caller_outside_of_the_package() -> None:
    file, line = written_at()
    assert (file, line) == (__file__, written_at()[1] - 1)


# --- The log ---


def test_a_line_of_the_log_is_free_of_secrets_and_has_its_fields() -> None:
    lines: list[Any] = []
    run = Run(sink=lambda *line: lines.append(line))
    assert run.learn_secrets({"configuration": {"access_token": "EAAG-very-secret"}})
    assert not run.learn_secrets({"configuration": {"access_token": "EAAG-very-secret"}})
    assert not run.learn_secrets(None)  # type: ignore[arg-type]
    run.log("info", "graph", "EAAG-very-secret is here", note="EAAG-very-secret", count=1)
    ((level, component, message, fields),) = lines
    assert (level, component, fields["count"]) == ("info", "graph", 1)
    assert "EAAG" not in message + fields["note"]


def test_a_warning_is_written_once_by_its_name() -> None:
    lines: list[Any] = []
    run = Run(sink=lambda *line: lines.append(line[:3]))
    for name in ("a", "a", "b", None, None):
        run.warn("graph", "careful", once=name)
    assert lines == [("info", "graph", "warning: careful")] * 4
    assert run.warned == {"a", "b"}


def test_without_a_sink_the_lines_go_to_the_log_of_python(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        Run().log("error", "graph", "no")
    assert caplog.record_tuples == [("adaptor.graph", logging.ERROR, "no")]


@pytest.mark.parametrize(("value", "shown"), [("ä", "ä"), ({"a": "ä"}, '{"a": "ä"}'), ({1}, "{1}")])
def test_a_value_is_shown_as_json_unless_it_is_to_be_hidden(value: Any, shown: str) -> None:
    run = Run()
    assert run.shown(value) == shown
    run.sanitize = lambda value: "hidden"
    assert run.shown(value) == "hidden"


def test_unknown_writes_that_are_counted_together_are_each_one_in_a_row() -> None:
    run = Run()
    run.record_call("unknown", count=2)
    run.record_call("unknown", count=3)
    assert run.unknown_in_a_row == 5


def test_a_message_has_its_own_count_beside_other_outcomes() -> None:
    run = Run()
    run.count("failed", is_message=True)
    run.count("sent", is_message=True)
    run.count("sent", is_message=True)
    run.count_made("sent", is_message=True)
    assert (run.messages, run.made) == ({"failed": 1, "sent": 2}, (3, 0, 0))


def test_a_record_of_a_call_is_of_one_call_of_this_attempt() -> None:
    call = CallRecord("send_text", "step 1", "sent", True, True, "7", 0.5, None)
    assert (call.count, call.is_earlier) == (1, False)
