"""What the result of a step keeps of its calls."""

from __future__ import annotations

import pytest

from adaptor.core.errors import DeliveryUnknown, JobError
from adaptor.core.run.call_record import CallRecord
from adaptor.runner.execution.result import Result, StepResult


def test_equal_calls_in_a_row_are_one_record_unless_each_has_its_recipient():
    step = StepResult("job-1", "job", 0, "job")
    for place, outcome, recipient in (
        ("step 1 · broadcast[1]", "sent", None),
        ("step 1 · broadcast[2]", "sent", None),
        ("step 2 · broadcast[1]", "sent", None),
        ("step 2 · broadcast[2]", "failed", None),
        ("step 2 · broadcast[3]", "sent", "5"),
    ):
        step.add_call(CallRecord("send_text", place, outcome, True, True, recipient, 0.5, None, 50))
    found = [(call.outcome, call.count, call.seconds) for call in step.calls]
    assert found == [("sent", 100, 1.0), ("sent", 50, 0.5), ("failed", 50, 0.5), ("sent", 50, 0.5)]


def test_of_calls_in_loops_within_loops_the_items_do_not_count():
    step = StepResult("a", "A", 0, "job")
    for place in ("each[0] · each[5] · http.post", "each[7] · each[0] · http.post"):
        step.add_call(CallRecord("http.post", place, "sent", True, False, None, 0.5, None))
    assert [call.count for call in step.calls] == [2]


def test_of_a_step_that_has_just_begun_nothing_is_known():
    nothing = {"started": 0.0, "seconds": 0.0, "taken": [], "operations": [], "calls": [], "passed_over": []}
    flags = {"is_handled": False, "is_replayed": False, "error": None, "left_by": None, "outcome": "success"}
    assert vars(StepResult("a", "A", 2, "job")) == {
        "id": "a",
        "name": "A",
        "arrival": 2,
        "kind": "job",
        **nothing,
        **flags,
    }


def test_of_a_run_that_ended_before_its_first_step_nothing_is_known():
    counts = {"messages": {}, "outcomes": NOTHING, "unknown": 0, "recorded": None, "labels": {}, "given": {}}
    flags = {"is_partial": False, "was_sent_before": False, "is_ledger_lost": False, "went_through": True}
    nothing = {"state": None, "text": None, "steps": [], "plan": None, "ledger": None, "waits": None, "path": ""}
    times = {"started": 0.0, "seconds": 0.0}
    assert vars(result(2)) == {"run_id": "r1", "exit_code": 2, "error": None, **counts, **flags, **nothing, **times}


NOTHING = {"sent": 0, "failed": 0, "unknown": 0, "described": 0}


def result(exit_code=0, error=None, **outcomes):
    return Result(exit_code, error, {**NOTHING, **outcomes}, "r1")


@pytest.mark.parametrize(("exit_code", "is_well"), [(0, True), (1, False), (2, False), (130, False)])
def test_only_exit_code_0_is_well(exit_code, is_well):
    assert result(exit_code).is_well is is_well


@pytest.mark.parametrize(
    ("facts", "is_finished"),
    [
        ({"exit_code": 0}, True),
        ({"exit_code": 1}, True),
        *(({"exit_code": code}, False) for code in (2, 3, 4, 130)),
        ({"error": JobError("x"), "exit_code": 1, "went_through": True}, True),
        ({"error": JobError("x"), "exit_code": 1, "went_through": False}, False),
        ({"went_through": False}, True),
        ({"is_partial": True}, False),
        ({"waits": {"step": "a"}}, False),
        ({"was_sent_before": True}, False),
    ],
)
def test_a_run_is_finished_where_no_item_is_left_over(facts, is_finished):
    found = result()
    for name, value in facts.items():
        setattr(found, name, value)
    assert found.is_finished is is_finished


def test_what_went_wrong_is_raised_and_nothing_where_all_is_well():
    result().raise_for_error()
    error = JobError("x")
    with pytest.raises(JobError) as raised:
        result(1, error).raise_for_error()
    assert raised.value is error


@pytest.mark.parametrize(("now", "in_all", "count"), [(1200, 3, "1,200"), (0, 3, "3")])
def test_a_run_with_unknown_calls_raises_that_and_warns_before_they_are_sent_again(now, in_all, count):
    found = result(1, unknown=now)
    found.unknown = in_all
    with pytest.raises(DeliveryUnknown) as raised:
        found.raise_for_error()
    assert raised.value.description == f"It is not known whether {count} of the calls were carried out."
    assert raised.value.fix == "Look at the other side before anything is sent again."
    assert raised.value.sent == "unknown"


def test_results_can_be_told_apart_where_they_are_printed():
    found = result(1)
    found.steps.append(StepResult("a", "A", 0, "job"))
    assert repr(found) == "<Result r1: exit code 1, 1 steps>"
    assert repr(found.steps[0]) == "<StepResult a: success>"


@pytest.mark.parametrize(
    "change",
    [{"operation": "x"}, {"is_write": False}, {"is_message": False}, {"is_earlier": True}, {"error": JobError("x")}],
)
def test_calls_that_differ_are_records_of_their_own(change):
    facts = {"operation": "send", "is_write": True, "is_message": True, "error": None, "is_earlier": False}
    step = StepResult("a", "A", 0, "job")
    for each in (facts, {**facts, **change}):
        step.add_call(
            CallRecord(
                each["operation"],
                "step 1",
                "sent",
                each["is_write"],
                each["is_message"],
                None,
                0.5,
                each["error"],
                is_earlier=each["is_earlier"],
            )
        )
    assert [call.count for call in step.calls] == [1, 1]
