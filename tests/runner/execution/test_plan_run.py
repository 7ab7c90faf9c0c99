"""How a plan is run: which steps a state goes to, what becomes of a failure, and with which code the run ends."""

from __future__ import annotations

import itertools
import json
import re
from types import SimpleNamespace

import pytest

from adaptor.core.errors import ConfigurationError, JobError
from adaptor.core.run.context import Run
from adaptor.ledger.errors import LedgerError
from adaptor.runner import run
from adaptor.runner.execution import plan_run
from adaptor.runner.execution.interrupted import Interrupted
from adaptor.runner.execution.start import RunOptions, start_run
from adaptor.runner.load.credentials import Credentials


@pytest.fixture
def written(tmp_path):
    """Write a workflow of steps, each with its expression and its edges, or a whole one."""

    def write(*steps):
        found = [
            {"id": step[0], "expression": step[1], **({"next": step[2]} if step[2] else {})}
            if isinstance(step, tuple)
            else step
            for step in steps
        ]
        path = tmp_path / "workflow.json"
        path.write_text(json.dumps({"workflow": {"steps": found}}), encoding="utf-8")
        return path

    return write


@pytest.fixture
def lines():
    """The lines of the log: level, component, message with seconds as 0, fields."""
    return []


@pytest.fixture
def workflow(written, lines):
    """Run a workflow of steps."""

    def log(level, component, message, fields):
        lines.append((level, component, re.sub(r"\d+\.\d\d s", "0 s", message), fields))

    def start(*steps, **options):
        return run(written(*steps), on_log=log, **options)

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


def test_a_step_that_takes_too_long_is_killed_at_its_place(workflow):
    late = (
        "from adaptor.runner.execution.interrupted import Interrupted\ndef late(s):\n    raise Interrupted('TIMEOUT')"
    )
    result = workflow(("a", f"{late}\nfn(late)", None))
    assert (result.exit_code, ran(result)) == (4, [("a", "kill", [])])
    assert (result.error.code, result.error.place) == ("TIMEOUT", "step a · step 1 · fn")


def test_an_error_that_no_operation_raised_has_the_step_as_its_place(workflow):
    assert workflow(("a", "fn(lambda s: {**s, 'data': {1}})", None)).error.place == "step a"


# --- Edges ---


def test_a_condition_has_nothing_to_judge_where_a_step_left_no_state(workflow):
    result = workflow(("a", "fn(lambda s: 5)", {"b": {"condition": "state.data.a == 0"}}), ("b", job("b"), None))
    assert (result.exit_code, result.error.code) == (3, "CONDITION")
    assert result.error.report().splitlines() == [
        "JobError: The condition `state.data.a == 0` has no state to judge: the step left something else.",
        "  where: edge a → b",
        "  fix:   Correct the step, or add an edge with `on_job_failure` to another one.",
    ]


def test_an_edge_that_cannot_be_judged_is_logged_as_the_end_of_the_run(workflow, lines):
    result = workflow(("a", job("a", 0), {"b": {"condition": "1 / state.data.a > 0"}}), ("b", job("b"), None))
    assert lines[-1] == ("error", "run", result.error.report(), {"error": result.error.facts()})
    assert result.error.file.endswith("workflow.json")


def test_a_condition_about_what_is_not_there_is_false_and_warned_of(workflow, lines):
    edges = {"b": {"condition": "state.data.name > 1"}, "c": {"condition": "upstream_step_id == 'a'"}}
    result = workflow(("a", job("a"), edges), ("b", job("b"), None), ("c", job("c"), None))
    assert ran(result) == [("a", "success", ["c"]), ("c", "success", [])]
    (warning,) = (line for line in lines if "warning" in line[2])
    assert warning[:2] == ("info", "run")
    assert warning[2].startswith("warning: edge a → b: ")
    assert "state.data.name" in warning[2]


def test_after_a_handled_failure_the_log_says_why_another_edge_was_not_taken(workflow, lines):
    edges = {"b": {"condition": "1 / state.zero > 0"}, "c": "on_job_failure"}
    steps = (("a", FAILS, edges), ("b", job("b"), None), ("c", job("c"), None))
    workflow(*steps, state={"zero": 0})
    (warning,) = (line for line in lines if "warning" in line[2])
    assert warning[:2] == ("info", "run")
    assert warning[2].startswith("warning: edge a → b: it is not taken. The condition `1 / state.zero > 0` raised Zero")
    assert warning[2].endswith("Look at what the step before leaves: `adaptor run … -O` shows it.")


