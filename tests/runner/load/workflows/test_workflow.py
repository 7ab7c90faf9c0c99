"""Workflows: which steps run, in which order, with which state, and what comes out."""

import json
import threading

import pytest

from adaptor.runner import check, run

ADD = "fn(lambda s: {**s, 'data': {**s['data'], 'n': s['data'].get('n', 0) + 1}})"
SAME = "fn(lambda s: s)"
FAIL = "def op(s):\n    raise ValueError('boom')\nfn(op)"


def mark(name):
    return f"fn(lambda s: {{**s, 'seen': [*s.get('seen', []), {name!r}]}})"


@pytest.fixture
def workflow(tmp_path):
    """Run a workflow: `workflow({"id": "a", "expression": …}, …, state={…})`."""

    def start(*steps, state=None, files=None, whole=None, name="workflow.json", **options):
        for file, text in (files or {}).items():
            (tmp_path / file).write_text(text, encoding="utf-8")
        (tmp_path / name).write_text(json.dumps(whole or {"steps": list(steps)}), encoding="utf-8")
        return run(tmp_path / name, state, **options)

    return start


def ran(result):
    return [step.id for step in result.steps]


def step(id, expression=SAME, next=None, **more):  # noqa: A002 - as in the file
    return {"id": id, "expression": expression, **({} if next is None else {"next": next}), **more}


@pytest.mark.parametrize(
    "edge",
    ["b", {"b": True}, {"b": {}}, {"b": {"label": "x"}}, {"b": {"condition": True}}, {"b": "always"}, {"b": "true"}],
)
def test_an_edge_that_is_always_taken_may_be_spelled_in_many_ways(workflow, edge):
    assert ran(workflow(step("a", next=edge), step("b"))) == ["a", "b"]


@pytest.mark.parametrize(
    "edge",
    [{"b": False}, {"b": {"condition": False}}, {"b": {"disabled": True}}, {"b": "never"}, {"b": "state.data.x"}],
)
def test_an_edge_that_is_never_taken_makes_its_step_a_leaf(workflow, edge):
    result = workflow(step("a", ADD, next=edge), step("b"))
    assert ran(result) == ["a"]
    assert result.state == {"data": {"n": 1}}
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("edge", "fix"),
    [
        ({"condition_expression": "state.data.n > 5"}, '"condition"'),
        ({"condition_type": "on_job_failure"}, '"condition"'),
        ({"enabled": False}, '"disabled"'),
    ],
)
def test_what_limits_an_edge_in_a_project_file_is_not_passed_over_in_a_workflow(workflow, edge, fix):
    result = workflow(step("a", next={"b": edge}), step("b"))
    assert result.exit_code == 2
    assert fix in result.error.fix


def test_on_job_failure_judges_the_step_that_has_just_run_not_errors_of_earlier_ones(workflow):
    result = workflow(
        step("a", FAIL, {"b": "on_job_failure"}), step("b", next={"c": "on_job_success", "d": "on_job_failure"}),
        step("c"), step("d"),
    )  # fmt: skip
    assert ran(result) == ["a", "b", "c"]
    assert result.exit_code == 0
    assert result.steps[0].is_handled
    assert set(result.state["errors"]) == {"a"}


def test_the_step_behind_on_job_failure_reads_the_error_and_the_error_stays(workflow):
    tell = "fn(lambda s: {**s, 'data': s['errors']['a']['message']})"
    result = workflow(step("a", FAIL, {"b": "on_job_failure", "c": "on_job_success"}), step("b", tell), step("c"))
    assert (ran(result), result.exit_code) == (["a", "b"], 0)
    assert result.state["data"] == "boom"
    assert (result.state["errors"]["a"]["name"], result.state["errors"]["a"]["severity"]) == ("JobError", "fail")


@pytest.mark.parametrize("given", ["None", "42", "[1, 2]"])
def test_a_step_that_gives_no_state_has_failed_and_the_next_one_takes_the_state_from_before(workflow, given):
    # OpenFn hands an empty state on, and the rows are gone without a word.
    result = workflow(step("a", f"fn(lambda s: {given})", "b"), step("b", ADD), state={"data": {"n": 5}})
    assert (ran(result), result.exit_code) == (["a", "b"], 1)
    assert result.state["errors"]["a"]["code"] == "NOT_A_STATE"
    assert result.state["data"] == {"n": 6}


