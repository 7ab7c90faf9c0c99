"""Files with test cases: found, read, and every mistake in them told at once."""

import json
from datetime import UTC, datetime

import pytest

from adaptor import AdaptorError
from adaptor.runner.testing.case_file import CaseFile, find_files


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
    "a key that is not known": ({"sate": {}}, "sate is not a known key; did you mean 'state'?"),
    "a time without a zone": ({"now": "2026-11-30T07:00:00"}, "now must be a time with its zone"),
    "a job that is not there": ({"job": "other.py"}, "job 'other.py' does not exist"),
    "a state that is not there": ({"state": "no.json"}, "no.json cannot be read"),
    "a state that is a list": ({"state": []}, "state must be an object"),
    "a sandbox that is not there": ({"sandbox": "no.json"}, "sandbox 'no.json' does not exist"),
    "something unknown that is expected": ({"expect": {"snet": []}}, "expect.snet is not a known key; did you mean"),
    "an expectation that is a list": ({"expect": []}, "expect must be an object"),
    "a mark that is not known": ({"expect": {"data": {"$like": 1}}}, "expect.data.$like must stand alone"),
    "a broken expression": ({"expect": {"data": {"$matches": "("}}}, "$matches needs a regular expression"),
    "a call without an answer": ({"calls": [{"request": {"url": "http://x"}}]}, 'calls[0] must be {"request"'),
    "a call to nowhere": ({"calls": [{"request": {}, "response": {}}]}, "calls[0].request must have a `url`"),
    "a status that is none": (
        {"calls": [{"request": {"path": "me"}, "response": {"status": "200"}}]},
        "calls[0].response.status must be",
    ),
    "what only a sandbox tells": (
        {"calls": [{"request": {"path": "me"}, "response": {}}], "expect": {"sent": []}},
        "expect cannot have sent, actions, requests",
    ),
    "cases that are no list": ({"cases": {}}, "cases must be a list of objects"),
    "a case without a name": ({"cases": [{"state": {}}]}, "cases[0].name must be a text"),
    "two cases of one name": ({"cases": [{"name": "a"}, {"name": "a"}]}, "cases has two cases called 'a'"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_place(write, mistake):
    content, words = MISTAKES[mistake]
    write("job.py", "")
    problems = CaseFile(write("job.test.json", content)).problems
    assert any(words in problem for problem in problems), problems


@pytest.mark.parametrize("text", ["{", "[]", "\xff", '{"data": NaN}'])
def test_a_file_that_is_no_json_object_is_refused(tmp_path, text):
    (tmp_path / "job.test.json").write_text(text, encoding="latin-1")
    with pytest.raises(AdaptorError, match=r"job\.test\.json"):
        CaseFile(str(tmp_path / "job.test.json"))


def test_yaml_with_a_tab_is_told_with_its_line(write):
    with pytest.raises(AdaptorError, match="not YAML: a tab stands where spaces must") as caught:
        CaseFile(write("job.test.yaml", "a:\n\tb: 1\n"))
    assert "job.test.yaml:2:1" in caught.value.report()


def test_cases_are_found_below_a_folder_beside_a_job_and_by_their_own_path(write, tmp_path):
    job = write("job.py", "")
    here = write("job.test.json", {})
    below = write("more/other.test.yaml", "")
    write(".venv/lib/x.test.json", {})
    write("state.json", {})
    assert find_files([str(tmp_path)]) == [here, below]
    assert find_files([job, here]) == [here]
    with pytest.raises(AdaptorError, match="no cases for"):
        find_files([write("lonely.py", "")])
    with pytest.raises(AdaptorError, match="does not exist"):
        find_files(["no-such-folder"])


def test_an_update_that_would_lose_comments_is_refused(write):
    write("job.py", "")
    file = CaseFile(write("job.test.yaml", "# why\nstate: {}\n"))
    with pytest.raises(AdaptorError, match="has comments"):
        file.update({"job": {}})
    assert "expect:\n  data: 1\n" in CaseFile(write("job.test.yaml", "state: {}\n")).update({"job": {"data": 1}})
