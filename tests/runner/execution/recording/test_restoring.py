"""Recorded states get their secrets back, and recorded messages are reported again."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from adaptor.core.errors import InputError
from adaptor.core.run.context import Run
from adaptor.core.secrets.redact import Redactor
from adaptor.graph.answers.errors import RecipientUnavailable
from adaptor.ledger.records import RunRecord, StepRecord, Write, WriteRecord
from adaptor.runner.execution.recording.restoring import replay_messages, restored, restored_run
from adaptor.runner.execution.result import StepResult

PASSWORD = "sunrise-over-kibera-7"
ERROR = {"name": "RecipientUnavailable", "message": "This person isn't available.", "code": 551, "sent": "no"}


def knowing(**configuration: str) -> Redactor:
    redactor = Redactor()
    redactor.learn_credential(configuration)
    return redactor


def kept(value: Any) -> Any:
    """Return a value as it is recorded: with marks in the place of the password."""
    found = knowing(db_password=PASSWORD).keep(value)
    assert PASSWORD not in json.dumps(found)
    return found


def test_a_secret_comes_back_from_the_credential() -> None:
    assert restored(kept({"a": [PASSWORD]}), knowing(db_password=PASSWORD)) == {"a": [PASSWORD]}


def test_without_the_credential_of_the_first_attempt_the_run_is_refused_and_says_which_key_it_needs() -> None:
    with pytest.raises(InputError) as refused:
        restored(kept({"a": PASSWORD}), knowing())
    assert refused.value.description == (
        "The stored data holds the secret `db_password`, and the credential has none. Nothing was sent."
    )
    assert refused.value.fix == "Give the credential of the first attempt, which has `db_password`: -c FILE."
    assert refused.value.details == {"key": "db_password"}


class Stored:
    """A ledger's store with a run: its input, a step, and a result of a write in which secrets were replaced."""

    def __init__(self, *, output: Any = None, result: Any = None) -> None:
        self.asked: list[tuple[str, str]] = []
        self.writes = SimpleNamespace(results_with=lambda run, text: self.asked.append((run, text)) or [result])
        step = StepRecord("a", 0, "completed", output or {})
        self.runs = SimpleNamespace(steps=lambda run: [step])


def test_the_initial_state_and_the_states_of_the_steps_come_back() -> None:
    store: Any = Stored(output=kept({"data": PASSWORD}))
    record = RunRecord("r1", "/jobs/job.py", "job", "input", kept({"data": {"p": PASSWORD}}))
    state, steps = restored_run(store, record, knowing(db_password=PASSWORD))
    assert state == {"data": {"p": PASSWORD}}
    assert [step.output for step in steps] == [{"data": PASSWORD}]
    assert store.asked[0][0] == "r1"
    assert store.asked[0][1] in json.dumps(kept(PASSWORD))


def test_a_run_without_a_recorded_input_begins_empty() -> None:
    store: Any = Stored()
    assert restored_run(store, RunRecord("r1", "job.py", "job", "input", {}), knowing())[0] == {}


def test_a_secret_that_only_the_result_of_a_write_needs_is_missed_before_anything_is_sent() -> None:
    store: Any = Stored(result=kept({"id": PASSWORD}))
    with pytest.raises(InputError):
        restored_run(store, RunRecord("r1", "job.py", "job", "input", {}), knowing())


# --- Messages of a step that is not run again ---


def row(outcome: str, *, is_message: bool = True, recipient: str = "7", **facts: Any) -> WriteRecord:
    write = Write("@3:0 · each@3 · send_text@4", recipient, "f", is_message=is_message)
    return WriteRecord("id", "r1", write, outcome, **facts)


def replayed(*rows: WriteRecord) -> tuple[list[Any], list[Any]]:
    """Return the calls and the rows of results that a step has after its messages were replayed."""
    asked: list[Any] = []
    store = SimpleNamespace(writes=SimpleNamespace(records=lambda run, step: asked.append((run, step)) or rows))
    ledger: Any = SimpleNamespace(store=store, record=SimpleNamespace(id="r1"))
    result, run, reported = StepResult("a", "A", 0, "job"), Run(), []
    run.observers.on_result = reported.append
    replay_messages(ledger, run, result, 5)
    assert asked == [("r1", ("a", 5))]
    return result.calls, reported


def test_a_message_is_reported_as_an_earlier_attempt_recorded_it() -> None:
    (call,), (reported,) = replayed(row("sent", result={"message_id": "m1"}))
    assert (call.operation, call.place, call.outcome, call.recipient) == ("send_text", "each · send_text", "sent", "7")
    assert (call.is_write, call.is_message, call.is_earlier, call.seconds) == (True, True, True, 0.0)
    assert call.error is None
    assert (reported["outcome"], reported["recipient"], reported["message_id"]) == ("sent", "7", "m1")
    assert reported["error"] is None


def test_its_failure_is_reported_with_the_error() -> None:
    (call,), (reported,) = replayed(row("failed", error=ERROR, about="row"))
    assert isinstance(call.error, RecipientUnavailable)
    assert call.error.about == "row"
    assert (reported["outcome"], reported["error"]) == ("failed", "RecipientUnavailable")


def test_what_was_being_sent_is_unknown_and_what_was_only_claimed_is_not_reported() -> None:
    calls, reported = replayed(row("claimed"), row("sending"), row("unknown", recipient="8"))
    assert [(call.outcome, call.recipient) for call in calls] == [("unknown", "7"), ("unknown", "8")]
    assert [row["outcome"] for row in reported] == ["unknown", "unknown"]


def test_another_write_is_a_call_without_a_recipient_and_no_row_of_the_results() -> None:
    (call,), reported = replayed(row("sent", is_message=False))
    assert (call.is_message, call.recipient) == (False, None)
    assert reported == []
