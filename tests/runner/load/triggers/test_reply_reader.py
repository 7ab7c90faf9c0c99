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