@pytest.mark.parametrize(("code", "exit_code"), [("INTERRUPTED", 130), ("TIMEOUT", 4)])
def test_an_interruption_while_an_edge_is_judged_ends_the_run(workflow, lines, monkeypatch, code, exit_code):
    def stop(*_, **__):
        raise Interrupted(code)

    monkeypatch.setattr("adaptor.runner.load.workflows.conditions.Condition.holds", stop)
    result = workflow(("a", job("a"), {"b": {"condition": "state.data.a == 0"}}), ("b", job("b"), None))
    assert (result.exit_code, result.error.code, result.error.place) == (exit_code, code, "edge a → b")
    assert ran(result) == [("a", "success", [])]
    assert lines[-1] == ("error", "run", result.error.report(), {"error": result.error.facts()})


# --- Configurations ---

SENDS = "send_text('6543210987654321', 'hi')"
TOKEN = {"configuration": {"access_token": "EAAG-secret-token"}}


def test_the_configuration_in_the_state_is_the_first_steps_alone_and_the_error_says_so(workflow):
    result = workflow(("a", job("a"), {"b": True}), ("b", SENDS, None), state=TOKEN)
    assert result.error.description == "The configuration has no `access_token`."
    assert result.error.fix == (
        "`configuration` in the state is the first step's. Give it with --credentials FILE for all of them."
    )


@pytest.mark.parametrize("before", [(), ({"id": "t", "type": "webhook", "next": "a"},)])
def test_an_error_about_a_key_says_where_that_key_was_given(workflow, before):
    wrong = {"configuration": {**TOKEN["configuration"], "read_timeout": "x"}}
    result = workflow(*before, ("a", SENDS, None), state=wrong)
    assert result.error.description == "`read_timeout` in the state is text, not a number."


def test_without_any_credential_the_error_names_the_folder_of_the_workflow(workflow, tmp_path):
    (tmp_path / "credentials.json").write_text('{"access_token": "x"}', encoding="utf-8")
    result = workflow(("a", SENDS, None))
    assert str(tmp_path / "credentials.json") in result.error.fix


def test_a_secret_of_a_later_steps_own_configuration_is_not_shown(workflow, lines):
    last = {
        "id": "b",
        "expression": "fn(lambda s: {'data': s['configuration']['db_password']})\nfn(lambda s: {}[s['data']])",
        "configuration": {"db_password": "sunrise-over-kibera"},
    }
    result = workflow(("a", job("a"), {"b": True}), last)
    assert "sunrise" not in f"{result.text} {result.error.report()} {lines}"


# --- Steps that wait for an answer ---

ASKS = "fn(lambda s: {**s, 'data': {'recipient_id': 77}})"
WAITS = {"b": {"on": "reply", "within": "2d"}, "c": {"on": "no_reply"}}


def test_a_step_that_has_asked_waits_for_the_answer(workflow, lines):
    result = workflow(("a", ASKS, WAITS), ("b", job("b"), None), ("c", job("c"), None), dry_run=True)
    assert ran(result) == [("a", "success", [])]
    assert result.waits == {"step": "a", "arrival": 0, "seconds": 2 * 86_400}
    assert (result.exit_code, result.is_finished) == (0, False)
    assert lines[-1] == ("info", "run", "✓ a  0 s → waits for an answer", {"step": "a", "next": []})


def test_of_several_steps_that_wait_the_run_names_the_first(workflow):
    steps = (("0", job("x"), {"a": True, "d": True}), ("a", ASKS, WAITS), ("d", ASKS, WAITS))
    result = workflow(*steps, ("b", job("b"), None), ("c", job("c"), None), dry_run=True)
    assert result.waits["step"] == "a"


