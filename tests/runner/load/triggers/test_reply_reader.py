"""Edges that wait for an answer are read and checked."""

import json

import pytest

from adaptor.runner.input.document import read_document
from adaptor.runner.load.credentials import Credentials
from adaptor.runner.load.workflows.workflow import read_workflow


@pytest.fixture
def read(tmp_path):
    def edges_and_problems(following):
        ask = {"id": "ask", "expression": "log(1)", "next": following}
        steps = [ask, {"id": "a", "expression": "log(1)"}, {"id": "b", "expression": "log(1)"}]
        (tmp_path / "w.json").write_text(json.dumps({"steps": steps}))
        document = read_document(str(tmp_path / "w.json"), "workflow")
        plan, reader = read_workflow(document, Credentials(is_lenient=True))
        return plan.steps["ask"].edges, [problem.description for problem in reader.problems]

    return edges_and_problems


REPLY = {"on": "reply", "within": "2d"}


def test_an_edge_says_what_it_waits_for_and_how_long(read):
    edges, problems = read({"a": REPLY, "b": {"on": "no_reply"}})
    assert problems == []
    assert [(edge.on, edge.within) for edge in edges] == [("reply", 172_800.0), ("no_reply", 0.0)]
    assert read({"a": REPLY, "b": "on_job_failure"})[1] == []


@pytest.mark.parametrize(
    ("following", "problem"),
    [
        ({"a": {"on": "reply"}}, "waits for an answer without an end"),
        ({"a": {"on": "answer", "within": "2d"}}, "`on` is `answer`."),
        ({"a": {"within": "2d"}}, "`on` is missing"),
        ({"a": {"on": "reply", "within": 5}}, "`within` is `5`, not a time"),
        ({"a": REPLY, "b": {"on": "no_reply", "within": "1d"}}, "`within` belongs to the edge `on: reply`"),
        ({"b": {"on": "no_reply"}}, "says how long an answer is awaited"),
        ({"a": REPLY, "b": True}, "does not say on what"),
    ],
)
def test_what_is_wrong_with_it_is_said(read, following, problem):
    _, problems = read(following)
    assert any(problem in each for each in problems)


def test_an_edge_that_is_disabled_waits_for_nothing(read):
    off = {**REPLY, "disabled": True}
    assert read({"a": off, "b": True})[1] == []
    # Without a time the run would not wait at all.
    assert "says how long an answer is awaited" in read({"a": off, "b": {"on": "no_reply"}})[1][0]


def test_a_schedule_whose_runs_would_wait_for_nobody_is_warned_of(tmp_path):
    steps = [
        {"id": "cron", "type": "cron", "cron_expression": "0 9 * * *", "next": "ask"},
        {"id": "ask", "expression": "log(1)", "next": {"a": REPLY}},
        {"id": "a", "expression": "log(1)"},
    ]
    (tmp_path / "w.json").write_text(json.dumps({"steps": steps}))
    plan, reader = read_workflow(read_document(str(tmp_path / "w.json"), "workflow"), Credentials(is_lenient=True))
    assert reader.problems == []
    assert ["`cron` are nobody's: where they wait at `ask`" in str(each) for each in plan.warnings] == [True]
