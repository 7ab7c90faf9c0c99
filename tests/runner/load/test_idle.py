"""Scripts that look like a job and do nothing."""

import pytest

from adaptor.runner import check

SEND = 'send_text("6543210987654321", "Hello")'


@pytest.fixture
def warned(tmp_path):
    """What `check` warns of in a script, each with its line."""

    def look(script):
        (tmp_path / "job.py").write_text(script, encoding="utf-8")
        prepared = check(tmp_path / "job.py")
        assert prepared.problems == []
        return [(warning.line, str(warning), warning.fix) for warning in prepared.warnings]

    return look


@pytest.mark.parametrize(
    ("script", "line", "what", "fix"),
    [
        ("", None, "no operation at its top level", "on lines of their own"),
        ("numbers = [1, 2]\n", None, "no operation at its top level", "on lines of their own"),
        ("import os\n\ndef main(state):\n    return state\n", 3, "the function `main` is defined", "fn(main)"),
        (f"hello = {SEND}\n", 1, "`hello` is assigned and never used", "hello"),
        (f"log(1)\nhello = {SEND}\n", 2, "`hello` is assigned and never used", "hello"),
        (f"hello = [{SEND}, {SEND}]\n", 1, "`hello` is assigned and never used", "hello"),
        (f'hello = {{"a": {SEND}}}\n', 1, "`hello` is assigned and never used", "hello"),
        (f"hello, bye = {SEND}, 5\n", 1, "`hello` is assigned and never used", "hello"),
        (f"hello = {SEND}\nhello = hello.then(log(1))\n", None, "no operation at its top level", ""),
        (f"steps = []\nsteps.append({SEND})\n", None, "no operation at its top level", ""),
        (f"hello: Operation = {SEND}\n", 1, "`hello` is assigned and never used", "hello"),
        (f'if __name__ == "__main__":\n    {SEND}\n', 1, "under `if __name__", "at the top level"),
        (f'def main(state):\n    return {SEND}(state)\n\nif __name__ == "__main__":\n    main({{}})\n', 4, "under", ""),
    ],
)
def test_what_never_runs_is_told_with_its_line(warned, script, line, what, fix):
    ((at, said, advice),) = warned(script)
    assert at == line
    assert what in said
    assert fix in advice


@pytest.mark.parametrize(
    "script",
    [
        SEND,
        f"hello = {SEND}\neach([1], hello)",
        f"hello = {SEND}\nhello\n",
        f"def hello(state):\n    return greet(state)\n\ngreet = {SEND}\nfn(hello)",
        f"_ = {SEND}\nlog(1)",
        f"__all__ = ['hello']\nhello = {SEND}\nlog(1)",
        "for person in ('1', '2'):\n    log(person)",
        "def helper(row):\n    return row\n\nlog(1)",
    ],
)
def test_a_job_that_does_something_is_not_warned_of(warned, script):
    assert warned(script) == []


def test_an_empty_step_of_a_workflow_only_passes_its_state_on(tmp_path):
    file = tmp_path / "workflow.json"
    file.write_text('{"steps": [{"id": "a", "expression": ""}]}', encoding="utf-8")
    assert check(file).warnings == []


def test_a_step_of_a_workflow_without_operations_is_told(tmp_path):
    file = tmp_path / "workflow.json"
    file.write_text('{"steps": [{"id": "a", "expression": "def main(state): return state"}]}', encoding="utf-8")
    assert "`main` is defined" in str(check(file).warnings[0])