@pytest.mark.parametrize(
    ("replies", "way", "data"),
    [(["yes"], "b", {"text": "yes", "psid": "77", "b": None}), ([None], "c", {"recipient_id": 77, "c": None})],
)
def test_the_answer_decides_which_edge_is_taken_and_becomes_the_data(written, replies, way, data):
    options = RunOptions(str(written(("a", ASKS, WAITS), ("b", job("b"), None), ("c", job("c"), None))))
    options.replies, options.dry_run = replies, True
    asked = []
    options.on_reply = lambda *reply: asked.append(reply)
    result = start_run(options, options.new_run(Run, lambda *line: None), Credentials())
    assert ran(result) == [("a", "success", [way]), (way, "success", [])]
    assert result.waits is None
    assert {name: result.state["data"].get(name) for name in data} == data
    assert [(psid, seconds) for psid, _, seconds in asked] == [("77", 2 * 86_400)]
    if replies == ["yes"]:
        assert result.state["references"] == [{"recipient_id": 77}]


@pytest.mark.parametrize(
    ("data", "psid"), [({"psid": 5}, "5"), ({"recipient_id": "6", "psid": "5"}, "6"), ([1], None), ({"psid": ""}, None)]
)
def test_whom_a_step_has_asked_is_read_from_what_it_left(written, data, psid):
    asks = f"fn(lambda s: {{**s, 'data': {data!r}}})"
    options = RunOptions(str(written(("a", asks, WAITS), ("b", job("b"), None), ("c", "log(1)", None))))
    asked = []
    options.replies, options.dry_run, options.on_reply = [None], True, lambda *reply: asked.append(reply[0])
    start_run(options, options.new_run(Run, lambda *line: None), Credentials())
    assert asked == [psid]


def test_an_answer_that_was_given_for_a_step_is_for_that_step(written):
    options = RunOptions(str(written(("a", ASKS, WAITS), ("b", job("b"), None), ("c", job("c"), None))))
    options.reply, options.dry_run = {"step": "a", "arrival": 0, "facts": {"text": "yes"}}, True
    result = start_run(options, options.new_run(Run, lambda *line: None), Credentials())
    assert ran(result) == [("a", "success", ["b"]), ("b", "success", [])]
    assert result.text.startswith('{"data":{"text":"yes","b":null}')


def test_several_steps_may_follow_an_answer(written):
    both = {"b": {"on": "reply", "within": "2d"}, "c": {"on": "reply", "within": "2d"}}
    options = RunOptions(str(written(("a", ASKS, both), ("b", job("b"), None), ("c", job("c"), None))))
    options.replies, options.dry_run = ["yes"], True
    result = start_run(options, options.new_run(Run, lambda *line: None), Credentials())
    assert {name: leaf["data"]["text"] for name, leaf in result.state.items()} == {"b": "yes", "c": "yes"}


def test_a_step_begins_with_its_own_state(workflow):
    result = workflow({"id": "a", "expression": job("a"), "state": {"data": {"x": 1}, "own": 2}})
    assert result.state == {"data": {"x": 1, "a": None}, "own": 2}


def test_where_an_answer_cannot_be_recorded_the_run_ends(workflow, monkeypatch):
    def lose(*_):
        raise LedgerError("The disk is full.")

    monkeypatch.setattr("adaptor.runner.execution.answers.Answers.to", lose)
    result = workflow(("a", ASKS, WAITS), ("b", job("b"), None), ("c", job("c"), None), dry_run=True)
    assert (result.exit_code, str(result.error), result.state) == (3, "The disk is full.", None)
    assert ran(result) == [("a", "success", [])]


def test_a_step_that_failed_has_not_asked(workflow):
    result = workflow(("a", FAILS, WAITS), ("b", job("b"), None), ("c", job("c"), None), dry_run=True)
    assert (result.exit_code, result.waits) == (1, None)


# --- Steps that an earlier attempt has recorded ---


@pytest.mark.parametrize(
    ("ends", "edge", "line"),
    [("s", True, "✓ a  (completed before)"), ("1 / 0", "on_job_failure", "✗ a (failed before)")],
)
def test_a_recorded_step_is_not_performed_again(workflow, lines, tmp_path, ends, edge, line):
    appends = f"    with open({str(tmp_path / 'count')!r}, 'a') as file:\n        file.write('x')\n"
    counts = f"def count(s):\n{appends}    return s\n\nfn(count)"
    first = f"collections.set('visits', 'ana', 7)\n{counts}\nfn(lambda s: {ends})"
    stops = f"import os\nfn(lambda s: s if os.path.exists({str(tmp_path / 'go')!r}) else [][1])"
    steps = (("a", first, {"b": edge, "c": edge}), ("b", stops, None), ("c", job("c"), None))
    assert workflow(*steps, run_id="r1").exit_code == 1
    (tmp_path / "go").touch()
    lines.clear()
    result = workflow(*steps, resume="r1")
    assert (result.exit_code, (tmp_path / "count").read_text()) == (0, "x")
    assert [step.is_replayed for step in result.steps] == [True, False, result.steps[2].is_replayed]
    assert ("info", "run", f"{line} → b, c", {"step": "a", "next": ["b", "c"]}) in lines
    outcome = "success" if ends == "s" else "fail"
    assert ran(result) == [("a", outcome, ["b", "c"]), ("b", "success", []), ("c", "success", [])]
    assert result.text == json.dumps(result.state, ensure_ascii=False, separators=(",", ":"))
    assert [("errors" in leaf) for leaf in result.state.values()] == [ends != "s"] * 2