def test_a_failed_step_leaves_the_state_it_was_given_with_its_error_and_the_run_goes_on(workflow):
    result = workflow(step("a", f"{ADD}\n{FAIL}", "b"), step("b", ADD), state={"data": {"n": 5}, "kept": 1})
    assert result.state["data"] == {"n": 6}
    assert result.state["kept"] == 1
    error = result.state["errors"]["a"]
    assert (error["severity"], error["message"], error["line"]) == ("fail", "boom", 3)
    assert result.exit_code == 1
    assert result.error.cause_type == "ValueError"


def test_a_condition_that_raises_stops_the_run_and_names_the_edge(workflow):
    result = workflow(step("a", next={"b": "1 / len(state.data.rows) > 0"}), step("b"), state={"data": {"rows": []}})
    assert result.exit_code == 3
    assert ran(result) == ["a"]
    assert "edge a → b" in result.error.report()
    assert "ZeroDivisionError" in str(result.error)
    assert result.state is None


def test_a_condition_that_compares_a_missing_path_is_false_and_the_run_goes_on(workflow):
    result = workflow(step("a", next={"b": "state.data.n > 0", "c": True}), step("b"), step("c"))
    assert (result.exit_code, ran(result)) == (0, ["a", "c"])


def test_a_failure_edge_is_judged_before_an_expression_over_what_the_failed_step_left(workflow):
    edges = {"remind": "state.data.n > 5", "alarm": "on_job_failure"}
    result = workflow(step("a", FAIL, edges), step("remind"), step("alarm"), state={"data": {"n": "7"}})
    assert (result.exit_code, ran(result)) == (0, ["a", "alarm"])
    assert result.state["errors"]["a"]["message"] == "boom"


def test_steps_run_breadth_first(workflow):
    steps = [step("a", next={"b": True, "c": True}), step("b", next="d"), step("c", next="e"), step("d"), step("e")]
    assert ran(workflow(*steps)) == ["a", "b", "c", "d", "e"]


def test_a_step_with_several_upstreams_runs_once_for_each_and_its_results_have_names_of_their_own(workflow):
    result = workflow(
        step("a", next={"b": True, "c": True}), step("b", mark("b"), "d"), step("c", mark("c"), "d"), step("d")
    )
    assert ran(result) == ["a", "b", "c", "d", "d"]
    assert [each.arrival for each in result.steps] == [0, 0, 0, 0, 1]
    assert result.state == {"d": {"data": {}, "seen": ["b"]}, "d-1": {"data": {}, "seen": ["c"]}}


def test_a_step_that_joins_all_runs_once_with_what_came_in_the_order_of_the_edges(workflow):
    # c leads there over two steps, and stands last in the file: its values win.
    result = workflow(
        step("a", next={"c": True, "b": True}),
        step("b", "fn(lambda s: {'data': {'b': 1, 'x': 'b'}, 'k': 'b'})", "d"),
        step("c", SAME, "c2"),
        step("c2", "fn(lambda s: {'data': {'c': 1, 'x': 'c'}, 'k': 'c'})", "d"),
        step("d", ADD, join="all"),
    )
    assert ran(result) == ["a", "c", "b", "c2", "d"]
    assert result.state == {"data": {"b": 1, "c": 1, "x": "c", "n": 1}, "k": "c"}


def test_a_join_does_not_wait_for_what_will_never_come(workflow):
    result = workflow(
        step("a", next={"b": True, "c": False}), step("b", mark("b"), "d"), step("c", mark("c"), "d"),
        step("d", mark("d"), join="all"),
    )  # fmt: skip
    assert ran(result) == ["a", "b", "d"]
    assert result.state["seen"] == ["b", "d"]


def test_a_join_behind_a_join_waits_for_it(workflow):
    result = workflow(
        step("a", next={"j": True, "k": True}), step("j", mark("j"), "k", join="all"), step("k", mark("k"), join="all")
    )
    assert ran(result) == ["a", "j", "k"]
    assert result.state["seen"] == ["j", "k"]


