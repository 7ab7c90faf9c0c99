"""Files with test cases: found, read, and every mistake in them told at once."""

import json
from datetime import UTC, datetime

import pytest

from adaptor import AdaptorError
from adaptor.runner.problems.source_lines import place_of
from adaptor.runner.testing.case_file import CaseFile


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(file)

    return write


def test_a_file_with_one_case_is_called_after_its_job(write, tmp_path):
    write("job.py", "")
    (case,) = CaseFile(write("job.test.json", {"state": {"data": 1}})).cases
    assert case.name == "job"
    assert case.job == str(tmp_path / "job.py")
    assert case.state == {"data": 1}
    assert case.expect is None


def test_what_stands_beside_the_cases_counts_for_each_that_does_not_say_otherwise(write):
    write("job.py", "")
    write("state.json", {"data": 7})
    both = {"state": "state.json", "now": "2026-11-30T07:00:00Z"}
    cases = [{"name": "a"}, {"name": "b", "state": {"data": 8}}]
    one, other = CaseFile(write("job.test.json", {**both, "cases": cases})).cases
    assert (one.state, other.state) == ({"data": 7}, {"data": 8})
    assert one.now == datetime(2026, 11, 30, 7, tzinfo=UTC)


def test_the_sandbox_beside_the_job_is_the_default(write, tmp_path):
    write("job.py", "")
    path = write("tests/job.test.json", {"job": "../job.py"})
    assert CaseFile(path).cases[0].sandbox is None
    write("sandbox.json", {})
    assert CaseFile(path).cases[0].sandbox.endswith("sandbox.json")


def test_yaml_is_read_too(write):
    write("job.py", "")
    path = write("job.test.yaml", "now: 2026-11-30T07:00:00Z\ncases:\n  - name: one\n    expect: {data: 1}\n")
    (case,) = CaseFile(path).cases
    assert case.now == datetime(2026, 11, 30, 7, tzinfo=UTC)
    assert case.expect == {"data": 1}


MISTAKES = {
    "replies that are no list": ({"replies": "Ana"}, "1:13", "`replies` is text, not a list.", "no_reply"),
    "a reply that is none": ({"replies": [5]}, "1:14", "This is no reply.", "no_reply"),
    "a time-out with an answer": ({"replies": [{"no_reply": True, "text": "a"}]}, "1:14", "This is no reply.", "Write"),
    "a misspelt fact": ({"replies": [{"txt": "Ana"}]}, "1:15", "`txt` is not a key of a reply.", "`text`"),
    "a key that is not known": ({"sate": {}}, "1:2", "`sate` is not a key of a case.", "Did you mean `state`?"),
    "a time without a zone": ({"now": "2026-11-30T07:00:00"}, "1:9", "`now` is not a time with its zone.", "Write it"),
    "a job that is not there": ({"job": "other.py"}, "1:9", "The job other.py does not exist.", "Paths begin"),
    "a state that is not there": ({"state": "no.json"}, "1:11", "no.json does not exist.", "Did you mean"),
    "a state that is a list": ({"state": []}, "1:11", "`state` is a list.", "Give an object"),
    "a sandbox that is not there": ({"sandbox": "no.json"}, "1:13", "The file no.json does not exist.", "Check"),
    "a sandbox that is a list": ({"sandbox": []}, "1:13", "`sandbox` is a list.", "Give an object"),
    "something unknown that is expected": (
        {"expect": {"snet": []}},
        "1:13",
        "`snet` is not a key of what can be expected.",
        "Did you mean `sent`?",
    ),
    "an expectation that is a list": ({"expect": []}, "1:12", "`expect` is a list, not an object.", "Give any of"),
    "a mark that is not known": ({"expect": {"data": {"$like": 1}}}, "1:22", "`$like` has no meaning", "$exactly"),
    "a broken expression": (
        {"expect": {"data": {"$matches": "("}}},
        "1:34",
        "`$matches` needs a regular expression: ",
        "Mend it.",
    ),
    "a call without an answer": (
        {"calls": [{"request": {"url": "http://x"}}]},
        "1:12",
        "This is no recorded call.",
        'Write {"request": {…}, "response": {…}}.',
    ),
    "a call to nowhere": (
        {"calls": [{"request": {}, "response": {}}]},
        "1:24",
        "The request needs a `url` or a `path`.",
        "Give one of them",
    ),
    "a status that is none": (
        {"calls": [{"request": {"path": "me"}, "response": {"status": "200"}}]},
        "1:63",
        "`status` is not an HTTP status.",
        "Write one such as 200.",
    ),
    "what only a sandbox tells": (
        {"calls": [{"request": {"path": "me"}, "response": {}}], "expect": {"sent": []}},
        "1:69",
        "`sent` cannot be expected: there is no sandbox.",
        "Take it out",
    ),
    "cases that are no list": ({"cases": {}}, "1:11", "`cases` is not a list of objects.", 'Write "cases"'),
    "a case without a name": ({"cases": [{"state": {}}]}, "1:12", "`name` is missing.", "Say in a few words"),
    "a case with an empty name": ({"cases": [{"name": " "}]}, "1:21", "`name` is empty.", "Say in a few words"),
    "two cases of one name": ({"cases": [{"name": "a"}, {"name": "a"}]}, "1:36", "Two cases are called `a`.", "Give"),
    "a mistake beside several cases": (
        {"now": 1, "cases": [{"name": "a"}, {"name": "b"}]},
        "1:9",
        "`now` is not a time with its zone.",
        "Write it",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_place(write, mistake):
    content, place, words, fix = MISTAKES[mistake]
    write("job.py", "")
    path = write("job.test.json", content)
    (problem,) = CaseFile(path).problems
    assert place_of(problem) == f"{path}:{place}"
    assert words in str(problem)
    assert fix in problem.fix
    assert "^" in problem.excerpt


def test_an_update_that_would_lose_comments_is_refused(write):
    write("job.py", "")
    file = CaseFile(write("job.test.yaml", "# why\nstate: {}\n"))
    with pytest.raises(AdaptorError, match="has comments"):
        file.update({"job": {}})
    assert "expect:\n  data: 1\n" in CaseFile(write("job.test.yaml", "state: {}\n")).update({"job": {"data": 1}})
