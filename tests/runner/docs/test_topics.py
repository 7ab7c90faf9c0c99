"""The topics of `adaptor docs`: what stands in them works."""

import json
import re

import pytest
import yaml

from adaptor.core.run.context import Run
from adaptor.runner.docs.topics import TOPICS, Topic, topic, topics
from adaptor.runner.load.credentials import Credentials
from adaptor.runner.load.prepare import prepare
from adaptor.sandbox import Sandbox

BLOCKS = [
    (page.name, kind, text)
    for page in topics()
    for kind, text in re.findall(r"```(\w+)\n(.*?)```", page.text, re.DOTALL)
]


def blocks(kind):
    found = [(name, text) for name, each, text in BLOCKS if each == kind]
    assert found
    return pytest.mark.parametrize(("name", "text"), found)


@blocks("python")
def test_each_script_of_a_topic_can_be_loaded(tmp_path, name, text):
    job = tmp_path / "job.py"
    job.write_text(text, encoding="utf-8")
    with Run(sink=lambda *line: None):
        prepared = prepare(str(job), Credentials())
    assert not prepared.problems
    assert prepared.jobs[0].operations
    prepared.close()


@blocks("json")
def test_each_json_of_a_topic_is_what_it_says(tmp_path, name, text):
    if name == "sandbox":
        (tmp_path / "sandbox.json").write_text(text, encoding="utf-8")
        Sandbox.from_file(tmp_path / "sandbox.json")
    else:
        assert "data" in json.loads(text)


@blocks("yaml")
def test_each_workflow_of_a_topic_can_be_prepared(tmp_path, name, text):
    (tmp_path / "workflow.yaml").write_text(text, encoding="utf-8")
    for script in re.findall(r"\./(\w+\.py)", text):
        (tmp_path / script).write_text("log('x')\n")
    named = yaml.safe_load(text)["steps"][1]["configuration"]
    credentials = Credentials({}, {named: {"access_token": "EAAG"}})
    with Run(sink=lambda *line: None):
        prepared = prepare(str(tmp_path / "workflow.yaml"), credentials)
    assert not prepared.problems
    prepared.close()


def test_each_topic_has_a_heading_with_its_name_and_ends_with_a_longer_page():
    for name in TOPICS:
        page = Topic(name)
        assert page.summary
        assert re.fullmatch(r"More: docs/[\w-]+\.md", page.text.splitlines()[-1])


def test_a_topic_is_found_in_the_singular_and_the_plural():
    assert [topic([word]).name for word in ("States", "date", "error", "code", "workflows")] == [
        "state",
        "dates",
        "errors",
        "codes",
        "workflow",
    ]
    assert topic(["send_text"]) is None
    assert topic(["the", "state"]) is None
