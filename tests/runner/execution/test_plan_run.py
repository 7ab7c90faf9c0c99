"""How a plan is run: which steps a state goes to, what becomes of a failure, and with which code the run ends."""

from __future__ import annotations

import json

import pytest

from adaptor.core.errors import ConfigurationError, JobError
from adaptor.runner import run


@pytest.fixture
def workflow(tmp_path):
    """Run a workflow of steps, each with its expression and its edges."""

    def start(*steps, **options):
        found = [{"id": id_, "expression": text, **({"next": edges} if edges else {})} for id_, text, edges in steps]
        path = tmp_path / "workflow.json"
        path.write_text(json.dumps({"workflow": {"steps": found}}), encoding="utf-8")
        return run(path, **options)

    return start


def job(name, source="None"):
    return f"fn(lambda s: {{**s, 'data': {{**s['data'], '{name}': {source}}}}})"


FAILS = "fn(lambda s: 1 / 0)"


def ran(result):
    return [(step.id, step.outcome, step.taken) for step in result.steps]


def test_a_state_follows_every_edge_that_holds(workflow):
    edges = {"b": True, "c": {"condition": "state.data.a == None"}, "d": {"condition": "state.data.a == 1"}}
    result = workflow(("a", job("a"), edges), ("b", job("b"), None), ("c", job("c"), None), ("d", job("d"), None))
    assert ran(result) == [("a", "success", ["b", "c"]), ("b", "success", []), ("c", "success", [])]
    assert result.state == {"b": {"data": {"a": None, "b": None}}, "c": {"data": {"a": None, "c": None}}}
    assert (result.exit_code, result.error, result.is_finished) == (0, None, True)


def test_a_disabled_edge_leads_nowhere(workflow):
    result = workflow(("a", job("a"), {"b": {"condition": "always", "disabled": True}}), ("b", job("b"), None))
    assert ran(result) == [("a", "success", [])]


def test_a_failure_that_no_edge_handles_ends_the_run_with_1(workflow):
    result = workflow(("a", FAILS, {"b": "on_job_success"}), ("b", job("b"), None))
    assert ran(result) == [("a", "fail", [])]
    assert (result.exit_code, result.is_finished, result.went_through) == (1, False, False)
    assert isinstance(result.error, JobError)
    assert result.error.place == "step a · step 1 · fn"
    assert result.state["errors"]["a"]["code"] == "ZeroDivisionError"


def test_a_failure_that_an_edge_handles_is_no_error_of_the_run(workflow):
    result = workflow(
        ("a", FAILS, {"b": "on_job_failure", "c": "on_job_success"}), ("b", job("b"), None), ("c", "", None)
    )
    assert ran(result) == [("a", "fail", ["b"]), ("b", "success", [])]
    assert (result.exit_code, result.error) == (0, None)
    assert result.steps[0].is_handled
    assert result.state["errors"]["a"]["state"] == "as the step was given it"


def test_a_step_that_fails_as_the_last_one_leaves_what_it_had_gathered(workflow):
    result = workflow(("a", f"{job('a', 1)}\n{FAILS}", None))
    assert result.state["data"] == {"a": 1}
    assert result.state["errors"]["a"]["state"] == "after operation 1 of 2 (fn(<lambda line 1>))"
    assert result.steps[0].left_by == "operation 1 of 2 (fn(<lambda line 1>))"


def test_of_several_failures_the_first_is_the_error_of_the_run(workflow):
    other = "fn(lambda s: [][1])"
    result = workflow(("a", job("a"), {"b": True, "c": True}), ("b", FAILS, None), ("c", other, None))
    assert result.error.code == "ZeroDivisionError"
    assert [step.error.code for step in result.steps if step.error is not None] == ["ZeroDivisionError", "IndexError"]


def test_the_end_step_is_the_last_one(workflow):
    steps = (("a", job("a"), {"b": True}), ("b", job("b"), {"c": True}), ("c", job("c"), None))
    assert ran(workflow(*steps, end="b")) == [("a", "success", ["b"]), ("b", "success", [])]


def test_a_condition_that_cannot_be_judged_ends_the_run_at_its_edge(workflow):
    edges = {"b": {"condition": "1 / state.data.a > 0"}}
    result = workflow(("a", job("a", 0), edges), ("b", job("b"), None))
    assert (result.exit_code, result.state) == (3, None)
    assert result.error.place.startswith("edge a")
    assert ran(result) == [("a", "success", [])]


def test_after_a_handled_failure_such_a_condition_is_only_not_taken(workflow):
    edges = {"b": {"condition": "1 / state.zero > 0"}, "c": "on_job_failure"}
    result = workflow(
        ("a", f"fn(lambda s: {{**s, 'zero': 0}})\n{FAILS}", edges), ("b", job("b"), None), ("c", job("c"), None)
    )
    assert (result.exit_code, ran(result)) == (0, [("a", "fail", ["c"]), ("c", "success", [])])


@pytest.mark.parametrize(("before", "exit_code"), [(None, 2), (job("first"), 1)])
def test_a_missing_token_is_bad_input_where_nothing_was_done_yet(workflow, before, exit_code):
    sends = "send_text('6543210987654321', 'hi')"
    steps = [("a", sends, None)] if before is None else [("first", before, {"a": True}), ("a", sends, None)]
    result = workflow(*steps)
    assert isinstance(result.error, ConfigurationError)
    assert (result.exit_code, result.error.sent) == (exit_code, "no")
    assert sum(result.outcomes.values()) == 0


def test_an_interrupted_step_ends_the_run_with_130_and_no_further_step_begins(workflow):
    stops = "def stop(state):\n    raise KeyboardInterrupt\nfn(stop)"
    result = workflow(("a", stops, {"b": True}), ("b", job("b"), None))
    assert (result.exit_code, ran(result)) == (130, [("a", "interrupted", [])])
    assert not result.is_finished


def test_a_step_without_memory_is_killed(workflow):
    full = "def fill(state):\n    raise MemoryError\nfn(fill)"
    result = workflow(("a", full, {"b": "on_job_failure"}), ("b", job("b"), None))
    assert (result.exit_code, ran(result)) == (4, [("a", "kill", [])])
    assert result.state["errors"]["a"]["severity"] == "kill"
