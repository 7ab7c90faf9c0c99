"""What the result of a step keeps of its calls."""

from __future__ import annotations

from adaptor.core.run.call_record import CallRecord
from adaptor.runner.execution.result import StepResult


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