def test_branches_share_nothing(workflow):
    change = "def op(s):\n    s['data']['list'].append({!r})\n    return s\nfn(op)"
    result = workflow(
        step("a", "fn(lambda s: {'data': {'list': [1]}})", {"x": True, "y": True}),
        step("x", change.format("x")),
        step("y", change.format("y")),
    )
    assert result.state == {"x": {"data": {"list": [1, "x"]}}, "y": {"data": {"list": [1, "y"]}}}


def test_the_state_of_a_step_is_what_arrived_over_its_own_with_data_merged_one_level_deep(workflow):
    own = {"data": {"a": {"deep": 1}, "b": 1}, "k": 1, "own": 1}
    result = workflow(step("a", state=own), state={"data": {"a": {"x": 2}}, "k": 2})
    assert result.state == {"data": {"a": {"x": 2}, "b": 1}, "k": 2, "own": 1}
    assert workflow(step("a", state=own), state={"data": [1]}).state["data"] == [1]


def test_what_a_job_does_to_its_own_state_is_gone_when_the_run_comes_there_again(workflow):
    grow = "def op(s):\n    s['list'].append(1)\n    return s\nfn(op)"
    result = workflow(
        step("a", next={"b": True, "c": True}), step("b", next="d"), step("c", next="d"),
        step("d", grow, state={"list": []}),
    )  # fmt: skip
    assert [state["list"] for state in result.state.values()] == [[1], [1]]


def test_state_and_configuration_may_lie_in_files(workflow):
    result = workflow(
        step("a", "fn(lambda s: {**s, 'page': s['configuration']['page_id']})", state="s.json", configuration="c.json"),
        files={"s.json": '{"data": {"x": 1}}', "c.json": '{"page_id": "7"}'},
    )
    assert result.state == {"data": {"x": 1}, "page": "7"}


def test_the_configuration_comes_from_workflow_state_credentials_and_step_and_stays_with_its_step(workflow):
    show = "fn(lambda s: {'data': s['data'], 'seen': [*s.get('seen', []), s['configuration']]})"
    whole = {
        "credentials": {"page_id": "w", "api_version": "w", "app_id": "w"},
        "steps": [step("a", show, "b", configuration={"page_id": "a"}), step("b", show)],
    }
    result = workflow(whole=whole, state={"configuration": {"page_id": "s", "api_version": "s"}})
    assert result.state["seen"] == [
        {"page_id": "a", "api_version": "s", "app_id": "w"},
        {"page_id": "w", "api_version": "w", "app_id": "w"},
    ]
    assert "configuration" not in result.state


def test_the_initial_configuration_reaches_the_first_job_behind_a_trigger(workflow):
    show = "fn(lambda s: {'data': s['configuration']})"
    result = workflow({"id": "t", "type": "webhook", "next": "a"}, step("a", show), state={"configuration": {"x": 1}})
    assert ran(result) == ["t", "a"]
    assert result.state == {"data": {"x": 1}}


def test_a_step_takes_its_configuration_from_the_credential_map_by_name(workflow):
    show = "fn(lambda s: {'data': s['configuration']['page_id']})"
    pages = {"north": {"page_id": "1"}, "south": {"page_id": "2"}}
    steps = [step("a", show, configuration="south")]
    assert workflow(*steps, credentials=pages).state == {"data": "2"}
    refused = workflow(step("a", show, configuration="sout"), credentials=pages)
    assert refused.exit_code == 2
    assert "Did you mean `south`?" in refused.error.fix
    assert "no credential map" in str(workflow(*steps).error)


def test_a_map_that_nobody_takes_a_name_from_is_one_configuration(workflow):
    show = "fn(lambda s: {'data': s['configuration']['clinic']['user']})"
    assert workflow(step("a", show), credentials={"clinic": {"user": "me"}}).state == {"data": "me"}