# --- What is told of a run ---


def test_a_run_with_an_unknown_outcome_has_not_ended_well(workflow):
    counts = "from adaptor.core.run.context import current_run\n"
    result = workflow(("a", f"{counts}fn(lambda s: (current_run().count('unknown', is_message=True), s)[1])", None))
    assert (result.exit_code, result.error) == (1, None)


def test_a_run_that_left_people_out_is_not_finished(written):
    options = RunOptions(str(written(("a", job("a"), None))))
    under_way = options.new_run(Run, lambda *line: None)
    options.before_step = lambda *_: setattr(under_way.audience, "left_out", 1)
    result = start_run(options, under_way, Credentials())
    assert (result.exit_code, result.is_partial, result.is_finished) == (0, True, False)


def test_a_signal_waits_between_steps_and_not_within_them(written):
    options = RunOptions(str(written(("a", LOOKS, {"b": True}), ("b", LOOKS, None))))
    seen = []
    under_way = options.new_run(Run, lambda *line: None)
    options.before_step = lambda step, *_: seen.append((step.id, under_way.stop.is_between))
    options.after_step = lambda step, state, _: seen.append((step.id, under_way.stop.is_between, state["data"]))
    start_run(options, under_way, Credentials())
    assert seen == [("a", True), ("a", True, {"between": False}), ("b", True), ("b", True, {"between": False})]


LOOKS = """\
from adaptor.core.run.context import current_run
fn(lambda s: {**s, 'data': {'between': current_run().stop.is_between}})
"""


def test_the_log_says_what_each_step_performs_and_where_its_state_goes(workflow, lines, tmp_path):
    named = {"id": "b", "name": "Bee", "expression": "log('y')\nlog('z')"}
    workflow(("a", "log('x')", {"b": True, "c": True}), named, ("c", job("c"), None))
    file = tmp_path / "workflow.json"
    assert lines == [
        ("info", "run", "▸ a", {"step": "a"}),
        ("debug", "run", f'{file}, step "a": 1 operation', {}),
        ("info", "job", "x", {}),
        ("info", "run", "  ✓ 1 log  0 s", {}),
        ("info", "run", "✓ a  0 s → b, c", {"step": "a", "next": ["b", "c"]}),
        ("info", "run", "▸ Bee", {"step": "b"}),
        ("debug", "run", f'{file}, step "b": 2 operations', {}),
        ("info", "job", "y", {}),
        ("info", "run", "  ✓ 1 log  0 s", {}),
        ("info", "job", "z", {}),
        ("info", "run", "  ✓ 2 log  0 s", {}),
        ("info", "run", "✓ Bee  0 s", {"step": "b", "next": []}),
        ("info", "run", "▸ c", {"step": "c"}),
        ("debug", "run", f'{file}, step "c": 1 operation', {}),
        ("info", "run", "  ✓ 1 fn(<lambda line 1>)  0 s", {}),
        ("info", "run", "✓ c  0 s", {"step": "c", "next": []}),
    ]


def test_the_log_says_how_a_step_failed_and_whether_that_is_handled(workflow, lines):
    named = {"id": "b", "name": "Bee", "expression": FAILS}
    result = workflow(("a", FAILS, {"b": "on_job_failure"}), named)
    handled, unhandled = (step.error for step in result.steps)
    assert unhandled.place == "step b “Bee” · step 1 · fn"
    assert [line for line in lines if "▸" not in line[2] and line[0] != "debug"] == [
        ("error", "run", handled.report(), {"step": "a", "error": handled.facts()}),
        ("info", "run", "✗ a failed after 0 s → b", {"step": "a", "next": ["b"]}),
        ("error", "run", unhandled.report(), {"step": "b", "error": unhandled.facts()}),
        ("error", "run", "✗ Bee failed after 0 s", {"step": "b", "next": []}),
    ]


