"""Runs started by another program: the same results, and nothing that the program would notice."""

import contextlib
import io
import json
import os
import pickle
import signal
import sys
import threading
import types

import pytest

from adaptor import GraphError, JobError, WindowClosed, send_text
from adaptor.runner import check, run
from adaptor.runner.execution.result import Result, StepResult
from adaptor.sandbox import Sandbox


@pytest.fixture
def job(tmp_path):
    def write(text, name="job.py"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def test_the_result_is_typed_and_holds_state_steps_operations_calls_and_outcomes(job):
    people = [{"id": "1111111111111111"}, {"id": "2222222222222222", "blocked": True}]
    path = job("try_each(['1111111111111111', '2222222222222222'], send_text(state.data, 'hi'))\nlog('done')")
    with Sandbox(people=people) as sandbox:
        result = run(path, credentials={"access_token": sandbox.access_token, "base_url": sandbox.url}, run_id="mine")
    assert isinstance(result, Result)
    assert (result.run_id, result.exit_code, result.is_well) == ("mine", 0, True)
    assert result.outcomes == {"sent": 1, "failed": 1, "unknown": 0, "described": 0}
    (step,) = result.steps
    assert isinstance(step, StepResult)
    assert [name for name, _ in step.operations] == ["try_each", "log"]
    assert [(call.recipient, call.outcome, call.operation) for call in step.calls] == [
        ("1111111111111111", "sent", "send_text"),
        ("2222222222222222", "failed", "send_text"),
    ]
    assert step.calls[1].place == "step 1 · try_each[1] · send_text"
    assert step.calls[1].seconds > 0
    assert isinstance(step.calls[1].error, GraphError)
    assert json.loads(result.text) == result.state
    assert len(result.state["failed"]) == 1


def test_errors_are_in_the_result_and_can_be_raised(job):
    result = run(job("fn(lambda s: 1 / 0)"))
    assert result.exit_code == 1
    assert result.state["errors"]["job-1"]["code"] == "ZeroDivisionError"
    with pytest.raises(JobError, match="division by zero"):
        result.raise_for_error()
    pickle.loads(pickle.dumps(result.error))
    assert run(job("log(1)")).raise_for_error() is None


def test_an_error_of_graph_is_raised_as_its_own_class(job):
    people = [{"id": "1111111111111111", "last_message_hours_ago": 30}]
    with Sandbox(people=people) as sandbox:
        credentials = {"access_token": sandbox.access_token, "base_url": sandbox.url}
        result = run(job("send_text('1111111111111111', 'hi')"), credentials=credentials)
    with pytest.raises(WindowClosed):
        result.raise_for_error()


def test_nothing_is_printed_no_handler_installed_and_no_stream_exchanged(job):
    script = (
        "import sys\nout = sys.stdout\nprint('from the top')\n"
        "fn(lambda s: (print('from a step', s['data']), {**s, 'same': sys.stdout is out})[1])\nlog('logged')\n"
    )
    lines = []
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        result = run(job(script), {"data": 7}, on_log=lambda *line: lines.append(line))
    assert result.is_well
    assert result.state["same"]
    assert (out.getvalue(), err.getvalue()) == ("", "")
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers
    said = [message for _, component, message, _ in lines if component == "job"]
    assert said == ["from the top", "from a step 7", "logged"]


@pytest.mark.parametrize("script", ["import sys\nsys.exit(3)", "import sys\nfn(lambda s: sys.exit(3))"])
def test_a_job_that_calls_sys_exit_does_not_end_the_program(job, script):
    assert run(job(script)).exit_code in (1, 3)


def test_the_environment_gives_no_credential(job, monkeypatch):
    monkeypatch.setenv("ADAPTOR_ACCESS_TOKEN", "secret-token")
    result = run(job("fn(lambda s: {'data': s['configuration']})"))
    assert result.state == {"data": {}}


def test_the_state_that_was_given_is_not_changed(job):
    given = {"data": {"list": [1]}}
    result = run(job("def op(s):\n    s['data']['list'].append(2)\n    return s\n\nfn(op)"), given)
    assert given == {"data": {"list": [1]}}
    assert result.state == {"data": {"list": [1, 2]}}


@pytest.mark.parametrize("state", [{"data": {1, 2}}, {"data": float("nan")}, {"errors": []}, {"configuration": "x"}])
def test_a_state_that_no_step_could_take_is_bad_input(job, state):
    result = run(job("log('ran')"), state)
    assert result.exit_code == 2
    assert result.steps == []


def test_a_dry_run_hands_each_request_over(job):
    requests = []
    result = run(job("send_text('1', 'hi')"), dry_run=True, on_request=requests.append)
    assert result.outcomes["described"] == 1
    assert requests[0].described()["body"]["message"] == {"text": "hi"}


def test_a_secret_is_in_no_part_of_the_result(job):
    script = "fn(lambda s: {**s, 'data': s['configuration']['access_token']})\nfn(lambda s: {}[s['data']])"
    lines = []
    credentials = {"access_token": "secret-token"}
    result = run(job(script), credentials=credentials, on_log=lambda *line: lines.append(line))
    shown = f"{result.text} {result.state} {result.error.report()} {result.error.facts()} {lines}"
    assert "secret-token" not in shown
    whole = run(job(script.splitlines()[0]), credentials=credentials)
    assert whole.state == {"data": "[redacted]"}


def test_modules_of_jobs_do_not_pile_up(job):
    path = job("fn(lambda s: s)")
    run(path)
    before = len(sys.modules)
    for _ in range(5):
        run(path)
    assert len(sys.modules) == before


def test_a_dataclass_of_a_job_works_in_every_run(job):
    path = job(
        "from __future__ import annotations\nfrom dataclasses import dataclass\n\n"
        "@dataclass\nclass Row:\n    n: int\n\n"
        "fn(lambda s: {'data': Row(1).n})"
    )
    assert [run(path).state for _ in range(3)] == [{"data": 1}] * 3


def test_check_gives_the_plan_the_problems_and_the_warnings(job):
    good = check(
        job(json.dumps({"steps": [{"id": "a", "expression": "log(1)"}, {"id": "b", "expression": ""}]}), "w.json")
    )
    assert list(good.plan.steps) == ["a", "b"]
    assert good.problems == []
    assert ["never reached" in str(warning) for warning in good.warnings] == [True]
    bad = check(job("lgo(1)\nsned(2)"))
    assert [problem.line for problem in bad.problems] == [1, 2]


def test_check_sends_nothing_that_the_top_level_of_a_script_would_send(job, httpserver):
    script = f"_ = http.post('{httpserver.url_for('/x')}', body=[1])({{}})\nlog(1)"
    assert [problem.code for problem in check(job(script)).problems] == ["WHILE_LOADING"]
    assert httpserver.log == []


def test_a_missing_file_is_a_result_too(tmp_path):
    result = run(os.fspath(tmp_path / "nothere.json"))
    assert (result.exit_code, result.state, result.steps) == (2, None, [])


def test_labels_are_in_the_result_and_a_wrong_one_is_bad_input(job):
    assert run(job("log(1)"), labels={"clinic": "kibera"}).labels == {"clinic": "kibera"}
    refused = run(job("log(1)"), labels={"clinic": 5})
    assert refused.exit_code == 2
    assert "The label `clinic` has no value" in str(refused.error)


LATE = """
import threading, words
known = send_text("1111111111111111", "built before")
def late(state):
    over.wait()
    for call in (known, send_text("1111111111111111", "built after"), words.call):
        try:
            call(state)
        except BaseException as error:
            caught.append(error.code)
thread = threading.Thread(target=late, args=({"configuration": CREDENTIALS},))
def begin(state):
    thread.start()
    return state
fn(begin)
"""


def test_a_thread_of_the_job_that_outlives_the_run_sends_nothing(job, monkeypatch):
    over, caught = threading.Event(), []
    job(
        "from adaptor import send_text\ndef call(state): return send_text('1111111111111111', 'beside')(state)",
        "words.py",
    )
    with Sandbox() as sandbox:
        credentials = {"access_token": sandbox.access_token, "base_url": sandbox.url}
        shared = types.ModuleType("late_thread")
        shared.over, shared.caught, shared.CREDENTIALS, shared.threads = over, caught, credentials, []
        monkeypatch.setitem(sys.modules, "late_thread", shared)
        text = "from late_thread import over, caught, CREDENTIALS, threads\n" + LATE.replace(
            "thread.start()", "threads.append(thread); thread.start()"
        )
        assert run(job(text), credentials=credentials).exit_code == 0
        over.set()
        shared.threads[0].join()
        assert caught == ["OUTSIDE_THE_RUN"] * 3
        # What the program itself calls is sent.
        send_text("1111111111111111", "of the program")({"configuration": credentials})
        assert [message.payload["text"] for message in sandbox.messages] == ["of the program"]