def test_globals_are_seen_by_every_step(workflow):
    text = "GREETING = 'hello'\n_hidden = 1\n\ndef shape(s):\n    return {**s, 'data': GREETING}\n"
    steps = [step("a", "fn(shape)", "b"), step("b", "fn(lambda s: {**s, 'twice': GREETING * 2})")]
    for whole in ({"globals": text, "steps": steps}, {"globals": "./g.py", "steps": steps}):
        result = workflow(whole=whole, files={"g.py": text})
        assert result.state == {"data": "hello", "twice": "hellohello"}
    hidden = workflow(whole={"globals": text, "steps": [step("a", "log(_hidden)")]})
    assert "`_hidden` is not known" in str(hidden.error)
    wrong = workflow(whole={"globals": "log(1)", "steps": [step("a")]})
    assert "would never run" in str(wrong.error)


@pytest.mark.parametrize("path", ["jobs.py", "./jobs.py", "job.js", "script"])
def test_an_expression_may_be_any_path_to_a_script(workflow, tmp_path, path):
    result = workflow(step("a", path), files={path.removeprefix("./"): ADD})
    assert result.state == {"data": {"n": 1}}


def test_a_script_may_import_the_module_beside_it(workflow):
    result = workflow(
        step("a", "beside.py"), files={"beside.py": "from words_beside import W\nlog(W)", "words_beside.py": "W = 1"}
    )
    assert result.exit_code == 0


def test_ids_that_are_missing_are_numbered(workflow):
    result = workflow({"expression": SAME}, {"id": "job-1", "expression": SAME})
    assert ran(result) == ["job-2"]


@pytest.mark.parametrize(
    "whole",
    [
        {"workflow": {"steps": [step("a", mark("a"), "b"), step("b", mark("b"))]}, "options": {"start": "b"}},
        {"id": "x", "start": "b", "steps": [step("a", mark("a"), "b"), step("b", mark("b"))]},
        {"id": "x", "options": {"start": "b"}, "steps": [step("a", mark("a"), "b"), step("b", mark("b"))]},
        {"start": "b", "jobs": [step("a", mark("a"), "b"), step("b", mark("b"))]},
    ],
)
def test_the_start_may_be_said_in_the_file_flat_or_wrapped(workflow, whole):
    assert workflow(whole=whole).state["seen"] == ["b"]


def test_a_start_beside_the_workflow_has_an_effect_and_no_warning_says_otherwise(workflow, tmp_path):
    result = workflow(whole={"start": "b", "workflow": {"steps": [step("a", next="b"), step("b")]}})
    assert ran(result) == ["b"]
    assert not [warning for warning in check(tmp_path / "workflow.json").warnings if "`start`" in str(warning)]


def test_the_old_name_of_steps_is_taken_with_a_warning(workflow, tmp_path):
    result = workflow(whole={"start": "a", "jobs": [step("a", ADD, {"b": True}), step("b", ADD)]})
    assert (ran(result), result.state) == (["a", "b"], {"data": {"n": 2}})
    (warning,) = check(tmp_path / "workflow.json").warnings
    assert "`jobs` is the old name of `steps`" in str(warning)


def test_where_a_run_begins_and_ends_may_be_said_by_a_part_of_a_name(workflow):
    steps = [step("load", mark(1), "ask", name="Load visits"), step("ask", mark(2), "end"), step("end", mark(3))]
    assert workflow(*steps, start="as").state["seen"] == [2, 3]
    assert workflow(*steps, end="visits").state["seen"] == [1]
    assert workflow(*steps, only="ask").state["seen"] == [2]
    assert workflow(*steps, start="ask", end="ask").state["seen"] == [2]
    for name, words in (("nothing", "There is no step"), ("a", "Several steps are called `a`: `load`, `ask`")):
        result = workflow(*steps, start=name)
        assert result.exit_code == 2
        assert words in str(result.error)


def test_the_end_stops_what_still_waits(workflow):
    result = workflow(step("a", next={"b": True, "c": True}), step("b", mark("b"), "d"), step("c"), step("d"), end="b")
    assert ran(result) == ["a", "b"]
    assert result.state == {"data": {}, "seen": ["b"]}


def test_a_trigger_that_is_switched_off_gives_way_to_one_that_is_not(workflow):
    triggers = [
        {"id": "hook", "type": "webhook", "enabled": False, "next": "a"},
        {"id": "clock", "type": "cron", "cron_expression": "0 9 * * *", "next": "b"},
    ]
    assert ran(workflow(*triggers, step("a"), step("b"))) == ["clock", "b"]