@pytest.mark.parametrize(
    ("raised", "ended", "code"),
    [("KeyboardInterrupt", "interrupted", "INTERRUPTED"), ("MemoryError", "stopped", "MEMORY")],
)
def test_the_log_says_that_a_step_was_stopped_from_outside(workflow, lines, raised, ended, code):
    result = workflow(("a", f"def stop(state):\n    raise {raised}\nfn(stop)", None))
    assert lines[-1] == ("error", "run", f"✗ a was {ended} after 0 s", {"step": "a", "next": []})
    assert result.error.code == code
    assert result.error.place.startswith("step a · step 1")
    assert result.error.fix.endswith("What was sent by then is counted below.")


def test_a_trigger_passes_its_state_on_and_is_logged_by_its_kind(workflow, lines):
    trigger = {"id": "t", "type": "webhook", "next": "a"}
    result = workflow(trigger, ("a", job("a"), None), state={"other": 1})
    assert lines[0] == ("info", "run", "✓ t  (webhook) → a", {"step": "t", "next": ["a"]})
    assert (result.steps[0].kind, result.steps[1].kind) == ("webhook", "job")
    assert result.state == {"data": {"a": None}, "other": 1}
    result = workflow(trigger, ("a", job("a"), None), state={"data": {"event": 5}})
    assert result.state == {"data": {"event": 5, "a": None}}
    assert workflow({"id": "t", "type": "webhook"}).text == '{"data":{}}'


def test_a_single_job_has_no_lines_about_steps_and_its_places_name_none(tmp_path, lines):
    (tmp_path / "job.py").write_text(f"log('x')\n{FAILS}", encoding="utf-8")
    result = run(tmp_path / "job.py", on_log=lambda *line: lines.append(line))
    assert [message for _, _, message, _ in lines if "▸" in message or "✗" in message] == []
    assert any(message.startswith("✓ 1 log") for _, _, message, _ in lines)
    assert result.error.place == "step 2 · fn"


def test_each_step_knows_when_it_began_and_how_long_it_took(workflow, monkeypatch):
    ticks = itertools.count(100)
    monkeypatch.setattr(plan_run, "time", SimpleNamespace(perf_counter=lambda: next(ticks)))
    result = workflow(("a", job("a"), {"b": True}), ("b", FAILS, None))
    assert [(step.started, step.seconds) for step in result.steps] == [(1, 1), (3, 1)]
    assert result.seconds == 5
    assert result.started > 1_700_000_000


def test_the_result_names_the_plan_and_counts_arrivals(workflow):
    steps = (("a", job("a"), {"b": True, "c": True}), ("b", job("b"), {"d": True}), ("c", job("c"), {"d": True}))
    result = workflow(*steps, ("d", job("d"), None))
    assert [(step.id, step.arrival) for step in result.steps] == [("a", 0), ("b", 0), ("c", 0), ("d", 0), ("d", 1)]
    assert list(result.plan.steps) == ["a", "b", "c", "d"]


def test_watchers_see_the_state_before_and_after_each_step(written):
    options = RunOptions(str(written(("a", job("a", 1), {"b": True}), ("b", FAILS, None))))
    seen = []
    options.before_step = lambda step, state, schedule: seen.append((step.id, state, len(schedule.leaves)))
    options.after_step = lambda step, state, schedule: seen.append((step.id, state["data"], len(schedule.leaves)))
    options.initial = lambda plan: {"configuration": {"page_id": "1"}, "data": {}}
    start_run(options, options.new_run(Run, lambda *line: None), Credentials())
    assert seen == [
        ("a", {"data": {}}, 0),
        ("a", {"a": 1}, 0),
        ("b", {"data": {"a": 1}}, 0),
        ("b", {"a": 1}, 1),
    ]


def test_a_loop_that_went_through_with_failures_of_single_items_has_finished(workflow):
    result = workflow(("a", "try_each([{'n': 1}, {}], log(state.data.n))", None))
    assert (result.exit_code, result.went_through, result.is_finished) == (1, True, True)
