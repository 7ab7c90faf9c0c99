"""What steps of a workflow hand on and which edges are taken, as users of such tools have reported it."""

import json
import sys

import pytest

STEP = {"id": "first", "expression": "log(1)"}
FAILS = 'fn(lambda state: {}["nothing"])'


@pytest.fixture
def adaptor(tmp_path, forks):
    """Run a workflow by the real command: what it printed, its exit code and its final state."""

    def run(steps, state=None, *words):
        (tmp_path / "workflow.json").write_text(json.dumps({"steps": steps}), encoding="utf-8")
        (tmp_path / "state.json").write_text(json.dumps(state or {}), encoding="utf-8")
        done = forks.run(["run", "workflow.json", "-s", "state.json", "-o", "out.json", *words], cwd=tmp_path)
        out = tmp_path / "out.json"
        return done.returncode, done.stderr, json.loads(out.read_text("utf-8")) if out.exists() else None

    return run


# --- a condition that compares text with a number ---


@pytest.mark.parametrize(
    ("condition", "data", "fix"),
    [
        ("state.data.visits > 3", {"visits": "12"}, "`state.data.visits` is text: write `int(state.data.visits) > 3`"),
        ("state.data.price <= 2.5", {"price": "1.75"}, "write `float(state.data.price) <= 2.5`"),
        ("10 < state.data.visits", {"visits": "12"}, "write `10 < int(state.data.visits)`"),
        ("state['data']['age'] >= 18 and True", {"age": "40"}, "write `int(state['data']['age']) >= 18`"),
        ("state.data.visits > 3", {"visits": "a few"}, "`state.data.visits` is text and not a number"),
    ],
)
def test_text_that_is_compared_with_a_number_stops_the_run_and_says_what_to_write(adaptor, condition, data, fix):
    steps = [{**STEP, "next": {"second": condition}}, {"id": "second", "expression": "log(2)"}]
    code, told, _ = adaptor(steps, {"data": data})
    assert code == 3
    assert "edge first → second" in told
    assert fix in told
    assert "does not exist" not in told


# --- what compares a path that is not there ---


@pytest.mark.parametrize("condition", ["state.data.visits > 3", "len(state.data.rows) > 0", "'a' in state.data.tags"])
def test_a_condition_over_a_path_that_is_not_there_is_false_with_a_warning(adaptor, condition):
    edges = {"second": condition, "third": "always"}
    steps = [{**STEP, "next": edges}, {"id": "second"}, {"id": "third", "expression": "fn(lambda s: {**s, 'at': 3})"}]
    code, told, state = adaptor(steps)
    assert (code, state["at"]) == (0, 3)
    assert "warning: edge first → second:" in told
    assert "does not exist" in told


def test_after_a_failed_step_the_failure_edge_is_taken_and_the_comparison_is_false(adaptor):
    steps = [
        {"id": "load", "expression": FAILS, "next": {"remind": "state.data.count > 0", "alarm": "on_job_failure"}},
        {"id": "remind", "expression": "fn(lambda s: {**s, 'way': 'remind'})"},
        {"id": "alarm", "expression": "fn(lambda s: {**s, 'way': 'alarm'})"},
    ]
    code, told, state = adaptor(steps)
    assert (code, state["way"]) == (0, "alarm")
    assert "warning: edge load → remind" in told


# --- an earlier failure does not change later edges ---


@pytest.mark.parametrize(
    ("second", "edge", "arrives"),
    [
        ("log(2)", "on_job_success", True),
        ("log(2)", "on_job_failure", False),
        (FAILS, "on_job_success", False),
        (FAILS, "on_job_failure", True),
    ],
)
def test_an_edge_judges_the_step_that_has_just_run(adaptor, second, edge, arrives):
    steps = [
        {"id": "first", "expression": FAILS, "next": {"second": "on_job_failure"}},
        {"id": "second", "expression": second, "next": {"third": edge}},
        {"id": "third", "expression": "fn(lambda s: {**s, 'arrived': True})"},
    ]
    _, _, state = adaptor(steps)
    assert state.get("arrived", False) is arrives
    assert "first" in state["errors"]


# --- what a step leaves ---


def test_keys_beside_data_travel_from_step_to_step(adaptor):
    steps = [
        {"id": "first", "expression": "fn(lambda s: {**s, 'clinic': 'North', 'data': [1]})", "next": "second"},
        {"id": "second", "expression": "fn(lambda s: {**s, 'data': len(s['data'])})"},
    ]
    code, _, state = adaptor(steps, {"round": 7})
    assert (code, state) == (0, {"round": 7, "clinic": "North", "data": 1})


@pytest.mark.parametrize("result", ["None", "s['data']['count']", "[s]"])
def test_a_step_whose_function_returns_no_state_fails_and_says_return_state(adaptor, result):
    code, told, _ = adaptor([{"id": "first", "expression": f"fn(lambda s: {result})"}], {"data": {"count": 1}})
    assert code == 1
    assert "return state" in told or "return {**state" in told


@pytest.mark.parametrize("expression", ["log(1)", FAILS, "fn(lambda s: {**s, 'again': s['configuration']})"])
def test_no_configuration_and_no_token_is_in_a_final_state(adaptor, expression):
    token = "EAAB-a-token-that-must-not-leave"
    state = {"configuration": {"access_token": token}, "data": {}}
    _, told, final = adaptor([{"id": "first", "expression": expression}], state)
    assert "configuration" not in final
    assert token not in json.dumps(final) + told


# --- large states ---


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="the limit on memory is Linux's")
def test_a_large_state_goes_through_steps_and_a_loop_without_being_copied_for_each(adaptor, tmp_path):
    rows = [{"psid": f"{number:016}", "name": f"Person {number}", "note": "x" * 150} for number in range(60_000)]
    loop = "each(state.data.rows, fn(lambda s: {**s, 'count': s.get('count', 0) + 1}), as_='row')"
    steps = [
        {"id": "first", "expression": "log(1)", "next": "second"},
        {"id": "second", "expression": loop, "next": "third"},
        {"id": "third", "expression": "fn(lambda s: {'data': len(s['data']['rows']), 'count': s['count']})"},
    ]
    code, told, state = adaptor(steps, {"data": {"rows": rows}}, "--memory-limit", "300")
    assert code == 0, told
    assert state == {"data": 60_000, "count": 60_000}