def test_what_is_not_json_after_a_step_is_an_error_that_names_the_path(workflow):
    result = workflow(step("a", "fn(lambda s: {**s, 'data': {'when': {1}}})", "b"), step("b", mark("b")))
    assert "state.data.when is a set" in result.state["errors"]["a"]["message"]
    assert result.state["seen"] == ["b"]


def test_an_operation_that_gives_no_state_leaves_conditions_nothing_to_judge(workflow):
    result = workflow(step("a", "fn(lambda s: None)", {"b": "state.data.n > 0"}), step("b"), state={"data": {"n": 1}})
    assert result.exit_code == 3
    assert "no state to judge" in str(result.error)


def test_an_error_in_a_text_inside_the_file_names_the_step_and_its_line(workflow, tmp_path):
    result = workflow(step("a", "log(1)\nfn(lambda s: 1 / 0)", name="First"))
    report = result.error.report()
    assert 'workflow.json, step "a", line 2' in report
    assert "2 | fn(lambda s: 1 / 0)" in report
    assert "step a “First” · step 2 · fn" in report


def test_several_runs_may_go_on_at_once_in_threads(workflow, tmp_path):
    (tmp_path / "w.json").write_text(json.dumps({"steps": [step("a", ADD, "b"), step("b", ADD)]}))
    results = {}

    def go(number):
        results[number] = run(tmp_path / "w.json", {"data": {"n": number}})

    threads = [threading.Thread(target=go, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {number: result.state["data"]["n"] for number, result in results.items()} == {n: n + 2 for n in range(8)}


@pytest.mark.long
def test_a_chain_may_be_longer_than_pythons_stack(workflow):
    length = 1500
    steps = [step(f"s{n}", "", {f"s{n + 1}": True} if n + 1 < length else None) for n in range(length)]
    assert len(workflow(*steps).steps) == length


def test_a_trigger_that_is_a_leaf_gives_the_state_without_its_configuration(workflow):
    result = workflow({"id": "t", "type": "webhook"}, state={"configuration": {"access_token": "secret-token"}, "a": 1})
    assert result.state == {"a": 1, "data": {}}


def test_a_write_at_the_top_level_of_a_script_is_refused_before_the_workflow_is_in_order(workflow, httpserver):
    script = f"_ = http.post('{httpserver.url_for('/x')}', body=[1])({{}})"
    result = workflow(step("a", script, "b"), step("b", "lgo(1)"))
    assert result.exit_code == 3
    assert [problem.code for problem in result.error.problems] == ["WHILE_LOADING", "CANNOT_LOAD"]
    assert httpserver.log == []


def test_memory_that_runs_out_ends_the_run(workflow):
    result = workflow(step("a", "def op(s):\n    raise MemoryError\n\nfn(op)", "b"), step("b"))
    assert result.exit_code == 4
    assert [each.outcome for each in result.steps] == ["kill"]
    assert result.state["errors"]["a"]["severity"] == "kill"


IN_PLACE = "def op(s):\n    s['data']['when'] = {1}\n    return s\n\nfn(op)"


def test_what_is_put_into_the_state_in_place_is_looked_at_too(workflow):
    result = workflow(step("a", IN_PLACE, "b"), step("b"), state={"data": {}})
    assert "state.data.when is a set" in result.state["errors"]["a"]["message"]
    assert set(result.state["errors"]) == {"a"}
    assert result.exit_code == 1
    json.dumps(result.state)


def test_a_step_that_changes_the_state_in_place_and_then_fails_leaves_something_that_json_can_say(workflow):
    result = workflow(step("a", IN_PLACE.replace("return s", "raise ValueError('boom')")), state={"data": {}})
    assert result.state["errors"]["a"]["message"] == "boom"
    json.dumps(result.state)


def test_a_state_that_holds_itself_is_an_error_of_its_step_even_where_it_failed(workflow):
    loop = "def op(s):\n    s['data']['me'] = s\n    return s\n\nfn(op)"
    for script in (loop, loop.replace("return s", "raise ValueError('boom')")):
        result = workflow(step("a", script), state={"data": {}, "configuration": {"access_token": "secret-token"}})
        assert set(result.state["errors"]) == {"a"}
        assert "secret-token" not in result.text
